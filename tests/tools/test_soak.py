"""`make soak` in short: a worker among servers that misbehave in every way, and large photos at once."""

import pytest
from large_bodies import take_large_bodies
from own_program import own_program
from soak import MOST_PSS_BYTES, Soak
from soak_world import world

LARGE_BYTES = 20_000_000


@pytest.mark.timeout(240)
def test_a_worker_in_a_misbehaving_world_stores_what_is_good_and_leaves_in_order() -> None:
    def goes_on(soaked: Soak) -> bool:
        return soaked.outcomes["stored"] < 40 or len(soaked.outcomes) < 8

    with own_program("sqlite") as program, world(seed=3) as around:
        soaked = Soak(program, around, vehicles_per_second=5, goes_on=goes_on)
        soaked.run()

    assert soaked.faults == []
    assert soaked.outcomes["stored"] >= 40
    assert len(soaked.outcomes) >= 8, "so many ways to end were seen"


def test_large_photos_at_once_are_never_whole_in_memory() -> None:
    """Twelve of 20 MB, beside the 130 MB of a program that does nothing: whole ones would not fit."""
    with own_program("sqlite") as program:
        taken = take_large_bodies(program, bodies=12, size_bytes=LARGE_BYTES)

    assert (taken.stored, taken.at_once) == (12, 12)
    assert taken.most_pss_bytes < MOST_PSS_BYTES
