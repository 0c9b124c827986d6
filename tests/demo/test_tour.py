from io import StringIO

import pytest
from rich.console import Console

from forecourt.demo.tour import run_tour


@pytest.mark.timeout(300)
def test_the_tour_keeps_every_promise_it_tells_of() -> None:
    """The whole job: 250 photos drawn, served, fetched, verified, stored; six of them broken, six beyond the cap."""
    told = StringIO()

    exit_code = run_tour(serve=False, console=Console(file=told, width=110))

    assert exit_code == 0, told.getvalue()
    for sentence in (
        "24 vehicles from 30 pages, 3 sitemaps and 3 robots.txt.",
        "250 photos of 24 vehicles. Photos asked for: 0.",
        "238 photos are ours now",
        "Requests: 0. Rows changed: 0.",
        "6 keep their dealer's address",
        "250 in all.",
    ):
        assert sentence in " ".join(told.getvalue().split())
