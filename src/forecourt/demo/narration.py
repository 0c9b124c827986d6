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

WHAT_WAS_BROKEN: Mapping[Fate, str] = {
    "gone": "the server says 404",
    "web_page": "a web page came in its place",
    "cut_short": "the connection ends too early",
    "damaged": "the picture is cut off in the middle",
    "busy": "the host says 429, come back in an hour",
}
_HOUR = 3600


class Narrator:
    """Writes to one console."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def opening(self, sites: DemoSites) -> None:
        """Who takes part."""
        self._console.print(
            f"{len(sites.figures)} dealers have opened their websites on this machine. They are invented, "
            "and so are their cars; the servers, the pages and the photos are real.\n"
        )

    def found(self, report: Report, sites: DemoSites) -> None:
        """Step 1."""
        self._step(1, "Found", "Every dealer's inventory was read, and every page about a car.")
        table = Table("Dealer", "How its pages say it", "Cars", "Photos", box=None, pad_edge=False)
        ways = ("JSON-LD, a sitemap", "OpenGraph, pages with a next link", "microdata, galleries in attributes")
        for figures, way in zip(sites.figures, ways, strict=True):
            table.add_row(figures.name, way, str(figures.vehicles), str(figures.photos))
        self._console.print(table)
        counts = sites.counts()
        self._say(
            f"{report.answer['total_vehicles_created']} vehicles from {counts['page']} pages, "
            f"{counts['sitemap']} sitemaps and {counts['robots']} robots.txt."
        )

    def shown_now(self, counts: Counts, requests: int) -> None:
        """Step 2."""
        self._step(2, "Shown now", "Each photo has a row with the dealer's address: pages show it at this moment.")
        self._say(
            f"{counts.external} photos of {counts.vehicles} vehicles show. Photos asked for until now: {requests}."
        )

    def trickled(self, report: Report, counts: Counts, requests: int) -> None:
        """Step 3."""
        self._step(3, "Trickled", "Each photo was fetched, proved to be one, stored; then its row was turned over.")
        self._say(f"{report.answer['total_images_inserted']} photos are ours now, with {requests} requests.")
        self._say(f"{counts.external} still show from their dealers.")

    def again(self, requests: int, changed: int) -> None:
        """Step 4."""
        self._step(4, "Again", "The same run once more.")
        self._say(f"Requests: {requests}. Rows changed: {changed}.")

    def account(
        self, unfinished: Sequence[Unfinished], counts: Counts, broken: Mapping[str, Fate], most_per_vehicle: int
    ) -> None:
        """What became of the broken ones, and that nothing is missing."""
        self._console.rule("What became of the broken ones", align="left")
        table = Table("Car", "Photo", "What is wrong", "Failure kind", "Status", "Next try", box=None, pad_edge=False)
        for each in unfinished:
            fate = broken.get(each.source_url)
            wrong = WHAT_WAS_BROKEN.get(fate, "") if fate else ""
            next_try = _in(each.next_in_seconds)
            table.add_row(each.vehicle, str(each.photo_number), wrong, each.failure_kind, each.status, next_try)
        self._console.print(table)
        self._console.print()
        self._say(
            f"Nothing is missing on the pages: {counts.stored} photos from our store, {len(unfinished)} still from their "
            f"dealers for the reasons above, {counts.beyond_cap} because a car has more than {most_per_vehicle}: "
            f"{counts.stored + counts.external} in all."
        )

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

    def _step(self, number: int, name: str, sentence: str) -> None:
        self._console.rule(f"{number}  {name}", align="left")
        self._say(sentence)

    def _say(self, sentence: str) -> None:
        self._console.print(sentence, highlight=True)


def _in(seconds: float | None) -> str:
    """A moment, as far away as a person would put it."""
    if seconds is None:
        return "now"
    if seconds < 60:  # noqa: PLR2004 (a minute)
        return f"in {max(seconds, 0):.0f} s"
    return f"in {seconds / 60:.0f} min" if seconds < 2 * _HOUR else f"in {seconds / _HOUR:.0f} h"
