"""A campaign of deaths: one life of the program after the other, each ended by SIGKILL, and what they cost.

    start → work until a random moment → SIGKILL
    start → work until a random moment → SIGSTOP → an heir works → SIGCONT → SIGKILL for both

Then a plain run finishes what is left, and everything is counted: at the server, in the table and in the store.
"""

import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from frozen import freeze, the_lease_runs_out
from photo_watch import Watch
from running_program import Program, ended, images, is_whole, kill, nothing_is_held, shown
from servers.dealer_site import DealerSite, wait_until
from sqlalchemy import ColumnElement, select, update

from forecourt.db.engine import reading, writing
from forecourt.db.tables import import_queue, vehicle_images
from forecourt.db.workers import LEASE

DELAY_SECONDS = 0.15  # of a photo: there is something in flight at most moments
_TRICKLE = ("trickle-backfill-images", "--limit", "1000")
_COMMANDS = (_TRICKLE, _TRICKLE, (*_TRICKLE, "--follow"), ("worker",))
_STARTS = 0.12  # the share of lives that end while they begin
_PATIENCE_SECONDS = 60.0  # for a life that asks for nothing: what is left may wait
_LAST_RUN_SECONDS = 900


@dataclass
class Figures:
    """What a campaign did and what it found.

    Attributes:
        held: By photo, how often its holder died or froze: so many more requests than one are fair.
        by_heirs: How many photos had been finished by an heir when the frozen one that had held them woke up.
        waited: How many rows still waited at the end because workers had died over them; they are made due.
        faults: What no campaign may find.
    """

    photos: int
    kills: int = 0
    while_starting: int = 0
    freezes: int = 0
    by_heirs: int = 0
    waited: int = 0
    requests: int = 0
    looks: int = 0
    stored: int = 0
    files: int = 0
    held: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"kills                 {self.kills}, of them {self.while_starting} while starting"
        yield f"freezes               {self.freezes}; heirs had finished {self.by_heirs} of their photos at the waking"
        yield f"photos                {self.photos}: {self.stored} stored, in {self.files} files"
        yield f"requests for photos   {self.requests}; {self.held.total()} photos were held at a death or a freeze"
        yield f"made due at the end   {self.waited} rows that waited because workers had died over them"
        yield f"looks of a reader     {self.looks}"
        yield from (f"FAULT                 {fault}" for fault in self.faults)


