"""How long and how much. Tests pass smaller ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The patience for one request. The size of a photo is a setting (`max_image_bytes`), not a limit of these."""

    dns_seconds: float = 5
    connect_seconds: float = 10  # name, TCP and TLS together
    idle_seconds: float = 15  # without a single byte
    total_seconds: float = 120  # per request; waiting for a turn is not counted
    feed_seconds: float = 3600  # the same for a feed, which may have gigabytes
    slow_bytes_per_second: float = 1024
    slow_window_seconds: float = 20
    header_bytes: int = 32 * 1024
    redirects: int = 5
