"""What is due of vehicles that were chosen before."""

import pytest
from made import CAP, organization, photo, read_listing
from sqlalchemy import Connection, Engine
from statement_cost import cost_of

from forecourt.db import chosen, due_images

VEHICLES, PHOTOS = 60, 10


@pytest.fixture
def many(db: Engine) -> list[int]:
    """Vehicles that were imported just now: PostgreSQL knows nothing of how many photos they have."""
    dealer = organization(db)
    listed = [
        read_listing(
            db,
            organization_id=dealer,
            url=f"https://dealer.example/{number}",
            photos=[photo(PHOTOS * number + place) for place in range(PHOTOS)],
        )
        for number in range(VEHICLES)
    ]
    return [each.vehicle_id for each in listed]


@pytest.mark.parametrize("first", [0, 3])
def test_the_first_photos_of_chosen_vehicles_are_due(db: Engine, many: list[int], first: int) -> None:
    some = many[10:20]
    with db.connect() as connection:
        due = list(due_images.due_of(connection, some, max_images=first))
        ready = chosen.with_ready_images(connection, limit=None, vehicle_ids=some, max_images=first)

    assert len(due) == 10 * (first or PHOTOS)
    assert {each.vehicle_id for each in due} == set(some)
    assert [(each.vehicle_id, each.ready) for each in ready] == [(each, first or PHOTOS) for each in some]


@pytest.mark.parametrize("first", [0, 3, None])
def test_no_photo_is_compared_with_all_others(db: Engine, many: list[int], first: int | None) -> None:
    """It took a second and a half for 3,000 photos, and a hundred times as long for ten times as many."""

    def look(connection: Connection) -> None:
        chosen.with_ready_images(connection, limit=VEHICLES, max_images=first)
        list(due_images.due_of(connection, many, max_images=CAP if first is None else first))
        due_images.next_wake(connection, vehicle_ids=many, max_images=first or 0)

    cost = cost_of(db, look)
    assert cost.statements >= 5
    assert cost.rows < 30 * VEHICLES * PHOTOS
    assert cost.steps < 500 * VEHICLES * PHOTOS
