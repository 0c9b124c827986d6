"""One round of the whole job over real pages: import organizations, extract, trickle twice; and what it left behind."""

import csv
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from real_sites import RealSites
from saved_pages import SavedPage
from sqlalchemy import Engine, Select, select

from forecourt.db.engine import open_database, reading
from forecourt.db.tables import hosts, import_queue, organizations, vehicle_images, vehicles

_FORECOURT = [sys.executable, "-m", "forecourt"]
_ENOUGH = "1000000"
_COMMAND_SECONDS = 600
Row = Mapping[str, Any]


class Strangers(Exception):
    """A page named hosts that are not served here: the run ends before one of them is asked for a photo."""


@dataclass(frozen=True)
class Ran:
    """A command, how it ended, and what it asked of the sites."""

    words: tuple[str, ...]
    exit_code: int
    output: str
    errors: str
    seconds: float
    requests: int
    photo_requests: Counter[str]


@dataclass(frozen=True)
class Outcome:
    """What became of one page.

    Attributes:
        by_hand: Its site's inventory did not name it: it was queued as a person would.
        website: Its organization's last outcome, where the page was read as a website.
        listed: The listing URLs that came from that website.
        entry: Its row in the import queue.
    """

    page: SavedPage
    by_hand: bool
    website: str | None
    listed: Sequence[str]
    entry: Row
    vehicle: Row | None
    images: Sequence[Row]


@dataclass(frozen=True)
class Round:
    """What a run over pages of different addresses did and left."""

    commands: Mapping[str, Ran]
    outcomes: Sequence[Outcome]
    images: Sequence[Row]
    photographs: Mapping[str, Path]
    store: Path


def play(pages: Sequence[SavedPage], photographs: Sequence[Path], folder: Path) -> Round:
    """Serve the pages and run the commands, each in a process of its own, in a home of their own.

    Raises:
        PortsClosed: The sites cannot be served.
        Strangers: Nothing may leave this machine.
    """
    home = folder / "home"
    home.mkdir(parents=True)
    engine = open_database(f"sqlite:///{home / 'forecourt.db'}")
    with RealSites(pages, photographs, folder) as sites:
        run = _Runner(sites, home)
        commands = {
            "import": run("organizations", "import", str(_organizations(pages, folder))),
            "extract": run("extract-all-orgs", "--limit", _ENOUGH, "--threshold", _ENOUGH),
        }
        known = {row["listing_url"] for row in _rows(engine, select(import_queue))}
        left = [page.url for page in pages if page.url not in known]
        commands["add"] = run("import-queue", "add", *left)
        commands["process"] = run("process-import-queue", "--skip-image-upload")
        _refuse_strangers(engine, sites)
        commands["trickle"] = run("trickle-backfill-images", "--limit", _ENOUGH)
        commands["trickle again"] = run("trickle-backfill-images", "--limit", _ENOUGH)
    images = _rows(engine, select(vehicle_images).order_by(vehicle_images.c.vehicle_id, vehicle_images.c.position))
    outcomes = _outcomes(engine, pages, images, by_hand=set(left))
    engine.dispose()
    shown = {row["source_url"]: sites.photograph(row["source_url"]) for row in images}
    return Round(commands, outcomes, images, shown, home / "images")


class _Runner:
    """Runs `forecourt` with the settings of the sites."""

    def __init__(self, sites: RealSites, home: Path) -> None:
        self._sites = sites
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FORECOURT_")}
        self._environment = {
            **kept,
            **sites.settings,
            "FORECOURT_HOME": str(home),
            "FORECOURT_HOST_INTERVAL_SECONDS": "0",
            "FORECOURT_MIN_FREE_BYTES": "0",
        }
        self._folder = home

    def __call__(self, *words: str) -> Ran:
        requests, photos, begun = self._sites.requests(), self._sites.photo_requests(), time.monotonic()
        done = subprocess.run(
            [*_FORECOURT, *words],
            env=self._environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=_COMMAND_SECONDS,
        )
        return Ran(
            words,
            done.returncode,
            done.stdout,
            done.stderr,
            time.monotonic() - begun,
            self._sites.requests() - requests,
            self._sites.photo_requests() - photos,
        )


def _organizations(pages: Sequence[SavedPage], folder: Path) -> Path:
    path = folder / "organizations.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(("name", "website"))
        websites = dict.fromkeys(_website(page) for page in pages)
        lines.writerows((website.partition("://")[2], website) for website in websites)
    return path


def _website(page: SavedPage) -> str:
    """The site of a vehicle's page; any other page is somebody's website itself, as a dealer's at a marketplace."""
    return page.site if page.kind in ("vehicle", "sitemap") else page.url


def _refuse_strangers(engine: Engine, sites: RealSites) -> None:
    named = {urlsplit(f"//{row['host']}").hostname or "" for row in _rows(engine, select(hosts))}
    if strangers := named - sites.hosts:
        raise Strangers(f"a page names hosts that are not served here: {', '.join(sorted(strangers))}")


def _outcomes(
    engine: Engine, pages: Sequence[SavedPage], images: Sequence[Row], *, by_hand: set[str]
) -> Sequence[Outcome]:
    queue = _rows(engine, select(import_queue))
    entries = {row["listing_url"]: row for row in queue}
    by_id = {row["id"]: row for row in _rows(engine, select(vehicles))}
    websites = {row["website"]: row for row in _rows(engine, select(organizations))}
    outcomes = []
    for page in pages:
        website = websites.get(_website(page).rstrip("/")) if page.kind != "vehicle" else None
        entry = entries[page.url]
        listed = [row["listing_url"] for row in queue if website and row["organization_id"] == website["id"]]
        outcomes.append(
            Outcome(
                page,
                by_hand=page.url in by_hand,
                website=website["last_outcome"] if website else None,
                listed=[url for url in listed if url not in by_hand],
                entry=entry,
                vehicle=by_id.get(entry["vehicle_id"]),
                images=[row for row in images if row["vehicle_id"] == entry["vehicle_id"]],
            )
        )
    return outcomes


def _rows(engine: Engine, statement: Select[Any]) -> Sequence[Row]:
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(statement).mappings()]
