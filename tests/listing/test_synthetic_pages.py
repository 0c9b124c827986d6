"""The synthetic set: what a made page says is known field by field, and read so (tests/synthetic)."""

import pytest
from synthetic.misses import misses, read
from synthetic.not_yet import not_yet
from synthetic.published import Published
from synthetic.whole_set import everything

from forecourt.listing import valid_vin

PAGES = everything()


def case(page: Published) -> object:
    why = not_yet(page.name)
    return pytest.param(page, id=page.name, marks=pytest.mark.xfail(reason=why) if why else ())


@pytest.mark.parametrize("page", [case(page) for page in PAGES])
def test_a_made_page_is_read_as_a_person_would_read_it(page: Published) -> None:
    assert misses(page, read(page)) == []


def test_the_same_seed_makes_the_same_pages_and_another_seed_others() -> None:
    again, other = everything(), everything(seed=2)

    assert [page.body for page in again] == [page.body for page in PAGES]
    assert not {page.body for page in other if page.truth.photos} & {page.body for page in PAGES}


def test_the_set_has_a_page_for_each_way_to_publish() -> None:
    names = [page.name for page in PAGES]
    vehicles = [page for page in PAGES if page.truth.kind == "vehicle"]

    assert len(set(names)) == len(names)
    assert {page.truth.kind for page in PAGES} == {"vehicle", "inventory", "nothing", "blocked"}
    assert all(valid_vin(str(vin)) == vin for page in vehicles if (vin := page.truth.fields["vin"]))
