"""A list of vehicles, page after page: where it goes on and when it ends. Pure."""

import pytest

from forecourt.listing.paging import InventoryList, following, gap, page_number
from forecourt.listing.values import PageReading

SITE = "https://dealer.example"


def taken(one: InventoryList, reading: PageReading, *urls: str, known: tuple[str, ...] = (), page: str) -> str | None:
    return one.take(reading, urls, known=known, page=page)


@pytest.mark.parametrize(
    ("here", "next_one"),
    [
        ("/cars?page=1", "/cars?page=2"),
        ("/cars?make=ford&page=9&sort=price", "/cars?make=ford&page=10&sort=price"),
        ("/cars?page[number]=3", "/cars?page[number]=4"),
        ("/cars?per_page=24&p=2", "/cars?per_page=24&p=3"),
        ("/cars?offset=0", "/cars?offset=20"),
        ("/cars?start=24&limit=24", "/cars?start=48&limit=24"),
        ("/cars?page-size=12&offset=12#list", "/cars?page-size=12&offset=24"),
        ("/cars/page/2/", "/cars/page/3/"),
        ("/gebrauchtwagen/seite-4", "/gebrauchtwagen/seite-5"),
        ("/cars?q=a%20b&sivu=&page=2", "/cars?q=a%20b&sivu=&page=3"),
        ("/cars", None),
        ("/cars?year=2019&from=2015", None),
        ("/cars?page=all", None),
        ("/cars?page=999999999999", None),
    ],
)
def test_the_next_page_by_the_shape_of_an_address(here: str, next_one: str | None) -> None:
    """By number or by offset; all else of the address stays as it is."""
    assert following(SITE + here, listed=20) == (SITE + next_one if next_one else None)


def test_the_size_of_a_page_is_not_its_number() -> None:
    assert [page_number(f"{SITE}/cars?per_page=24{more}") for more in ("", "&page=3")] == [1, 3]


def test_what_a_page_names_as_next_is_believed_before_its_totals() -> None:
    reading = PageReading("inventory", next_page="/more", results_total=40)

    assert taken(InventoryList(), reading, "a", "b", page=f"{SITE}/cars") == "/more"


def test_where_totals_say_that_there_is_more_the_next_number_is_tried() -> None:
    one = InventoryList()
    reading = PageReading("inventory", results_total=5)

    second = taken(one, reading, "a", "b", page=f"{SITE}/cars?make=ford")
    third = taken(one, reading, "c", "d", known=("a", "b"), page=second or "")
    end = taken(one, reading, "e", known=("a", "b", "c", "d"), page=third or "")

    assert (second, third) == (f"{SITE}/cars?make=ford&page=2", f"{SITE}/cars?make=ford&page=3")
    assert (end, one.is_full) == (None, True)


def test_where_the_number_of_pages_is_told_the_last_is_the_last() -> None:
    one, reading = InventoryList(), PageReading("inventory", pages_total=2)

    assert taken(one, reading, "a", page=f"{SITE}/cars") == f"{SITE}/cars?page=2"
    assert taken(one, reading, "b", known=("a",), page=f"{SITE}/cars?page=2") is None


def test_a_list_without_totals_or_numbers_is_one_page() -> None:
    assert taken(InventoryList(), PageReading("inventory"), "a", "b", page=f"{SITE}/cars") is None


def test_a_page_that_names_nothing_new_ends_the_list_whatever_comes_next() -> None:
    """But for the first: a home page may show just these."""
    one, reading = InventoryList(), PageReading("inventory", next_page="/more", results_total=9)

    assert taken(one, reading, "a", "b", known=("a", "b"), page=f"{SITE}/cars") == "/more"
    assert taken(one, reading, "b", "a", known=("a", "b"), page=f"{SITE}/more") is None
    assert taken(InventoryList(), reading, page=f"{SITE}/cars") is None


def list_of(*named: str, total: int | None = None, repeats: bool = False) -> InventoryList:
    return InventoryList(set(named), total, repeats)


@pytest.mark.parametrize(
    ("lists", "why"),
    [
        ([list_of("a", "b", total=2)], None),
        ([list_of("a"), list_of("a", "b", total=2)], None),
        ([list_of("a", "b", total=2), list_of("a", total=9, repeats=True)], None),
        ([list_of("a", "b")], "its pages do not say how many vehicles there are"),
        ([], "its pages do not say how many vehicles there are"),
        ([list_of("a", "b", total=3)], "2 of 3 vehicles were named"),
        ([list_of("a", total=1), list_of("b", total=2)], "1 of 2 vehicles were named"),
        ([list_of("a", total=1), list_of("b")], "some vehicles stand only where no page says how many there are"),
    ],
)
def test_lists_are_the_whole_inventory_where_they_name_as_many_as_they_say(
    lists: list[InventoryList], why: str | None
) -> None:
    assert gap(lists) == why
