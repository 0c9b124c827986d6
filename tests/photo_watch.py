"""Somebody who looks at the vehicles all the time while the program is treated badly."""

from threading import Event, Lock, Thread
from typing import Any, Self

from running_program import Program, images

from forecourt.db.engine import open_database


class Watch:
    """Notes down every photo that cannot be shown, and every one that was ours and is not what it was.

    Args:
        every_seconds: The pause between two looks.
    """

    def __init__(self, program: Program, *, every_seconds: float = 0.005) -> None:
        self._program = program
        self._engine = open_database(program.environment["FORECOURT_DATABASE_URL"])
        self._every_seconds = every_seconds
        self._expected: set[int] = set()
        self._stored: dict[int, dict[str, Any]] = {}
        self._one_look = Lock()
        self._done = Event()
        self._thread = Thread(target=self._look_on, name="watch")
        self.looks = 0
        self.losses: list[str] = []

    def __enter__(self) -> Self:
        return self

    def begin(self) -> None:
        """What is there now must be there at every look from now on."""
        self._expected = {row["id"] for row in images(self._engine)}
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._engine.dispose()

    def look(self) -> None:
        """Now, beside the looks that are had anyway."""
        with self._one_look:
            self._look()

    def _look_on(self) -> None:
        while not self._done.wait(self._every_seconds):
            self.look()
        self.look()

    def _look(self) -> None:
        rows = {row["id"]: row for row in images(self._engine)}
        dark = sorted(self._expected - {number for number, row in rows.items() if self._can_be_shown(row)})
        if dark:
            self.losses.append(f"these photos cannot be shown: {dark}")
        changed = [number for number, row in self._stored.items() if rows.get(number) != row]
        if changed:
            self.losses.append(f"these photos were stored, and their rows have changed: {changed}")
        self._stored |= {number: row for number, row in rows.items() if row["status"] == "stored"}
        self.looks += 1

    def _can_be_shown(self, row: dict[str, Any]) -> bool:
        if row["is_external"]:
            return bool(row["source_url"] and row["image_url"] == row["source_url"])
        return (self._program.store / str(row["storage_path"])).is_file()
