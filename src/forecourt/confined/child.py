"""The child's side: give up what is not needed, import one task, answer one question after the other.

    question   lengths of arguments and data, whether a descriptor comes along; arguments (JSON); data
    answer     length; JSON

A task that raises ends the child, and its last words on stderr are what the parent tells.
"""

import importlib
import json
import os
import socket
import struct
import sys
from collections.abc import Callable, Mapping
from typing import TypeAlias

from forecourt.confined import limits

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Task: TypeAlias = Callable[[Mapping[str, JSON], bytes], JSON]

QUESTION = struct.Struct("!QQ?")
ANSWER = struct.Struct("!Q")
READY = ANSWER.pack(0)  # no JSON text is empty


def main() -> None:
    """Serve until the parent hangs up. The orders are one JSON text, the first argument."""
    orders = json.loads(sys.argv[1])
    os.putenv("OPENBLAS_NUM_THREADS", "1")  # numpy's own pool: a stack and an arena per core, for nothing
    limits.leave_network()
    limits.die_with(orders["parent_id"])
    task = _load(orders["task"])
    limits.shrink(orders["memory_bytes"])
    with socket.socket(fileno=orders["socket"]) as parent:
        parent.sendall(READY)
        while (question := _next_question(parent)) is not None:
            limits.allow_cpu(orders["cpu_seconds"])
            answer = json.dumps(task(*question)).encode("ascii")
            parent.sendall(ANSWER.pack(len(answer)) + answer)


def _load(name: str) -> Task:
    module, _, function = name.partition(":")
    task: Task = getattr(importlib.import_module(module), function)
    return task


def _next_question(parent: socket.socket) -> tuple[dict[str, JSON], bytes] | None:
    head, descriptors, _, _ = socket.recv_fds(parent, QUESTION.size, 1)
    if not head:
        return None
    head += _receive(parent, QUESTION.size - len(head))
    arguments_length, data_length, with_file = QUESTION.unpack(head)
    arguments = json.loads(_receive(parent, arguments_length))
    data = _receive(parent, data_length)
    if with_file:
        with os.fdopen(descriptors[0], "rb", buffering=0) as file:
            data = file.readall()
    return arguments, data


def _receive(parent: socket.socket, length: int) -> bytes:
    received = bytearray(length)
    view = memoryview(received)
    while view:
        count = parent.recv_into(view)
        if count == 0:
            raise EOFError("the parent hung up in the middle of a question")
        view = view[count:]
    return bytes(received)
