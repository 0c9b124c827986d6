"""The table as Markdown, to be pasted, and all that was measured as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from bench.lines import Line

_YARDSTICKS = ("scrapy", "img2dataset", "img2dataset-encoding", "bare-loop")


def table(lines: Sequence[Line]) -> Iterator[str]:
    """One row for each."""
    yield "| | photos/s | CPU-s per 1,000 | database server's | peak MB | start-up s | requests a photo | proves |"
    yield "|---|--:|--:|--:|--:|--:|--:|---|"
    for line in lines:
        server = f"{line.server_cpu_ms:.2f}" if line.server_cpu_ms else ""
        all_photos = len(line.entry.task.urls)
        left_out = f"; stored {line.stored:,} of {all_photos:,}" if line.stored < all_photos else ""
        yield (
            f"| {line.entry.name} | {line.photos_per_second:,.0f} | {line.cpu_ms:.2f} | {server}"
            f" | {line.peak_bytes / 1e6:.0f} | {line.start_seconds:.2f} | {line.requests_a_photo:.3f}"
            f" | {line.entry.contestant.proves}{left_out} |"
        )


def comparisons(lines: Sequence[Line]) -> Iterator[str]:
    """Each line of Forecourt beside the yardsticks that ran against the same server; a database's CPU is ours."""
    for ours in lines:
        if not ours.entry.contestant.name.startswith("forecourt"):
            continue
        for other in lines:
            if other.entry.contestant.name in _YARDSTICKS and other.entry.nginx is ours.entry.nginx:
                rate = ours.photos_per_second / other.photos_per_second if other.photos_per_second else 0
                cpu = ours.all_cpu_ms / other.all_cpu_ms if other.all_cpu_ms else 0
                yield f"- {ours.entry.name}: {rate:.2f} times the rate of {other.entry.name} at {cpu:.2f} of its CPU"


def machine_line(machine: Mapping[str, str], versions: Mapping[str, str]) -> str:
    """One paragraph below the table."""
    return f"{', '.join(machine.values())} of load before. {', '.join(f'{n} {v}' for n, v in versions.items())}."


def as_json(line: Line) -> dict[str, object]:
    """Every turn, and what the table says of them."""
    return {
        "name": line.entry.name,
        "contestant": line.entry.contestant.name,
        "at": line.entry.at,
        "asked": len(line.entry.task.urls),
        "stored": line.stored,
        "hosts": line.entry.task.hosts,
        "concurrency": line.entry.task.concurrency,
        "photos_per_second": round(line.photos_per_second, 1),
        "cpu_seconds_per_1000": round(line.cpu_ms, 3),
        "server_cpu_seconds_per_1000": round(line.server_cpu_ms, 3),
        "nginx_cpu_seconds_per_1000": round(line.nginx_cpu_ms, 3),
        "peak_mb": round(line.peak_bytes / 1e6, 1),
        "start_seconds": round(line.start_seconds, 3),
        "requests_a_photo": round(line.requests_a_photo, 4),
        "starts": [asdict(turn) for turn in line.starts],
        "turns": [asdict(turn) for turn in line.turns],
    }
