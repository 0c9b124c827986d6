"""U23: an environment that sends whoever believes it astray."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.canary import Canary

NETRC_SECRET = "netrc-s3cr3t"


@contextmanager
def tempting_environment(home: Path, canary: Canary) -> Iterator[None]:
    """U23: proxies at the canary, and a password for every host."""
    home.mkdir(parents=True, exist_ok=True)
    (home / ".netrc").write_text(f"default login somebody password {NETRC_SECRET}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NETRC", str(home / ".netrc"))
        patch.setenv("HOME", str(home))
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.setenv(name, f"http://{canary.address}:8080/")
            patch.setenv(name.lower(), f"http://{canary.address}:8080/")
        yield
