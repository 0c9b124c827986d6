"""Which photo first, and when a failed one again. Pure: no clock, no database.

    priority 0   whose URL says when it dies, and        sort_key: that moment
                 has not yet
    priority 1   whose listing is gone, or whose         sort_key: position and turn
                 auction ends
    priority 2   the primary photo of every vehicle      sort_key: turn
    priority 4   the rest, breadth before depth          sort_key: position and turn
    priority 9   beyond the vehicle's cap: shown, not fetched

*turn* is the ordinal of the vehicle within its organization; sorting by it is taking turns among organizations.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from forecourt.errors import Blocked, DecoderDied, Expired, Gone, HostTrouble, PermanentError, Trouble

EXPIRING = 0
VANISHING = 1
PRIMARY = 2
REST = 4
BEYOND_CAP = 9

TURNS = 2**32  # more vehicles than one organization will ever have; position rides above it

_ENDS = frozenset({"gone", "failed", "rejected"})
_RETRY_SECONDS = (60, 600, 3600, 6 * 3600)  # then daily
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BLOCKED_WAIT = timedelta(hours=6)
_LEAST_FAILURES = 8
_LEAST_TIME = timedelta(days=7)
_SECOND_LOOK = timedelta(hours=23)  # a day, less what jitter may take
_DAMAGED_WAIT = timedelta(hours=1)
_MOST_DAMAGES = 3

_FREE_DEATHS = 2
_MOST_DECODER_DEATHS = 6
_DEATH_WAITS = tuple(min(timedelta(minutes=2**doubled), timedelta(hours=6)) for doubled in range(10))

HOST_WAIT_SECONDS = 60.0  # where a busy or silent host does not say how long
BREAKER_OPENS_AT = 5
_BREAKER_SECONDS = (300.0, 3600.0, 6 * 3600.0)


def sort_key(*, position: int, turn: int, is_primary: bool) -> int:
    """The order within one priority; smaller is sooner.

    A primary photo stands at position 0: where its vehicle vanishes, its key is that of its position and turn too.
    """
    return turn if is_primary else position * TURNS + turn


def expiry_key(moment: datetime) -> int:
    """The order within priority 0: seconds since 1970."""
    return (moment - _EPOCH) // timedelta(seconds=1)


def first_place(*, position: int, turn: int, cap: int, expires_at: datetime | None, now: datetime) -> tuple[int, int]:
    """(priority, sort_key) of a photo of a vehicle that has no others yet and does not vanish.

    So its row is written once.
    """
    usual = sort_key(position=position, turn=turn, is_primary=position == 0)
    if cap and position >= cap:
        return BEYOND_CAP, usual
    if expires_at and expires_at > now:
        return EXPIRING, expiry_key(expires_at)
    return (PRIMARY if position == 0 else REST), usual


@dataclass(frozen=True)
class Record:
    """What a row remembers of its failures when it is claimed."""

    failures: int = 0
    failing_since: datetime | None = None
    failure_kind: str | None = None
    deaths: int = 0
    decoder_deaths: int = 0

    @property
    def is_deadly(self) -> bool:
        """It was there at so many deaths that it is handled alone, whether or not it is to blame."""
        return self.deaths > _FREE_DEATHS


@dataclass(frozen=True)
class Verdict:
    """What becomes of a row after a failure.

    Attributes:
        status: 'pending' and 'blocked' are tried again at `next_attempt_at`; 'gone', 'failed' and 'rejected' are ends.
        failures: The new count; unchanged where the trouble was the host's, or a death.
        next_attempt_at: None for an end, and for what may be tried again at once.
        deaths: The new count, decoders' and workers'; whatever else happened, it begins anew.
    """

    status: str
    failures: int
    failing_since: datetime | None
    next_attempt_at: datetime | None
    deaths: int = 0
    decoder_deaths: int = 0

    @property
    def is_final(self) -> bool:
        """Nothing but a person or a new reading of the listing wakes the row."""
        return self.status in _ENDS

    @property
    def is_due_at_once(self) -> bool:
        """Nothing has to be waited for."""
        return self.next_attempt_at is None and not self.is_final


def after_failure(  # noqa: PLR0911 (a table, a row a return)
    error: Trouble, record: Record, *, now: datetime, host_waits_until: datetime | None, counts: bool, random: Random
) -> Verdict:
    """Decide what becomes of a row (DESIGN section 7, the table of failure kinds).

    Args:
        error: What went wrong; its class says what to do about it.
        record: The row's failures before this one.
        now: The database's clock.
        host_waits_until: For a HostTrouble, when the host may be asked again.
        counts: For a HostTrouble, whether the host has answered others lately, so that it is about this photo.
        random: For jitter, so that a thousand rows that failed together do not come back together.
    """
    if isinstance(error, HostTrouble) and not counts:
        return Verdict("pending", record.failures, record.failing_since, host_waits_until)
    if isinstance(error, DecoderDied):
        return _after_death_of_decoder(record, now=now, random=random)
    failures = record.failures + 1
    since = record.failing_since or now
    if isinstance(error, PermanentError):
        return Verdict("rejected", failures, since, None)
    if isinstance(error, Gone):
        if record.failure_kind == error.kind and now - since >= _SECOND_LOOK:
            return Verdict("gone", failures, since, None)
        # A new absence begins to count now, whatever went wrong before it.
        first_seen = since if record.failure_kind == error.kind else now
        return Verdict("pending", failures, first_seen, max(first_seen + _DAY, now + timedelta(minutes=1)))
    if isinstance(error, Expired):
        worn_out = failures >= _LEAST_FAILURES and now - since >= _LEAST_TIME
        again = None if worn_out or error.is_last else now + _jittered(_DAY, random)
        return Verdict("pending" if again else "failed", failures, since, again)
    if isinstance(error, Blocked):
        if now - since >= _LEAST_TIME:
            return Verdict("failed", failures, since, None)
        return Verdict("blocked", failures, since, now + _jittered(_BLOCKED_WAIT, random))
    if failures >= _LEAST_FAILURES and now - since >= _LEAST_TIME:
        return Verdict("failed", failures, since, None)
    again = now + _jittered(retry_wait(failures), random)
    return Verdict("pending", failures, since, max(again, host_waits_until or again))


def after_damage(record: Record, *, now: datetime, random: Random) -> Verdict:
    """Damaged bytes that can be shown lie in the store by now; the next download may bring better ones."""
    return Verdict("pending", record.failures + 1, record.failing_since or now, now + _jittered(_DAMAGED_WAIT, random))


def is_enough_damage(file_hash: str, *, suspect_hash: str, suspect_count: int) -> bool:
    """Whether nothing better is to be expected: the same bytes again, or damaged in a third way.

    Args:
        file_hash: Of the damaged bytes that have come now.
        suspect_hash: Of those that were kept.
        suspect_count: How many different ones had come before.
    """
    return file_hash == suspect_hash or suspect_count + 1 >= _MOST_DAMAGES


def due_after_deaths(deaths: int, *, now: datetime, random: Random) -> datetime | None:
    """When a row may be claimed again; None: at once.

    The jitter parts a row that kills from those that were there with it.
    """
    waits = deaths - _FREE_DEATHS
    return now + _jittered(_DEATH_WAITS[min(waits, len(_DEATH_WAITS)) - 1], random) if waits > 0 else None


def _after_death_of_decoder(record: Record, *, now: datetime, random: Random) -> Verdict:
    """A worker's deaths are not this photo's: they make it wait, and do not end it."""
    deaths = record.deaths + 1
    decoder_deaths = min(record.decoder_deaths, record.deaths) + 1  # `deaths` begins anew by other hands, too
    if decoder_deaths >= _MOST_DECODER_DEATHS:
        return Verdict("rejected", record.failures + 1, record.failing_since or now, None, deaths, decoder_deaths)
    due = due_after_deaths(deaths, now=now, random=random)
    return Verdict("pending", record.failures, record.failing_since, due, deaths, decoder_deaths)


def retry_wait(failures: int) -> timedelta:
    """1 min, 10 min, 1 h, 6 h, then daily; `failures` counts from 1."""
    return timedelta(seconds=_RETRY_SECONDS[failures - 1]) if failures <= len(_RETRY_SECONDS) else _DAY


def host_wait_seconds(troubles_in_a_row: int, *, asked_for: float | None) -> float:
    """How long a host is left alone.

    Args:
        troubles_in_a_row: Including this one. The fifth opens the breaker: 5 min, then 1 h, then 6 h.
        asked_for: Its Retry-After in seconds, if it sent one; it is kept even where ours is shorter.
    """
    beyond = troubles_in_a_row - BREAKER_OPENS_AT
    ours = HOST_WAIT_SECONDS if beyond < 0 else _BREAKER_SECONDS[min(beyond, len(_BREAKER_SECONDS) - 1)]
    if asked_for is None:
        return ours
    return max(asked_for, ours) if beyond >= 0 else asked_for


def _jittered(wait: timedelta, random: Random) -> timedelta:
    """Up to a fifth longer, never shorter."""
    return wait * (1 + random.random() / 5)
