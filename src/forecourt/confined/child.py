"""The child's side: give up what is not needed, import the tasks, answer one question after the other.

    question            lengths of arguments and data, whether a descriptor comes along, whether the answer may come
                        in parts; arguments (JSON); data
    answer              length; JSON
    answer in parts     as many of them as the task yields; then a length of 0

A part is made when the one before it has been sent: a parent that does not read holds the child up. A task that
raises ends the child, and its last words on stderr are what the parent tells.
"""

import importlib
import json
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, TypeAlias

from forecourt.confined import limits

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Task: TypeAlias = Callable[[Mapping[str, JSON], bytes], JSON]
PartsTask: TypeAlias = Callable[[Mapping[str, JSON], BinaryIO], Iterator[JSON]]

QUESTION = struct.Struct("!QQ??")
ANSWER = struct.Struct("!Q")
READY = ANSWER.pack(0)  # no JSON text is empty
NO_MORE_PARTS = ANSWER.pack(0)


def main() -> None:
    """Serve until the parent hangs up. The orders are one JSON text, the first argument."""
    orders = json.loads(sys.argv[1])
    os.putenv("OPENBLAS_NUM_THREADS", "1")  # numpy's own pool: a stack and an arena per core, for nothing
    limits.leave_network()
    limits.die_with(orders["parent_id"])
    task: Task = _load(orders["task"])
    parts_task: PartsTask = _load(orders["parts_task"]) if orders["parts_task"] else _no_parts
    limits.shrink(orders["memory_bytes"])
    with socket.socket(fileno=orders["socket"]) as parent:
        parent.sendall(READY)
        while (question := _next_question(parent)) is not None:
            limits.allow_cpu(orders["cpu_seconds"])
            if question.in_parts:
                with question.file() as file:
                    for part in parts_task(question.arguments, file):
                        parent.sendall(_answer(part))
                        limits.allow_cpu(orders["cpu_seconds"])
                parent.sendall(NO_MORE_PARTS)
            else:
                parent.sendall(_answer(task(question.arguments, question.whole())))


@dataclass
class _Question:
    arguments: dict[str, JSON]
    data: bytes
    descriptor: int | None
    in_parts: bool

    def file(self) -> BinaryIO:
        """What came along, to be read from its beginning."""
        if self.descriptor is None:
            return BytesIO(self.data)
        file = os.fdopen(self.descriptor, "rb")
        file.seek(0)  # whoever wrote it stands at its end
        return file

    def whole(self) -> bytes:
        """The same, read."""
        if self.descriptor is None:
            return self.data
        with os.fdopen(self.descriptor, "rb", buffering=0) as file:
            return file.readall()


def _load(name: str) -> Any:  # noqa: ANN401 (a task)
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)


def _no_parts(_: Mapping[str, JSON], __: BinaryIO) -> Iterator[JSON]:
    raise LookupError("this pool has no task that answers in parts")


def _answer(value: JSON) -> bytes:
    text = json.dumps(value).encode("ascii")
    return ANSWER.pack(len(text)) + text


def _next_question(parent: socket.socket) -> _Question | None:
    head, descriptors, _, _ = socket.recv_fds(parent, QUESTION.size, 1)
    if not head:
        return None
    head += _receive(parent, QUESTION.size - len(head))
    arguments_length, data_length, with_file, in_parts = QUESTION.unpack(head)
    arguments = json.loads(_receive(parent, arguments_length))
    data = _receive(parent, data_length)
    return _Question(arguments, data, descriptors[0] if with_file else None, in_parts)


def _receive(parent: socket.socket, length: int) -> bytes:
    received = bytearray(length)
    view = memoryview(received)
    while view:
        count = parent.recv_into(view)
        if count == 0:
            raise EOFError("the parent hung up in the middle of a question")
        view = view[count:]
    return bytes(received)
