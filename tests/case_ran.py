"""What a run of cases left behind, and what is promised of each."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from case_input import Case, Names
from servers.canary import Canary
from servers.dealer_site import photo_bytes
from servers.misbehaving import MisbehavingServer
from sqlalchemy import Engine
from temptations import NETRC_SECRET

NEIGHBOURS = 12


@dataclass
class Ran:
    """What a run left behind."""

    engine: Engine
    store: Path
    canary: Canary
    server: MisbehavingServer
    names: Names
    begun: datetime
    ended: datetime
    images: list[dict[str, Any]]
    host_rows: dict[str, dict[str, Any]]
    files: set[str]
    strays: list[Path]
    left_open: list[str]
    reached: set[tuple[str, int]]

    def row(self, case: Case) -> dict[str, Any]:
        """The case's image."""
        return next(row for row in self.images if row["source_key"] == case.name)

    def host_row(self, case: Case) -> dict[str, Any]:
        """The host that the case's photo is asked of."""
        return next(row for row in self.host_rows.values() if row["id"] == self.row(case)["host_id"])

    def asked(self, case: Case) -> int:
        """How often its path was."""
        return [target.partition("?")[0] for target in self.server.targets].count(case.path)

    def check(self, case: Case) -> None:
        """All that is promised of a case."""
        row = self.row(case)
        assert (row["status"], row["failure_kind"], row["failures"]) == case.outcome.written, row["last_error"]
        self._check_next_time(case, row)
        self._check_store(case, row)
        assert self.asked(case) == case.requests
        assert self.canary.visits() == 0
        assert not [
            request.head
            for request in self.server.requests
            if NETRC_SECRET in request.head or "\r\nEvil" in request.head
        ]
        assert self.left_open == []
        self.check_neighbours()

    def check_neighbours(self) -> None:
        """The good photos of the same run are ours, whole, and nobody holds anything."""
        good = [row for row in self.images if row["source_key"].startswith("neighbour")]
        assert len(good) == NEIGHBOURS
        assert all(row["status"] == "stored" and row["storage_path"] in self.files for row in good)
        assert not [row["id"] for row in self.images if row["lease_owner"]]
        assert not [name for name, row in self.host_rows.items() if row["lease_owner"]]

    def _check_next_time(self, case: Case, row: dict[str, Any]) -> None:
        due, waits = row["next_attempt_at"], case.outcome.waits
        if waits is None:
            assert due is None
            return
        assert self.begun + timedelta(seconds=waits[0]) <= due <= self.ended + timedelta(seconds=waits[1])
        if case.outcome.host_waits:
            assert abs((self.host_row(case)["next_allowed_at"] - due).total_seconds()) < 1
            assert self.host_row(case)["consecutive_failures"] == 1

    def _check_store(self, case: Case, row: dict[str, Any]) -> None:
        assert self.strays == []
        assert self.files == {each["storage_path"] for each in self.images if each["storage_path"]}
        assert row["source_url"]
        if case.outcome.status != "stored":
            assert (row["is_external"], row["storage_path"], row["file_hash"]) == (True, None, None)
            return
        body = photo_bytes(case.path) if case.body is None else case.body
        assert row["file_hash"] == hashlib.sha256(body).hexdigest()
        assert (self.store / row["storage_path"]).read_bytes() == body
        assert not row["is_external"]
