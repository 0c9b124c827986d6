"""A wire to a PostgreSQL server that breaks between a COMMIT and its answer, or is cut or mute for a while."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Lock, Thread


@dataclass
class CutWire:
    """Passes bytes on in both directions, until a COMMIT comes whose turn it is: that one is done and not answered.

    Attributes:
        every: Each so-manieth COMMIT is cut; 0: none.
    """

    port: int
    every: int = 0
    commits: int = 0
    cuts: int = 0
    is_cut: bool = False
    _clients: set[socket.socket] = field(default_factory=set)
    _speaks: Event = field(default_factory=Event)
    _passing: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self._speaks.set()

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Every connection breaks, and no new one lasts."""
        with self._passing:
            self.is_cut = True
            for client in self._clients:
                with suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
        yield
        self.is_cut = False

    @contextmanager
    def mute(self) -> Iterator[None]:
        """Nothing gets through, and nobody is told; afterwards it all arrives."""
        self._speaks.clear()
        yield
        self._speaks.set()

    def serve(self, client: socket.socket, server: socket.socket) -> None:
        """Both ends, until one of them closes."""
        with self._passing:
            if self.is_cut:
                client.close()
                server.close()
                return
            self._clients.add(client)
        Thread(target=self._answers, args=(client, server), daemon=True).start()
        with client, server, suppress(OSError):
            while data := client.recv(65536):
                self._speaks.wait()
                if b"COMMIT" in data:
                    self.commits += 1
                    if self.every and self.commits % self.every == 0:
                        self._cut(client, server, data)
                        return
                with self._passing:
                    if self.is_cut:  # it had been read already
                        return
                    server.sendall(data)

    def _cut(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        """The client hears nothing more; the server has done it before it notices."""
        self.cuts += 1
        client.shutdown(socket.SHUT_RDWR)
        server.sendall(data)
        server.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while server.recv(65536):
                pass

    def _answers(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                self._speaks.wait()
                client.sendall(data)
            client.shutdown(socket.SHUT_RDWR)


@contextmanager
def cut_wire(port: int) -> Iterator[CutWire]:
    """Listen on loopback until the end of the block, for a server at this port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = CutWire(listener.getsockname()[1])

        def accept() -> None:
            with suppress(OSError):  # the listener is closed
                while True:
                    client, _ = listener.accept()
                    server = socket.create_connection(("127.0.0.1", port))
                    Thread(target=wire.serve, args=(client, server), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        yield wire
        listener.shutdown(socket.SHUT_RDWR)
