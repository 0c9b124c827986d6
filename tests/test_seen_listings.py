"""Which listings a feed has named, kept small."""

import tracemalloc

from forecourt.jobs.seen_listings import SeenListings


def test_it_knows_what_it_has_seen_and_nothing_else() -> None:
    seen = SeenListings()

    assert [seen.add(f"https://dealer.example/{number % 5_000}") for number in range(6_000)] == [
        number < 5_000 for number in range(6_000)
    ]
    assert len(seen) == 5_000
    assert all(f"https://dealer.example/{number}" in seen for number in range(5_000))
    assert not any(f"https://dealer.example/{number}" in seen for number in range(5_000, 6_000))


def test_an_address_costs_a_few_bytes_however_long_it_is() -> None:
    seen = SeenListings()
    tracemalloc.start()
    for number in range(20_000):
        seen.add(f"https://dealer.example/{'x' * 200}/{number}")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20_000 * 60
