"""C12: ten thousand rows at once, three times the same: no doubles, and the pages read no more than before."""

import io
from collections.abc import Callable

import made_feed
import pytest
from running_program import Program, ended, everything, images
from servers.dealer_site import DealerSite, Given, dealer_site
from sqlalchemy import Connection, Engine, text
from statement_cost import Cost, cost_of

from forecourt.db import shown
from forecourt.db.engine import writing

FEW, MANY, PHOTOS = 100, 2_500, 4
A_PAGE = 24
PATIENCE_SECONDS = 180  # for the import of all, on a busy machine


def _list(connection: Connection) -> object:
    return shown.list_vehicles(connection, before_id=None, limit=A_PAGE + 1)


def _gallery(connection: Connection) -> object:
    return shown.one_vehicle(connection, FEW // 2)


@pytest.mark.timeout(5 * PATIENCE_SECONDS)
def test_ten_thousand_rows_at_once_are_not_doubled_and_leave_the_pages_as_quick_as_before(program: Program) -> None:
    """No time is measured: the same statements, and about the same rows or steps, after as before."""
    with dealer_site(vehicles=1, photos=1) as site:
        program.run("organizations", "add", "Dealer", site.website, "--feed-url", _offer(site, FEW))
        assert _extract(program) == (0, FEW)
        before = [_cost(program.engine, look) for look in (_list, _gallery)]
        _offer(site, MANY)
        created = [_extract(program) for _ in range(2)]
        rows = everything(program.engine)
        created.append(_extract(program))

    assert created == [(0, MANY - FEW), (0, 0), (0, 0)]
    assert len(images(program.engine)) == MANY * PHOTOS == 10_000
    assert everything(program.engine)["vehicle_images"] == rows["vehicle_images"]
    assert everything(program.engine)["vehicles"] == rows["vehicles"]
    assert [len(rows[table]) for table in ("vehicles", "import_queue")] == [MANY, MANY]
    after = [_cost(program.engine, look) for look in (_list, _gallery)]
    for few, many in zip(before, after, strict=True):
        assert many.statements == few.statements
        assert (many.rows or many.steps) <= 1.2 * (few.rows or few.steps)


def _offer(site: DealerSite, vehicles: int) -> str:
    """The first so many of an endless inventory."""
    feed = io.StringIO()
    made_feed.write(feed, vehicles, photos=PHOTOS, host="https://photos.example")
    url = f"{site.website}/export/cars.csv"
    site.answers[url] = Given(body=feed.getvalue().encode(), headers=("Content-Type: text/csv",))
    return url


def _extract(program: Program) -> tuple[int, int]:
    """How it ended, and how many vehicles are new."""
    with program.started("extract-all-orgs", "--threshold", "100000", "--json") as process:
        done = ended(process, seconds=PATIENCE_SECONDS)
    return done.code, done.json()["total_vehicles_created"]


def _cost(engine: Engine, look: Callable[[Connection], object]) -> Cost:
    """With what the planner knows of the table as it is."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM (ANALYZE)"))
    if engine.dialect.name == "postgresql":  # a few pages are read soonest one after the other
        with writing(engine) as connection:
            connection.execute(text(f'ALTER DATABASE "{engine.url.database}" SET enable_seqscan = off'))
        engine.dispose()
    return cost_of(engine, look)
