"""What the children of test_confined.py are asked to do: a task each, good and bad."""

import ctypes
import errno
import os
import resource
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from forecourt.children.serving import ANSWER, JSON


def serve(arguments: Mapping[str, JSON], data: bytes) -> JSON:
    """Do what `do` names, with the rest."""
    return _TASKS[str(arguments["do"])](arguments, data)


def serve_in_parts(arguments: Mapping[str, JSON], file: BinaryIO) -> Iterator[JSON]:
    """Pieces of the file; or what `do` names instead, part by part."""
    match arguments["do"]:
        case "read":
            while piece := file.read(int(str(arguments["size"]))):
                yield {"pid": os.getpid(), "piece": piece.decode("latin-1")}
        case "count":
            for number in range(int(str(arguments["most"]))):
                yield {"number": number, "weight": "x" * 100_000}
        case "work":
            yield from (_work(arguments, b"") for _ in range(5))
        case "die":
            yield "good"
            os._exit(3)
        case "spin":
            yield "good"
            yield _spin(arguments, b"")


def _echo(arguments: Mapping[str, JSON], data: bytes) -> JSON:
    return {"pid": os.getpid(), "said": arguments.get("say"), "data": data.decode("latin-1")}


def _large(_: Mapping[str, JSON], __: bytes) -> JSON:
    return "\ud800\0ä" * 1_000_000


def _exit(_: Mapping[str, JSON], __: bytes) -> JSON:
    os._exit(3)


def _raise(_: Mapping[str, JSON], __: bytes) -> JSON:
    raise ValueError("a bug of ours")


def _crash(_: Mapping[str, JSON], __: bytes) -> JSON:
    os.kill(os.getpid(), signal.SIGSEGV)
    return None


def _eat_memory(_: Mapping[str, JSON], __: bytes) -> JSON:
    return len(bytearray(400 * 1024 * 1024))


def _spin(_: Mapping[str, JSON], __: bytes) -> JSON:
    while True:
        pass


def _work(_: Mapping[str, JSON], __: bytes) -> JSON:
    end = time.process_time() + 0.5
    while time.process_time() < end:
        pass
    return None


def _hang(_: Mapping[str, JSON], __: bytes) -> JSON:
    signal.pause()
    return None


def _rubbish(_: Mapping[str, JSON], __: bytes) -> JSON:
    _to_parent(ANSWER.pack(3) + b"\xff{[")
    return None


def _boast(_: Mapping[str, JSON], __: bytes) -> JSON:
    _to_parent(ANSWER.pack(2**60))
    return None


def _to_parent(message: bytes) -> None:
    for descriptor in range(3, 1024):
        try:
            with socket.socket(fileno=os.dup(descriptor)) as parent:
                parent.sendall(message)
        except OSError:
            continue


def _confess(arguments: Mapping[str, JSON], _: bytes) -> JSON:
    """What this process still could do."""
    try:
        written = (Path(str(arguments["folder"])) / "written").write_bytes(b"x") > 0
    except OSError as error:
        written = error.errno != errno.EFBIG
    descriptors: list[int] = []
    try:
        while len(descriptors) < 100:
            descriptors.append(os.dup(0))
    except OSError:
        pass
    for descriptor in descriptors:
        os.close(descriptor)
    with socket.socket() as caller:
        reached = caller.connect_ex(("127.0.0.1", int(str(arguments["port"])))) == 0
    return {
        "environment": Path("/proc/self/environ").read_text(encoding="utf-8"),
        "written": written,
        "descriptors": len(descriptors),
        "network": str(Path("/proc/self/ns/net").readlink()),
        "reached": reached,
        "core": resource.getrlimit(resource.RLIMIT_CORE)[1],
        "no_new_privileges": ctypes.CDLL(None).prctl(39, 0, 0, 0, 0),
        "session": os.getsid(0) == os.getpid(),
    }


_TASKS = {
    "echo": _echo,
    "large": _large,
    "exit": _exit,
    "raise": _raise,
    "crash": _crash,
    "eat_memory": _eat_memory,
    "spin": _spin,
    "work": _work,
    "hang": _hang,
    "rubbish": _rubbish,
    "boast": _boast,
    "confess": _confess,
}
