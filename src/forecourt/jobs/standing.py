"""status: how far the work is."""

import time

from rich.console import Console
from rich.live import Live
from rich.text import Text
from sqlalchemy import Engine

from forecourt.db.engine import reading
from forecourt.db.progress import Progress, read_progress
from forecourt.jobs.report import Report

_WATCH_SECONDS = 2.0


def report(engine: Engine) -> Report:
    """One look."""
    with reading(engine) as connection:
        progress = read_progress(connection)
    return Report(progress.as_json(), tuple(_lines(progress)))


def watch(engine: Engine) -> int:
    """Look again and again, until interrupted."""
    with Live(console=Console(), auto_refresh=False) as live:
        while True:
            live.update(Text("\n".join(report(engine).lines)), refresh=True)
            time.sleep(_WATCH_SECONDS)


def _lines(progress: Progress) -> list[str]:
    lines = [f"Nothing new begins: {progress.pause}; `forecourt resume` ends that.", ""] if progress.pause else []
    lines += [
        f"external images              {progress.external_images_count:>9,}",
        f"vehicles with external ones  {progress.vehicles_with_external_images:>9,}",
        f"vehicles with our copies     {progress.vehicles_with_downloaded_images:>9,}",
        "",
        "images",
        *_counts(progress.images_by_status),
    ]
    if progress.images_by_failure_kind:
        lines += ["", "last trouble of external images", *_counts(progress.images_by_failure_kind)]
    lines += ["", "import queue", *_counts(progress.import_queue_by_status), ""]
    if progress.paused_hosts:
        lines += ["hosts that are not asked; `forecourt hosts resume` wakes them"]
        lines += [*(f"  {host}: {reason}" for host, reason in progress.paused_hosts), ""]
    rate = f"{progress.stored_per_second:.1f} photos/s in the last minutes"
    return [*lines, rate if progress.seconds_left is None else f"{rate}, {_duration(progress.seconds_left)} left"]


def _counts(counts: dict[str, int]) -> list[str]:
    return [f"  {name:<26} {count:>9,}" for name, count in counts.items() if count]


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if not minutes:
        return "under a minute" if seconds else "nothing"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
