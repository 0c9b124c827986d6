"""A PostgreSQL server of the tests' own, gone when they are, however they end.

    sh (the guard)  ─ starts ─►  postgres, in a folder under the system's temporary one
      └ waits for a line or the end of its standard input, then stops the server by its PID and removes the folder

When pytest is killed its end of the pipe closes, so the guard needs no word. PostgreSQL refuses to run as root:
then both run as `postgres` or `nobody`.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

START_SECONDS = 60
GUARD = """
"$@" >log 2>&1 </dev/null &
server=$!
read -r line
kill -INT $server
wait $server
cd / && rm -rf "$FOLDER"
"""


class ServerDidNotStart(Exception):
    """With what it wrote."""


@dataclass(frozen=True)
class PostgresServer:
    """Where it listens: on 127.0.0.1, and on a socket in its folder."""

    folder: Path
    port: int
    user: str

    def url(self, database: str) -> str:
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{database}"

    def process_id(self) -> int:
        """Of the server's first process."""
        return int((self.folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0])

    def create_database(self, name: str, *, template: str = "template1") -> str:
        """Copy a database that nobody is connected to; returns its URL."""
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}"), name, template)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Whoever is still connected is thrown out."""
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)"), name)

    def _execute(self, statement: sql.SQL, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.format(*map(sql.Identifier, names)))


@contextmanager
def running_postgres(programs: Path, *, durable: bool = False) -> Iterator[PostgresServer]:
    """Start the server whose programs (`initdb`, `postgres`) lie in the folder.

    Args:
        durable: As an operator runs it, for measurements: what is committed is on the disk.
    """
    as_user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="forecourt-postgres-"))  # not pytest's, which only its owner may enter
    if as_user:
        shutil.chown(folder, as_user["user"], as_user["group"])
    try:
        programs = _reachable(programs, folder, as_user)
        _initdb(programs, folder, as_user)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    port = _free_port()
    guard = _start(programs, folder, port, as_user, {} if durable else _FORGETFUL)
    try:
        _wait_until_ready(folder / "log")
        yield PostgresServer(folder, port, "forecourt")
    finally:
        guard.communicate("stop\n", timeout=30)


def _unprivileged() -> dict[str, Any]:
    """How to become somebody else; empty where we are not root."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = known.get("postgres") or known["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _reachable(programs: Path, folder: Path, as_user: dict[str, Any]) -> Path:
    """The programs themselves; a copy of the wheel's where another user may not enter its folder, as under /root."""
    tried = subprocess.run(["sh", "-c", 'test -x "$0"', str(programs / "postgres")], cwd="/", check=False, **as_user)
    if tried.returncode == 0:
        return programs
    package = programs.parent.parent  # of the wheel, whose programs look for their libraries beside it
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name, symlinks=True)
    for inside, _, _ in os.walk(folder):
        shutil.chown(inside, as_user["user"], as_user["group"])  # so that the guard may remove it
    return folder / programs.relative_to(package.parent)


def _initdb(programs: Path, folder: Path, as_user: dict[str, Any]) -> None:
    command = [str(programs / "initdb"), "--pgdata=data", "--username=forecourt", "--auth=trust"]
    command += ["--encoding=UTF8", "--locale=C", "--no-sync"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **as_user)
    if done.returncode != 0:
        raise ServerDidNotStart(done.stdout + done.stderr)


_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "32MB"}


def _start(
    programs: Path, folder: Path, port: int, as_user: dict[str, Any], more: dict[str, str]
) -> subprocess.Popen[str]:
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": folder, "max_connections": "100", **more}
    command = [str(programs / "postgres"), "-D", "data", "-p", str(port)]
    command += [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return subprocess.Popen(
        ["sh", "-c", GUARD, "guard", *command],
        cwd=folder,
        env={"FOLDER": str(folder), "PATH": os.defpath},
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for pytest; it tells us
        **as_user,
    )


def _wait_until_ready(log: Path) -> None:
    """Believe the log: a connection that comes too early makes the server write FATAL."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        text = log.read_text() if log.exists() else ""
        if "ready to accept connections" in text:
            return
        if "FATAL" in text:
            break
        time.sleep(0.02)
    raise ServerDidNotStart(log.read_text() if log.exists() else "no log")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
