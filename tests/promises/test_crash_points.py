"""C01: dead at any point between claim and lease release, the program loses nothing and does nothing twice."""

import signal
from dataclasses import replace

import pytest
from dying_program import POINTS, PROGRAM
from photo_watch import Watch
from running_program import Program, identity, images, is_whole, nothing_is_held, shown
from servers.dealer_site import DealerSite, dealer_site

PHOTO_BYTES = 600_000  # more than one reading of a socket gives, so that there is half a body


@pytest.mark.parametrize("point", POINTS)
def test_a_death_at_this_point_costs_nothing(program: Program, point: str) -> None:
    """While one photo is under way. The next run is a plain one."""
    with dealer_site(vehicles=2, photos=2) as site, Watch(program) as watch:
        site.photo_bytes = PHOTO_BYTES
        shown(program.engine, site)
        before = images(program.engine)
        watch.begin()
        dying = replace(program, command=(str(PROGRAM), point))
        died = dying.run("trickle-backfill-images", "--limit", "1", "--max-images", "1")
        left, asked, orphans = _left_behind(program, site), site.photo_requests, _orphans(program)
        lost = set(asked) - {row["source_url"] for row in images(program.engine) if row["status"] == "stored"}
        again = program.run("trickle-backfill-images")

    after = images(program.engine)
    assert (died.code, left) == (-signal.SIGKILL, POINTS[point][1])
    assert len(orphans) <= 1
    assert again.code == 0
    assert watch.losses == []
    assert identity(after) == identity(before)
    assert all(row["status"] == "stored" and is_whole(program, row) for row in after)
    assert site.photo_requests == {url: 2 if url in lost else 1 for url in site.photo_urls}
    assert _orphans(program) == set()
    assert program.strays() == []
    assert nothing_is_held(program.engine)


def test_the_points_lie_on_the_whole_way() -> None:
    left = [left for _, left in POINTS.values()]

    assert list(dict.fromkeys(left)) == ["nothing", "a request", "a part", "all of it", "an orphan", "a stored photo"]


def _left_behind(program: Program, site: DealerSite) -> str:
    """How far the one photo has come."""
    if any(row["status"] == "stored" for row in images(program.engine)):
        return "a stored photo"
    if _orphans(program):
        return "an orphan"
    if not site.photo_requests:
        return "nothing"
    [size] = [path.stat().st_size for path in program.store.rglob("*.tmp") if path.is_file()]
    if size == 0:
        return "a request"
    [url] = site.photo_requests
    return "all of it" if size == len(site.photo(url)) else "a part"


def _orphans(program: Program) -> set[str]:
    """Files in their places that no row names."""
    named = {row["storage_path"] for row in images(program.engine)}
    places = {str(path.relative_to(program.store)) for path in program.files()}
    return {place for place in places - named if not place.startswith(".tmp/")}
