"""C04: two workers claim at once, a hundred times: each row once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from made import NOW, organization, photo, queued, read_listing, worker
from sqlalchemy import Connection, Engine

from forecourt.db import due_images, hosts, image_claims, import_queue
from forecourt.db.engine import writing
from forecourt.db.image_claims import END, HEAD, Range

ROUNDS = 100
AT_ONCE = 3


def test_two_workers_that_claim_at_once_have_no_row_in_common(db: Engine) -> None:
    """Neither waits for the other's rows, nor do both ever wait for each other's."""
    for number in range(ROUNDS // 5):
        photos = [photo(100 * number + place) for place in range(20)]
        read_listing(db, organization_id=organization(db), url=f"https://dealer.example/{number}", photos=photos)

    def claim(connection: Connection, name: str) -> list[tuple[int, int]]:
        claims = image_claims.claim_ranges(connection, [Range(1, AT_ONCE, HEAD, END)], worker_id=name, now=NOW)
        return [(each.image_id, each.attempt) for each in claims]

    taken = _at_once(db, claim)

    assert len({image_id for image_id, _ in taken}) == len(taken)
    assert {attempt for _, attempt in taken} == {1}
    assert len(taken) == min(ROUNDS * 2 * AT_ONCE, ROUNDS // 5 * 20)


def test_two_runs_that_have_chosen_the_same_rows_share_them(db: Engine) -> None:
    photos = [photo(place) for place in range(20)]
    vehicle_ids = [
        read_listing(
            db, organization_id=organization(db), url=f"https://dealer.example/{number}", photos=photos
        ).vehicle_id
        for number in range(ROUNDS // 5)
    ]
    with writing(db) as connection:
        due = [each.image_id for each in due_images.due_of(connection, vehicle_ids, max_images=0)]
    batches = {name: iter([due[start : start + 4] for start in range(0, len(due), 4)]) for name in ("w1", "w2")}

    def claim(connection: Connection, name: str) -> list[tuple[int, int]]:
        wanted = next(batches[name])
        order = wanted if name == "w1" else wanted[::-1]
        return [
            (each.image_id, each.attempt) for each in image_claims.claim(connection, order, worker_id=name, now=NOW)
        ]

    taken = _at_once(db, claim)

    assert sorted(taken) == sorted((image_id, 1) for image_id in due)


def test_two_workers_read_no_listing_twice(db: Engine) -> None:
    dealer = organization(db)
    queued(db, organization_id=dealer, urls=[f"https://dealer.example/{number}" for number in range(4 * ROUNDS)])

    def claim(connection: Connection, name: str) -> list[tuple[int, int]]:
        [host_id] = hosts.ids_of(connection, ["dealer.example"]).values()
        claims = import_queue.claim(connection, host_id, organization_ids=None, worker_id=name, limit=2)
        return [(each.queue_id, each.attempt) for each in claims]

    taken = _at_once(db, claim)

    assert len({queue_id for queue_id, _ in taken}) == len(taken) == 4 * ROUNDS


def _at_once(db: Engine, claim: Callable[[Connection, str], list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """A hundred times both at the same moment; what they took."""
    together = Barrier(2)  # where one fails, the other gives up in half a minute
    for name in ("w1", "w2"):
        worker(db, name)

    def work(name: str) -> list[tuple[int, int]]:
        taken: list[tuple[int, int]] = []
        for _ in range(ROUNDS):
            together.wait(30)
            with writing(db) as connection:
                taken += claim(connection, name)
        return taken

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(work, ("w1", "w2"))
    return [*one, *other]
