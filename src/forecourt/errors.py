"""Everything that can go wrong, sorted by what to do about it.

    ForecourtError
    ├── Trouble             a stranger's URL, server, file or page; `kind` names it (failure_kinds.py)
    │   ├── HostTrouble       leave the whole host alone for a while; its photos wait with it
    │   ├── TransientError    this photo or page again later, on a schedule
    │   ├── DecoderDied       the child that looked at the bytes died: counted as a death, not as a failure
    │   ├── Gone              404 or 410: a second look a day later decides
    │   ├── Expired           the URL itself says that it is dead: its listing is read again
    │   ├── Blocked           we are not let in: another look every 6 hours
    │   └── PermanentError    trying again cannot help
    ├── StoreUnavailable    our own disk or object store: the run pauses, no row is touched
    ├── LeaseLost           another worker owns the host now: drop the work
    ├── HostTaken           a redirect leads to a host that is not free just now: the row goes there
    ├── Paused              a passing reason ends this run (exit code 75); the text says which
    └── WrongUse            the operator must change something (exit code 2)
        └── SettingsError     FORECOURT_* or forecourt.toml

A status code or a network exception becomes a Trouble in one place, `fetch/outcome.py`; a decoder's verdict in
`photo/verify.py`. The texts are one line, name the thing and never hold a secret.
"""

from forecourt.failure_kinds import FailureKind


class ForecourtError(Exception):
    """The root: whatever we raise on purpose."""


class Trouble(ForecourtError):
    """A try ended badly because of somebody else. Raise one of those below."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else str(kind))
        self.kind = kind
        self.detail = detail


class HostTrouble(Trouble):
    """Leave the host alone; `wait_seconds` where it said for how long (already clamped to a day)."""

    def __init__(self, kind: FailureKind, detail: str = "", *, wait_seconds: float | None = None) -> None:
        super().__init__(kind, detail)
        self.wait_seconds = wait_seconds


class TransientError(Trouble):
    """This photo or page again later."""


class DecoderDied(Trouble):
    """The confined process that looked at the bytes died, hung or told nonsense: it may be they, it may be we."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(FailureKind.DECODER_DIED, detail)


class Gone(Trouble):
    """404 or 410."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(FailureKind.GONE, detail)


class Expired(Trouble):
    """A signed URL is past its time, and was not asked for; `is_last` where no listing is left to name another."""

    def __init__(self, detail: str = "", *, is_last: bool = False) -> None:
        super().__init__(FailureKind.EXPIRED, detail)
        self.is_last = is_last


class Blocked(Trouble):
    """401, 403, robots.txt, or a web page where a photo should be."""


class PermanentError(Trouble):
    """The bytes, their type or size, or the address will not do."""


class StoreUnavailable(ForecourtError):
    """The photo store cannot take bytes now: full, read-only, away."""


class LeaseLost(ForecourtError):
    """The right to talk to a host has passed to another worker."""


class HostTaken(ForecourtError):
    """Another worker holds the host, or it asked for patience.

    Attributes:
        url: What leads there; empty until the redirect loop has said so.
        hops: Redirects that were followed in this claim, the one that leads there included.
    """

    def __init__(self, host: str, *, url: str = "", hops: int = 0) -> None:
        super().__init__(f"{host} is not free now")
        self.host = host
        self.url = url
        self.hops = hops


class Paused(ForecourtError):
    """The run ends for a passing reason that the text names."""


class WrongUse(ForecourtError):
    """One line for the operator: what is wrong, and the way out."""


class SettingsError(WrongUse):
    """A setting is unknown, of the wrong type, or cannot be used."""
