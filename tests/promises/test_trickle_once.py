"""P3, P4: one photo is one row with one id; a run that has nothing to do does nothing."""

from pathlib import Path

from running_program import Program, everything, identity, images, is_whole, nothing_is_held, shown
from servers.dealer_site import dealer_site


def test_every_photo_is_asked_for_once_and_stored_in_its_own_row(program: Program) -> None:
    with dealer_site(vehicles=3, photos=5, photo_hosts=2) as site:
        shown(program.engine, site)
        before = images(program.engine)
        done = program.run("trickle-backfill-images", "--json")

    after = images(program.engine)
    assert (done.code, done.json()["total_images_inserted"], done.json()["successful"]) == (0, 15, 3)
    assert site.photo_requests == dict.fromkeys(site.photo_urls, 1)
    assert identity(after) == identity(before)
    assert all(row["status"] == "stored" and is_whole(program, row) for row in after)
    assert [(program.store / row["storage_path"]).read_bytes() for row in after] == [
        site.photo(row["source_url"]) for row in after
    ]
    assert len([path for path in program.files() if path.suffix == ".jpg"]) == 15
    assert nothing_is_held(program.engine)
    assert program.strays() == []


def test_a_second_run_asks_nothing_and_changes_no_row(program: Program) -> None:
    with dealer_site(vehicles=3, photos=5) as site:
        shown(program.engine, site)
        program.run("trickle-backfill-images")
        first, rows, files = site.asked.total(), everything(program.engine), _files(program)
        second = program.run("trickle-backfill-images", "--json")
        single = program.run("backfill-images", "1", "--json")

        assert site.asked.total() == first
    assert (second.code, second.json()["processed"], single.code, single.json()["uploaded"]) == (0, 0, 0, 0)
    assert everything(program.engine) == rows
    assert _files(program) == files


def test_a_vehicle_keeps_what_lies_beyond_its_cap_external(program: Program) -> None:
    """The first 20 become ours; the others show from the dealer's server, run after run."""
    with dealer_site(vehicles=2, photos=23) as site:
        shown(program.engine, site)
        done = [program.run("trickle-backfill-images") for _ in range(2)]

    rows = images(program.engine)
    assert [run.code for run in done] == [0, 0]
    assert site.photo_requests.total() == 40
    assert all(row["is_external"] == (row["position"] >= 20) for row in rows)
    assert all(row["source_url"] == row["image_url"] for row in rows if row["is_external"])


def test_max_images_counts_a_vehicles_first_photos_not_more_in_each_run(program: Program) -> None:
    with dealer_site(vehicles=2, photos=23) as site:
        shown(program.engine, site)
        for most, stored in (("3", 6), ("3", 6), ("5", 10), ("0", 46)):
            assert program.run("trickle-backfill-images", "--max-images", most).code == 0
            assert sum(row["status"] == "stored" for row in images(program.engine)) == stored
    assert set(site.photo_requests.values()) == {1}


def test_limit_counts_vehicles_and_organization_id_chooses_them(program: Program) -> None:
    with dealer_site(vehicles=4, photos=2) as one, dealer_site(vehicles=1, photos=2) as other:
        shown(program.engine, one)
        shown(program.engine, other)
        limited = program.run("trickle-backfill-images", "--limit", "2", "--batch-size", "1", "--json")
        of_other = program.run("trickle-backfill-images", "--organization-id", "2", "--json")
        nobody = program.run("trickle-backfill-images", "--organization-id", "3")

    assert (limited.json()["processed"], limited.json()["total_images_inserted"]) == (2, 4)
    assert (nobody.code, nobody.err.count("\n")) == (2, 1)
    assert (of_other.json()["processed"], of_other.json()["total_images_inserted"]) in ((1, 2), (0, 0))
    assert one.photo_requests.total() + other.photo_requests.total() == 4 + of_other.json()["total_images_inserted"]
    assert (
        sum(row["status"] == "stored" for row in images(program.engine) if row["source_url"] in other.photo_urls) == 2
    )


def test_a_dry_run_changes_nothing(program: Program) -> None:
    with dealer_site(vehicles=2, photos=3) as site:
        vehicle_ids = shown(program.engine, site)
        rows = everything(program.engine)
        plan = program.run("trickle-backfill-images", "--dry-run", "--json")
        single = program.run(
            "backfill-images", str(vehicle_ids[0]), "--image-url", f"{site.website}/photos/9/9.jpg", "--dry-run"
        )

    assert (plan.code, [each["image_urls_count"] for each in plan.json()["results"]]) == (0, [3, 3])
    assert single.code == 0
    assert site.asked.total() == 0
    assert everything(program.engine) == rows
    assert not program.store.exists()


def test_one_vehicles_photos_can_be_fetched_by_name(program: Program) -> None:
    """One that it does not have yet is appended to it."""
    with dealer_site(vehicles=2, photos=3) as site:
        first, second = shown(program.engine, site)
        new = f"{site.website}/photos/0/new.jpg"
        named = program.run(
            "backfill-images", str(first), "--image-url", site.photo_urls[1], "--image-url", new, "--json"
        )
        assert set(site.photo_requests) == {site.photo_urls[1], new}
        few = program.run("backfill-images", str(first), "--max-images", "1", "--json")
        rest = program.run("backfill-images", str(first), "--json")

    rows = [row for row in images(program.engine) if row["vehicle_id"] == first]
    assert [run.json()["uploaded"] for run in (named, few, rest)] == [2, 1, 1]
    assert [(row["position"], row["status"]) for row in rows] == [(place, "stored") for place in range(4)]
    assert rows[-1]["source_url"] == new
    assert all(row["is_external"] for row in images(program.engine) if row["vehicle_id"] == second)
    assert set(site.photo_requests.values()) == {1}


def _files(program: Program) -> dict[Path, tuple[int, int]]:
    found = [path for path in program.files() if path.suffix == ".jpg"]
    return {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in found}
