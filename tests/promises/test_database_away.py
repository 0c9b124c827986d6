"""C03: while the database is away nothing is sent that it does not know of; when it is back all goes on."""

import pytest
from database_away import DELAY_SECONDS, Outage
from photo_watch import Watch
from running_program import Program
from servers.cut_wire import cut_wire
from servers.dealer_site import dealer_site, wait_until

from forecourt.worker.turns import ROWS_A_REQUEST

GIVES_UP_SECONDS = 70  # six statements are tried for four seconds each, one after the other; perhaps some more
HELD = 4 * 2 * ROWS_A_REQUEST  # rows of four hosts


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_c03_a_worker_whose_database_goes_away_stops_and_goes_on_when_it_is_back(program: Program) -> None:
    """`make campaign-away` in short: away until the worker has given up for a while."""
    with (
        dealer_site(vehicles=4, photos=16, photo_hosts=4, delay_seconds=DELAY_SECONDS) as site,
        Watch(program, every_seconds=0.05) as watch,
        cut_wire(int(program.engine.url.port or 0)) as wire,
    ):
        url = program.engine.url.set(port=wire.port, drivername="postgresql").render_as_string(hide_password=False)

        def has_given_up(told: list[str]) -> None:
            wait_until(lambda: any("worker.pauses" in line for line in told), seconds=GIVES_UP_SECONDS)

        figures = Outage(wire.cut, has_given_up, url).run(program, site, watch)

    assert figures.faults == []
    assert (figures.stored, figures.files, figures.changed_rows) == (64, 64, 0)
    assert figures.requests_away <= HELD
