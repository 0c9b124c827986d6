"""The child's side: answer one question after the other, until the parent hangs up.

    question            lengths of arguments and data, how many descriptors come along, whether the answer may come
                        in parts; the arguments of each job (JSON); data
    answer              length; the answer to each job (JSON)
    answer in parts     as many of them as the task yields; then a length of 0

Jobs that are asked together have a descriptor each. One alone may have its data with the question.

A part is made when the one before it has been sent: a parent that does not read holds the child up. A task that
raises ends the child, and its last words on stderr are what the parent tells.
"""

import json
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Task: TypeAlias = Callable[[Mapping[str, JSON], bytes], JSON]
PartsTask: TypeAlias = Callable[[Mapping[str, JSON], BinaryIO], Iterator[JSON]]

QUESTION = struct.Struct("!QQB?")
MOST_JOBS = 16  # in one question
ANSWER = struct.Struct("!Q")
READY = ANSWER.pack(0)  # no JSON text is empty
NO_MORE_PARTS = ANSWER.pack(0)


def read_orders() -> dict[str, Any]:
    """What the parent gave along at the start."""
    orders: dict[str, Any] = json.loads(sys.argv[1])
    return orders


def serve(
    orders: Mapping[str, Any],
    task: Task,
    *,
    parts_task: PartsTask | None = None,
    before: Callable[[], None] = lambda: None,
) -> None:
    """Say that we are ready, and answer until the parent hangs up.

    Args:
        orders: From `read_orders`.
        task: Takes arguments and data, whichever way these come, and gives the answer.
        parts_task: The same for answers in parts; it takes the data as an open file.
        before: Called before each job, and before each part.
    """
    with socket.socket(fileno=orders["socket"]) as parent:
        parent.sendall(READY)
        while (question := _next_question(parent)) is not None:
            if question.in_parts:
                if parts_task is None:
                    raise LookupError("no task here answers in parts")
                before()
                with question.file() as file:
                    for part in parts_task(question.jobs[0], file):
                        parent.sendall(_answer(part))
                        before()
                parent.sendall(NO_MORE_PARTS)
            else:
                answers: list[JSON] = []
                for number, arguments in enumerate(question.jobs):
                    before()
                    answers.append(task(arguments, question.data_of(number)))  # and forgotten before the next is read
                parent.sendall(_answer(answers))


@dataclass
class _Question:
    jobs: list[dict[str, JSON]]
    data: bytes
    descriptors: list[int]
    in_parts: bool

    def file(self) -> BinaryIO:
        """What came along with the only job, to be read from its beginning."""
        if not self.descriptors:
            return BytesIO(self.data)
        file = os.fdopen(self.descriptors[0], "rb")
        file.seek(0)  # whoever wrote it stands at its end
        return file

    def data_of(self, number: int) -> bytes:
        """What came along with a job, read now; the only job may have none but the question's own."""
        if not self.descriptors:
            return self.data
        with os.fdopen(self.descriptors[number], "rb", buffering=0) as file:
            return file.readall()


def _answer(value: JSON) -> bytes:
    text = json.dumps(value).encode("ascii")
    return ANSWER.pack(len(text)) + text


def _next_question(parent: socket.socket) -> _Question | None:
    head, descriptors, _, _ = socket.recv_fds(parent, QUESTION.size, MOST_JOBS)
    if not head:
        return None
    head += _receive(parent, QUESTION.size - len(head))
    jobs_length, data_length, files, in_parts = QUESTION.unpack(head)
    jobs = json.loads(_receive(parent, jobs_length))
    data = _receive(parent, data_length)
    return _Question(jobs, data, list(descriptors[:files]), in_parts)


def _receive(parent: socket.socket, length: int) -> bytes:
    received = bytearray(length)
    view = memoryview(received)
    while view:
        count = parent.recv_into(view)
        if count == 0:
            raise EOFError("the parent hung up in the middle of a question")
        view = view[count:]
    return bytes(received)
