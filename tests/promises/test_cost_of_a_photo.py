"""What a photo costs, counted and not timed: a regression is seen on any machine."""

from collections import Counter
from pathlib import Path

from counting_program import PROGRAM, counted
from running_program import Program, shown
from servers.dealer_site import dealer_site


def test_a_photo_alone_costs_exactly_so_much(program: Program, tmp_path: Path) -> None:
    assert _run(program, tmp_path, vehicles=1, photos=1) == {
        "connect": 1,
        "open": 2 + 1,  # to write it down, to hand it over; the scratch folder, to remove it in the end
        "decoder": 1,
        "keeper": 1,
        "rename": 1,
        "fsync": 4,  # itself, its folder, and the two above it, which are new
    }


def test_many_share_what_can_be_shared(program: Program, tmp_path: Path) -> None:
    """What nobody can share stays the same for each; the rest is less."""
    photos = 4 * 20
    noted = _run(program, tmp_path, vehicles=4, photos=20, host_concurrency=8)

    assert (noted["open"], noted["rename"]) == (2 * photos + 1, photos)
    assert noted["connect"] <= 2 * 8
    assert noted["decoder"] <= photos  # how many wait at the same time is the machine's affair
    assert noted["keeper"] <= photos
    # A volume, or a folder above, is synced once each time.
    assert noted["fsync"] + noted["sync"] <= 3 * photos + noted["keeper"]


def _run(program: Program, folder: Path, *, vehicles: int, photos: int, **settings: int) -> Counter[str]:
    program.command = (str(PROGRAM), str(folder / "noted"))
    with dealer_site(vehicles=vehicles, photos=photos, photo_hosts=min(2, vehicles)) as site:
        shown(program.engine, site)
        done = program.run("trickle-backfill-images", "--json", **settings)
        assert (done.code, done.json()["total_images_inserted"]) == (0, vehicles * photos)
        assert site.photo_requests.total() == vehicles * photos
    return counted(folder / "noted")
