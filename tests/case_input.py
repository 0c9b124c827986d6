"""An input of the catalogue of cases, where it plays, and the DNS of its world."""

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

from case_outcomes import Outcome
from servers.canary import Canary
from servers.misbehaving import Behaviour, misbehaving, nobody_answers

from forecourt.fetch.special_networks import IPAddress

Said = str | OSError | None
"""What DNS says: text with addresses, an error, or None to hang."""


@dataclass(frozen=True)
class Place:
    """Where a case plays; its texts may name all of it, in braces."""

    host: str
    port: int
    path: str
    canary: Canary
    odd_ports: Mapping[str, int]

    def fill(self, text: str) -> str:
        """`{host} {port} {path} {canary}`, the spellings of the canary's address, and the ports of `odd_servers`."""
        names = {"host": self.host, "port": self.port, "path": self.path, "canary": self.canary.address}
        return text.format(**names, **self.canary.spellings, **self.odd_ports)


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes:
        name: The row of the catalogue, then what is special: `U02-octal`.
        behaviour: What its server does at the photo's path.
        url: Where the photo is said to be; by default on the case's own host.
        answers: What DNS says for its host, one after the other; the last one stays.
        names: Other names that DNS knows for it.
        requests: How many reach its path.
        body: What is stored where it is; by default the photo of its path.
    """

    name: str
    outcome: Outcome
    behaviour: Callable[[Place], Behaviour] | None = None
    url: str = "http://{host}:{port}{path}"
    answers: Sequence[Said] = ("127.0.0.1",)
    names: Mapping[str, Sequence[Said]] = field(default_factory=dict)
    requests: int = 1
    body: bytes | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """Its own, and nobody else's."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")[:60] + ".example"

    @property
    def path(self) -> str:
        return "/" + re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-") + ".jpg"


@dataclass
class Names:
    """DNS: what it says, in order, and what it was asked. Whom it does not know is at 127.0.0.1."""

    said: dict[str, list[Said]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str) -> Sequence[IPAddress]:
        self.asked.append(host)
        left = self.said.get(host, ["127.0.0.1"])
        now = left.pop(0) if len(left) > 1 else left[0]
        if now is None:
            await asyncio.sleep(3600)
        if isinstance(now, OSError):
            raise now
        return [ip_address(text) for text in str(now).split()]


@contextmanager
def odd_servers() -> Iterator[dict[str, int]]:
    """Ports where it goes wrong before anything is asked.

    deaf     accepts, reads nothing, says nothing
    nobody   a SYN gets no answer
    closed   nobody listens
    eager    answers before it is asked
    """
    with ExitStack() as open_until_then:
        with misbehaving() as stopped:
            closed = stopped.port
        eager = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 5\r\n\r\nhello"
        yield {
            "deaf": open_until_then.enter_context(misbehaving(deaf=True)).port,
            "nobody": open_until_then.enter_context(nobody_answers()),
            "closed": closed,
            "eager": open_until_then.enter_context(misbehaving(greeting=eager, deaf=True)).port,
        }
