"""The guided tour: the whole job over three dealers on loopback, in four steps, each with figures that prove it.

    found  →  shown now  →  trickled  →  again     and then: what became of the broken ones

Everything happens in a folder of its own, which is removed at the end.
"""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Network
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from forecourt.db.progress import read_progress
from forecourt.demo.ledger import count_images, image_rows, unfinished_images
from forecourt.demo.narration import Narrator
from forecourt.demo.sites import DemoSites
from forecourt.errors import WrongUse
from forecourt.jobs import commands, organization_list
from forecourt.jobs.house import House, Progress, open_house
from forecourt.jobs.organization_list import Given
from forecourt.jobs.report import Exit, Report
from forecourt.settings import Settings
from forecourt.web.app import run_server

LOOPBACK = IPv4Network("127.0.0.0/8")
INTERVAL_SECONDS = 0.02  # the dealers are ours: no need for the politeness that strangers get
ENOUGH_DISK_BYTES = 50_000_000


def run_tour(
    *,
    serve: bool | None = None,
    console: Console | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    photo_delay_seconds: float = 0.0,
) -> int:
    """Walk through the whole job; the exit code, 1 where a promise was not kept.

    Args:
        serve: At the end, show the pages until somebody presses Ctrl-C; None: where somebody can, on a terminal.
        console: Where to tell it; the terminal.
        host: To serve at.
        port: To serve at.
        photo_delay_seconds: How slow the dealers' photo servers are.
    """
    console = console or Console()
    narrator = Narrator(console)
    with (
        _stopped_like_ctrl_c(),
        TemporaryDirectory(prefix="forecourt-demo-") as folder,
        DemoSites(photo_delay_seconds=photo_delay_seconds) as sites,
    ):
        settings = demo_settings(Path(folder))
        kept = asyncio.run(_walk(settings, sites, narrator))
        if not kept:
            narrator.disagreeing()
        if console.is_terminal if serve is None else serve:
            serve_pages(settings, narrator, host=host, port=port)
    return Exit.DONE if kept else Exit.ERROR


def serve_pages(settings: Settings, narrator: Narrator, *, host: str, port: int) -> None:
    """Until somebody presses Ctrl-C. Where another program has the port, a free one will do: the address is told."""
    try:
        run_server(settings, host=host, port=port, listening=narrator.serving)
    except WrongUse:
        run_server(settings, host=host, port=0, listening=narrator.serving)


@contextmanager
def _stopped_like_ctrl_c() -> Iterator[None]:
    """SIGTERM ends the tour as Ctrl-C does, by asyncio's own handler for that one: its folder is removed."""
    before = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def demo_settings(home: Path) -> Settings:
    """A house of its own that may talk to loopback."""
    return Settings(
        home=home,
        allowed_networks=(LOOPBACK,),
        host_interval_seconds=INTERVAL_SECONDS,
        min_free_bytes=ENOUGH_DISK_BYTES,
        user_agent="forecourt-demo (on loopback only)",
    )


async def _walk(settings: Settings, sites: DemoSites, narrator: Narrator) -> bool:
    async with open_house(settings, asyncio.Event()) as house:
        given = [Given(each.name, each.website, each.business_type) for each in sites.organizations]
        organization_list.put(house.database.engine, given)
        narrator.opening(sites)
        kept = []
        for number, step in enumerate((_find, _show, _trickle, _again, _account), 1):
            narrator.step(number)
            kept.append(await step(house, sites, narrator))
        return all(kept)


async def _find(house: House, sites: DemoSites, narrator: Narrator) -> bool:
    with narrator.progress() as progress:
        report = await commands.extract_all_orgs(
            house, progress, limit=10, offset=0, threshold=10, business_type=None, dry_run=False
        )
    narrator.found(report, sites)
    return report.answer["total_vehicles_created"] == sum(each.vehicles for each in sites.figures)


async def _show(house: House, sites: DemoSites, narrator: Narrator) -> bool:
    counts, requests = await house.database.read(count_images), sites.counts()["photo"]
    narrator.shown_now(counts, requests)
    return requests == 0 and counts.external == len(sites.photo_urls)


async def _trickle(house: House, sites: DemoSites, narrator: Narrator) -> bool:
    with narrator.progress() as progress:
        report = await _trickle_once(house, progress)
    counts = await house.database.read(count_images)
    narrator.trickled(report, counts, sites.counts()["photo"])
    return counts.stored + counts.external == len(sites.photo_urls)


async def _again(house: House, sites: DemoSites, narrator: Narrator) -> bool:
    before, asked_before = await house.database.read(image_rows), sites.counts().total()
    with narrator.progress() as progress:
        await _trickle_once(house, progress)
    after, asked_after = await house.database.read(image_rows), sites.counts().total()
    changed = sum(one != other for one, other in zip(before, after, strict=True))
    narrator.again(asked_after - asked_before, changed)
    return asked_after == asked_before and not changed


async def _account(house: House, sites: DemoSites, narrator: Narrator) -> bool:
    unfinished, counts = await house.database.read(unfinished_images), await house.database.read(count_images)
    progress = await house.database.read(read_progress)
    narrator.account(unfinished, counts, sites.broken, house.settings.max_images_per_vehicle)
    left = len(unfinished) + counts.beyond_cap
    return progress.external_images_count == left and {each.source_url for each in unfinished} == set(sites.broken)


async def _trickle_once(house: House, progress: Progress) -> Report:
    return await commands.trickle_backfill_images(
        house, progress, limit=100, batch_size=10, organization_id=None, max_images=None, dry_run=False
    )
