"""robots.txt: what a host lets us read, and how fast. Pure; `Fetcher.get_robots` asks for the file.

    4xx, too many redirects, forbidden     no rules: everything is allowed
    5xx, silence, no address, 429          not now, which is the host's trouble
    a web page instead of the file         no rules

Source: RFC 9309.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from protego import Protego

from forecourt.errors import HostTrouble, TransientError, Trouble
from forecourt.failure_kinds import FailureKind

MAX_BYTES = 500 * 1024  # RFC 9309, section 2.5; what follows is not read
SHORTEST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 60.0

_NO_AI = frozenset({"noai", "noimageai"})
_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_NAME = re.compile(r"[\w*-]+")
NOT_NOW = frozenset({FailureKind.TIMEOUT, FailureKind.TOO_SLOW, FailureKind.INCOMPLETE, FailureKind.PROTOCOL})


@dataclass(frozen=True)
class Robots:
    """The rules in the text of a robots.txt, as `text_of` gives it. The empty text has none."""

    text: str
    _rules: Protego = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rules", Protego.parse(self.text))

    def allows(self, url: str, user_agent: str) -> bool:
        """Whether we may read this page, sitemap or feed."""
        return self._rules.can_fetch(url, user_agent)

    def crawl_delay(self, user_agent: str) -> float | None:
        """Seconds between the starts of requests, from 1 to 60; None if the host does not say."""
        delay = self._rules.crawl_delay(user_agent)
        return None if delay is None else min(max(delay, SHORTEST_DELAY_SECONDS), LONGEST_DELAY_SECONDS)

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The http and https ones, each once. They are a stranger's URLs: judged like any when they are asked for."""
        return tuple(
            dict.fromkeys(url for url in self._rules.sitemaps if url.lower().startswith(("http://", "https://")))
        )


def refuses_ai(tags: Iterable[str], user_agent: str) -> bool:
    """Whether one of these X-Robots-Tag headers says noai or noimageai, to all or to us.

    A name before a colon says to whom speaks what follows, up to the next name; what is one of several rules with a
    value is no name. Several headers may come as one (RFC 9110, section 5.3).

    Source: developers.google.com/search/docs/crawling-indexing/robots-meta-tag, which tells the form; "noai" is
    DeviantArt's, of 2022.
    """
    us = user_agent.partition("/")[0].strip().lower()
    for tag in tags:
        is_for_us = True
        for part in tag.lower().split(","):
            name, colon, rest = (each.strip() for each in part.partition(":"))
            is_name = bool(colon) and name not in _WITH_VALUE and _NAME.fullmatch(name)
            if is_name:
                is_for_us = name in {us, "*"}
            if is_for_us and (rest if is_name else part.strip()) in _NO_AI:
                return True
    return False


def text_of(body: bytes) -> str:
    """The text to keep: at most 500 KiB, without a byte order mark; empty for a web page."""
    text = body[:MAX_BYTES].decode("utf-8-sig", errors="replace").replace("\x00", "")
    return "" if text.lstrip().startswith("<") else text


def text_after(trouble: Trouble) -> str:
    """What a failed request for robots.txt means: no rules, or not now.

    Raises:
        HostTrouble: Not now: the host could not say what it allows.
    """
    meant = as_the_hosts(trouble)
    if isinstance(meant, HostTrouble):
        raise meant
    return ""


def as_the_hosts(trouble: Trouble) -> Trouble:
    """The host's trouble where it cannot say what it allows; any other as it is."""
    match trouble:
        case TransientError(kind=FailureKind.SERVER_ERROR):
            return HostTrouble(FailureKind.HOST_BUSY, f"robots.txt: {trouble.detail}")
        case TransientError() if trouble.kind in NOT_NOW:
            return HostTrouble(FailureKind.UNREACHABLE, f"robots.txt: {trouble.detail}")
        case _:
            return trouble
