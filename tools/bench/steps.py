"""Which step of a photo's life a sampled stack belongs to.

A stack belongs to the step of its innermost frame that says what is being done: what SQLAlchemy does under `_settle`
is settling. Where none says so, the part of the program counts that it is in. The names below are functions and files
of this program and of what it stands on; what is renamed there shows up in the table as "other" or as a part of the
program, so look there first.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bench.by_process import kind_of

START = "start and end"
OTHER = "other"

_STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("decode", ("(forecourt/photo/decode", "(forecourt/photo/opened", "(forecourt/photo/jpeg", "(simplejpeg/")),
    ("fingerprints", ("(forecourt/photo/fingerprint",)),
    ("fsync and rename", ("(forecourt/storage/keeper", "(forecourt/storage/local", "(forecourt/storage/volume")),
    ("hash", ("write (forecourt/fetch/files", "(hashlib", "(forecourt/fetch/hashing")),
    ("write", ("(forecourt/fetch/files",)),
    (
        "connect",
        (
            "(forecourt/fetch/connector",
            "(forecourt/fetch/resolver",
            "do_handshake (",
            "create_connection (",
            "sock_connect (",
        ),
    ),
    (
        "receive",
        (
            "(forecourt/fetch/body",
            "(forecourt/fetch/decoding",
            "(forecourt/fetch/bandwidth",
            "(forecourt/fetch/framing",
            "(forecourt/fetch/traffic",
            "get_buffer (forecourt/fetch/wire",
            "_read_ready__data_received (",
            "_read_ready__get_buffer (",
            "_read_ready (",
            "read (ssl",
        ),
    ),
    (
        "request",
        (
            "(forecourt/fetch/client",
            "(forecourt/fetch/connections",
            "(forecourt/fetch/wire",
            "(forecourt/fetch/answer",
            "(forecourt/fetch/head",
            "(forecourt/fetch/outcome",
        ),
    ),
    ("judge the URL", ("(forecourt/fetch/address", "(forecourt/fetch/special_networks")),
    ("manners", ("(forecourt/worker/turns", "(forecourt/fetch/manners", "(forecourt/host_rules")),
    (
        "hand-over",
        ("(forecourt/confined/", "(forecourt/children/", "(forecourt/storage/keeping", "(forecourt/photo/verify"),
    ),
    ("claim", ("_claim_more (", "_take (forecourt/worker", "(forecourt/db/image_claims", "(forecourt/db/due_images")),
    (
        "settle",
        ("_settle", "(forecourt/settling", "(forecourt/db/vehicle_images", "settled (", "(forecourt/jobs/tally"),
    ),
    ("leases and heartbeat", ("(forecourt/worker/lifeline", "(forecourt/db/workers", "(forecourt/db/hosts")),
)
_PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("database, not told apart", ("(sqlalchemy/", "(forecourt/db/", "(psycopg/")),
    ("the worker's own loop", ("(forecourt/worker/", "(forecourt/backfill", "(forecourt/jobs/", "(forecourt/cli/")),
    ("event loop", ("(asyncio/", "(selectors", "(concurrent/", "(threading")),
)

_STARTING = (
    "ready_database (",
    "upgrade (forecourt/db/migrate",
    "_bootstrap_external",
    "read_settings (",
    "_exitfunc (",
)
_OWN = ("<module> (<string>", "<module> (forecourt:", "<module> (bin/forecourt", "/bin/forecourt:")
_WAITING = ("_worker (concurrent/futures/thread", "recv_fds (")
"""As the innermost frame: whoever waits for something to do, and was seen as it was put back to sleep."""


@dataclass(frozen=True)
class Place:
    """Of a sample."""

    process: str  # worker, decoder or keeper
    step: str


def places(raw: Iterable[str]) -> Counter[Place]:
    """Samples by place; what waits is left out.

    Args:
        raw: Lines of `py-spy record --format raw`: frames from the outermost inwards, with semicolons between them,
            and how often they were seen. The first ones name the process and its parents.
    """
    counted: Counter[Place] = Counter()
    for line in raw:
        frames, _, number = line.rstrip().rpartition(" ")
        if place := place_of(frames.split(";")):
            counted[place] += int(number)
    return counted


def place_of(stack: list[str]) -> Place | None:
    """Where one stack belongs; None where nothing is being done."""
    process = kind_of(";".join(stack).encode())
    frames = [frame for frame in stack if not frame.startswith("process ")]
    if frames and any(mark in frames[-1] for mark in _WAITING):
        return None
    if not frames or _is_starting(frames):
        return Place(process, START)
    for steps in (_STEPS, _PARTS):
        for frame in reversed(frames):
            for step, marks in steps:
                if any(mark in frame for mark in marks):
                    return Place(process, step)
    return Place(process, OTHER)


def _is_starting(frames: list[str]) -> bool:
    """Imports, or what is done once; a module that is the program's own file is there to the end."""
    modules = [frame for frame in frames if frame.startswith("<module> (") and not any(own in frame for own in _OWN)]
    return bool(modules) or any(mark in frame for frame in frames for mark in _STARTING)
