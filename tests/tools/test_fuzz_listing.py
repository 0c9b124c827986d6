"""A few hundred spoilt pages, sitemaps and feeds, the same each time (`make fuzz` reads them for longer)."""

from random import Random

import pytest
from fuzz_cases import Case, case, findings, seedlings
from mutations import LARGEST_BYTES, mutated

SEED = 20_261
PARTS = 10
PER_PART = 40


@pytest.mark.parametrize("part", range(PARTS))
def test_no_spoilt_page_raises_or_breaks_a_promise(part: int) -> None:
    """How long one takes is for `make fuzz` to measure, on a machine that does nothing else."""
    good = seedlings(real=False)
    numbers = range(part * PER_PART, (part + 1) * PER_PART)

    found = [finding for number in numbers for finding in findings(case(SEED, number, good))]

    assert [finding for finding in found if finding.what in ("exception", "promise")] == []


def test_a_case_is_known_by_its_seed_and_its_number() -> None:
    good = seedlings(real=False)

    assert case(1, 7, good) == case(1, 7, good)
    assert case(1, 7, good) != case(2, 7, good)


def test_what_is_good_has_no_findings() -> None:
    good = seedlings(real=False)

    found = [each for one in good for each in findings(Case(0, one.name, one.kind, one.url, "text/html", one.body))]

    assert [each for each in found if each.what in ("exception", "promise")] == []


def test_no_mutation_makes_a_page_larger_than_one_may_be() -> None:
    bodies = [mutated(Random(number), b'<p class="x">17</p>' * 1_000, b"y") for number in range(100)]

    assert max(map(len, bodies)) <= LARGEST_BYTES
    assert len(set(bodies)) > 90
