"""A real server on loopback over the test's own database, and photos."""

import io
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from served import Jpeg, Serve, Served
from sqlalchemy import Engine

from forecourt.settings import Settings
from forecourt.web.app import Server, create_app


@pytest.fixture
def serve(db: Engine, database_url: str, tmp_path: Path) -> Iterator[Serve]:
    """Start servers over one database and one store; keywords are settings, or `job_command`."""
    store = tmp_path / "images"
    with ExitStack() as running:

        def start(*, job_command: list[str] | None = None, **settings: Any) -> Served:
            chosen = Settings(home=tmp_path, database_url=database_url, store_url=f"file://{store}", **settings)
            app = create_app(chosen, job_command=job_command) if job_command else create_app(chosen)
            server = Server(app, host="127.0.0.1", port=0)
            thread = threading.Thread(target=server.run, name="server")
            thread.start()

            def stop() -> None:
                server.should_exit = True
                thread.join(timeout=20)

            running.callback(stop)
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            return Served(db, store, server.servers[0].sockets[0].getsockname()[1], stop)

        yield start


@pytest.fixture
def served(serve: Serve) -> Served:
    """A server with the default settings."""
    return serve()


@pytest.fixture(scope="session")
def jpeg() -> Jpeg:
    """A photo of one colour, for whoever only needs bytes."""

    def make(color: str = "steelblue", size: tuple[int, int] = (320, 240)) -> bytes:
        buffer = io.BytesIO()
        Image.new("RGB", size, color).save(buffer, "JPEG")
        return buffer.getvalue()

    return make