@dataclass
class Campaign:
    """So many kills over the photos of a site.

    Args:
        site: Of which the program's database knows nothing yet.
        freezes: The share of lives that are frozen first.
        tell: What becomes of it as it goes on.
        waits_out: The first frozen worker's lease runs out by itself; the end of all others' is brought forward.
    """

    program: Program
    site: DealerSite
    watch: Watch
    kills: int
    random: Random
    freezes: float = 0.08
    tell: Callable[[str], None] = lambda _: None
    waits_out: bool = False

    def run(self) -> Figures:
        """Import, kill, finish with one plain run, count."""
        shown(self.program.engine, self.site)
        self.figures = Figures(len(self.site.photo_urls))
        self.watch.begin()
        with suppress(KeyboardInterrupt):  # what was seen until then is told
            while self.figures.kills < self.kills and self._left():
                self._live_once()
                self.tell(f"{self.figures.kills} of {self.kills} kills, {self._left()} photos left")
            if self.figures.kills < self.kills:
                self._fault("all photos were stored before the last kill: take more of them")
        self._finish()
        self._count()
        return self.figures

    def _finish(self) -> None:
        """One plain run. Where rows wait because workers have died over them, they are made due, and it runs again."""
        self.site.photo_delay_seconds = 0
        for _ in range(2):
            with self.program.started(*_TRICKLE) as process:
                last = ended(process, seconds=_LAST_RUN_SECONDS)
            if not (waiting := self._made_due()):
                break
            self.figures.waited += waiting
        if last.code != 0:
            self._fault(f"the last run ended with {last.code}: {last.err}{last.out}")

    def _live_once(self) -> None:
        """From a process's start to its SIGKILL; so long that the photos last until the last kill."""
        fate = self.random.random()
        with self.program.started(*self.random.choice(_COMMANDS)) as process:
            if fate < _STARTS:
                time.sleep(self.random.uniform(0, 1))
            else:
                self._let_work(process)
            if process.poll() is not None:
                self._made_due()  # all that was left waits
            elif fate < _STARTS:
                self.figures.while_starting += 1
                self._end(process)
            elif fate < _STARTS + self.freezes:
                self._freeze_until_an_heir_has_worked(process)
            else:
                self._end(process)

    def _let_work(self, process: "subprocess.Popen[str]") -> None:
        kills_left = self.kills - self.figures.kills
        some = self.random.randint(1, 1 + 2 * self._left() // kills_left)
        enough = self._asked() + some
        with suppress(AssertionError):
            wait_until(
                lambda: self._asked() >= enough or process.poll() is not None,
                seconds=_PATIENCE_SECONDS,
            )
        time.sleep(self.random.uniform(0, DELAY_SECONDS))

    def _freeze_until_an_heir_has_worked(self, late: "subprocess.Popen[str]") -> None:
        freeze(late, self.program.engine)
        held = self._held()
        self.figures.held.update(held)
        if self.waits_out and not self.figures.freezes:
            time.sleep(LEASE.total_seconds() + 1)
        else:
            the_lease_runs_out(self.program.engine)
        self.figures.freezes += 1
        enough = self._asked() + 2 * len(held)
        with self.program.started(*_TRICKLE) as heir:
            with suppress(AssertionError):
                wait_until(
                    lambda: held <= self._stored() or self._asked() >= enough,
                    seconds=_PATIENCE_SECONDS,
                )
            self.figures.by_heirs += len(held & self._stored())
            self.watch.look()  # from now on these may not change
            late.send_signal(signal.SIGCONT)
            time.sleep(self.random.uniform(0, 3 * DELAY_SECONDS))
            self._end(heir, late)

    def _end(self, *processes: "subprocess.Popen[str]") -> None:
        """Where there are two, both stand still first: one that lives would hand back what the dead one held."""
        held: set[str] = set()
        if len(processes) > 1:
            for process in processes:
                process.send_signal(signal.SIGSTOP)
            held = self._held()
        for process in processes:
            if process.poll() is None:
                self.figures.kills += 1
                try:
                    kill(process)
                except AssertionError:
                    self._fault("a child outlived its worker")
        self.figures.held.update(held | self._held())
        for process in processes:
            said = process.stderr.read() if process.stderr else ""
            if "Traceback" in said:
                self._fault(said)

    def _made_due(self) -> int:
        """Rows over which workers have died wait for minutes: the database's own column says until when."""
        with writing(self.program.engine) as connection:
            made_due = [
                connection.execute(
                    update(table).where(table.c.next_attempt_at.is_not(None)).values(next_attempt_at=None)
                ).rowcount
                for table in (vehicle_images, import_queue)
            ]
        return made_due[0]

    def _count(self) -> None:
        figures, rows = self.figures, images(self.program.engine)
        asked = self.site.photo_requests
        files = [path for path in self.program.files() if path.suffix == ".jpg"]
        figures.requests, figures.looks, figures.files = asked.total(), self.watch.looks, len(files)
        figures.stored = sum(row["status"] == "stored" and is_whole(self.program, row) for row in rows)
        figures.faults += self.watch.losses[:10]
        if not len(rows) == figures.stored == figures.files == figures.photos:
            self._fault(f"{len(rows)} rows, {figures.stored} stored, {figures.files} files")
        for url, count in asked.items():
            if count > 1 + figures.held[url]:
                self._fault(f"{url} was asked for {count} times, and held at {figures.held[url]} deaths")
        if self.program.strays():
            self._fault(f"left behind: {self.program.strays()}")
        if not nothing_is_held(self.program.engine):
            self._fault("a row, a host or a worker is still held")

    def _asked(self) -> int:
        """Requests for photos: they lie on hosts of their own."""
        return sum(len(self.site.hosts[port].starts) for port in self.site.ports[1:])

    def _left(self) -> int:
        return self.figures.photos - len(self._stored())

    def _stored(self) -> set[str]:
        return self._urls(~vehicle_images.c.is_external)

    def _held(self) -> set[str]:
        return self._urls(vehicle_images.c.lease_owner.is_not(None))

    def _urls(self, which: ColumnElement[bool]) -> set[str]:
        with reading(self.program.engine) as connection:
            return set(connection.scalars(select(vehicle_images.c.source_url).where(which)))

    def _fault(self, what: str) -> None:
        self.figures.faults.append(what)
