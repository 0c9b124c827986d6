"""How the tour is told: short sentences, the figures in them, a bar where something takes time."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from forecourt.demo.cars import Fate
from forecourt.demo.ledger import Counts, Unfinished
from forecourt.demo.sites import DemoSites
from forecourt.jobs.house import Progress
from forecourt.jobs.report import Report

WHAT_ITS_SERVER_DOES: Mapping[Fate, str] = {
    "gone": "says 404",
    "web_page": "sends a web page",
    "cut_short": "hangs up halfway",
    "damaged": "sends half a picture",
    "busy": "says 429, in an hour",
}
STEPS = (
    ("Found", "Every dealer's inventory is read, and every page about a car."),
    ("Shown now", "Each photo has a row with its dealer's address, and pages show it from there at this moment."),
    ("Trickled", "Each photo is fetched, proved to be one, and stored; then its row is turned over."),
    ("Again", "The same run once more."),
    ("What became of the broken ones", "Some photos are broken on purpose. Each failure has a name and a next time."),
)
_HOUR = 3600


class Narrator:
    """Writes to one console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def opening(self, sites: DemoSites) -> None:
        """Who takes part."""
        self._console.print(
            f"{len(sites.figures)} dealers have opened their websites on this machine. They are invented, "
            "and so are their cars; the servers, the pages and the photos are real."
        )

    def step(self, number: int) -> None:
        """Say what comes, before it is done."""
        name, sentence = STEPS[number - 1]
        self._console.print()
        self._console.rule(f"{number}  {name}", align="left")
        self._console.print(sentence)

    def found(self, report: Report, sites: DemoSites) -> None:
        """Step 1."""
        table = Table("Dealer", "How its pages say it", "Cars", "Photos", box=None, pad_edge=False)
        ways = ("JSON-LD, a sitemap", "OpenGraph, pages with a next link", "microdata, galleries in attributes")
        for figures, way in zip(sites.figures, ways, strict=True):
            table.add_row(figures.name, way, str(figures.vehicles), str(figures.photos))
        self._console.print(table)
        counts = sites.counts()
        self._console.print(
            f"{report.answer['total_vehicles_created']} vehicles from {counts['page']} pages, "
            f"{counts['sitemap']} sitemaps and {counts['robots']} robots.txt."
        )

    def shown_now(self, counts: Counts, requests: int) -> None:
        """Step 2."""
        self._console.print(f"{counts.external} photos of {counts.vehicles} vehicles. Photos asked for: {requests}.")

    def trickled(self, report: Report, counts: Counts, requests: int) -> None:
        """Step 3."""
        self._console.print(
            f"{report.answer['total_images_inserted']} photos are ours now, with {requests} requests. "
            f"{counts.external} still show from their dealers."
        )

    def again(self, requests: int, changed: int) -> None:
        """Step 4."""
        self._console.print(f"Requests: {requests}. Rows changed: {changed}.")

    def account(
        self, unfinished: Sequence[Unfinished], counts: Counts, broken: Mapping[str, Fate], most_per_vehicle: int
    ) -> None:
        """What became of the broken ones, and that no row was lost."""
        table = Table(box=None, pad_edge=False)
        table.add_column("Car", no_wrap=True, overflow="ellipsis", max_width=max(12, self._console.width - 68))
        for name, width in (("Photo", 5), ("Its server", 20), ("Failure kind", 13), ("Status", 7), ("Next try", 9)):
            table.add_column(name, no_wrap=True, min_width=width)
        for each in unfinished:
            fate = broken.get(each.source_url)
            does = WHAT_ITS_SERVER_DOES.get(fate, "") if fate else ""
            next_try = _in(each.next_in_seconds)
            kind = each.failure_kind or "its host waits"
            table.add_row(each.vehicle, str(each.photo_number), does, kind, each.status, next_try)
        self._console.print(table)
        self._console.print(
            f"\nNo photo was lost. {counts.stored} show from our store, {len(unfinished)} keep their dealer's address "
            f"for the reasons above, and {counts.beyond_cap} because we keep {most_per_vehicle} of a car: "
            f"{counts.stored + counts.external} in all."
        )

    def disagreeing(self) -> None:
        """A promise was not kept."""
        self._console.print("\nThe figures do not agree with what the dealers hold: this is a bug.", style="bold red")

    def serving(self, address: str) -> None:
        """Where to look."""
        self._console.print(f"\nSee for yourself at {address}. Ctrl-C ends the demo and removes its files.")

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A bar for each thing that is counted; only on a terminal."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=self._console, transient=True, disable=not self._console.is_terminal) as bars:
            tasks = {}

            def show(what: str, done: int, total: int | None) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
                bars.update(tasks[what], completed=done, total=total)

            yield show


def _in(seconds: float) -> str:
    """A moment, as far away as a person would put it."""
    if seconds < 60:  # noqa: PLR2004 (a minute)
        return f"in {max(seconds, 0):.0f} s"
    return f"in {seconds / 60:.0f} min" if seconds < 2 * _HOUR else f"in {seconds / _HOUR:.0f} h"
