"""What the tests of `fetch/` hand around: how to send a Fetcher on an errand, and turns that take notes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from forecourt.errors import ForecourtError, HostTaken
from forecourt.fetch.client import Fetcher
from forecourt.fetch.limits import Limits
from forecourt.fetch.resolver import LookUp

T = TypeVar("T")
Errand = Callable[[Fetcher], Awaitable[T]]


class Send(Protocol):
    """`send(lambda fetcher: fetcher.get_page(url))`; further names are settings."""

    def __call__(
        self,
        errand: Errand[T],
        *,
        limits: Limits = ...,
        look_up: LookUp = ...,
        **settings: Any,
    ) -> T: ...


@dataclass
class NotedTurns:
    """Every turn at once; which hosts were asked, and how it ended. What another holds is not waited for."""

    taken: list[tuple[str, ForecourtError | None]] = field(default_factory=list)
    open: int = 0
    held_by_another: set[str] = field(default_factory=set)

    @asynccontextmanager
    async def turn(self, host: str, *, at_once: bool = False) -> AsyncIterator[Callable[[], None]]:
        if at_once and host in self.held_by_another:
            raise HostTaken(host)
        self.open += 1
        try:
            yield lambda: None
        except ForecourtError as error:
            self.taken.append((host, error))
            raise
        else:
            self.taken.append((host, None))
        finally:
            self.open -= 1
