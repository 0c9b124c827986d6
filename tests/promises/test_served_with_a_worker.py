"""`serve --worker`: the worker beside the server is told to stop when the server is, and not when it has stopped."""

import re
import signal
import socket
from urllib.parse import urlsplit

import pytest
from running_program import Program, children, ended, lives, nothing_is_held
from servers.dealer_site import wait_until

CALL = b"""\
POST /functions/v1/backfill-images HTTP/1.1\r
Host: x\r
Authorization: Bearer secret\r
Content-Length: 10\r
Expect: 100-continue\r
\r
"""


def test_a_caller_who_keeps_the_server_does_not_keep_the_worker(program: Program) -> None:
    """The body of a call never comes. The worker has left before the server gives up, and a hang-up is no error."""
    with program.started("serve", "--port", "0", "--worker", api_token="secret") as process:
        assert process.stderr
        address = re.search(r"http://\S+", process.stderr.readline())
        assert address
        wait_until(lambda: not nothing_is_held(program.engine))
        with socket.create_connection(("127.0.0.1", urlsplit(address[0]).port or 0)) as caller:
            caller.sendall(CALL)
            assert b"100 Continue" in caller.recv(1000)
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: nothing_is_held(program.engine), seconds=10)
            assert process.poll() is None
        stopped = ended(process)

    assert stopped.code == 0


@pytest.mark.parametrize("command", [("serve", "--port", "0", "--worker"), ("worker", "--processes", "2")])
def test_workers_leave_in_order_where_their_starter_is_killed(program: Program, command: tuple[str, ...]) -> None:
    with program.started(*command) as process:
        wait_until(lambda: not nothing_is_held(program.engine))
        workers = children(process.pid)

        process.kill()

        wait_until(lambda: not any(lives(worker) for worker in workers), seconds=10)
        assert nothing_is_held(program.engine)
