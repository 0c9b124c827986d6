"""Lists that are not what they look like, as real pages have them."""

import json

import pytest
from page_made import html

from forecourt.listing import PageReading, read_page

CARS = [
    ("2019-honda-odyssey-ex", "7694967985"),
    ("2018-honda-odyssey", "7689967851"),
    ("2020-ford-explorer-xlt", "7692349217"),
]


def read(body: str, url: str = "https://dallas.adverts.example/search") -> PageReading:
    return read_page(html(body), url=url, content_type="text/html")


def card(url: str, *, title: str = "2019 Honda Odyssey EX", price: str = "$19,900") -> str:
    return f'<li><a href="{url}"><div>{title}</div><div class="price">{price}</div></a></li>'


def test_a_list_goes_on_at_hosts_beside_its_own() -> None:
    urls = [
        f"https://{host}.adverts.example/cto/d/{name}/{number}.html"
        for host, (name, number) in zip(("dallas", "houston", "dallas"), CARS, strict=True)
    ]

    assert list(read(f"<ul>{''.join(map(card, urls))}</ul>").listing_urls) == urls


@pytest.mark.parametrize("host", ["other-dealer.co.uk", "adverts.example.org"])
def test_a_list_does_not_go_on_at_strangers_hosts(host: str) -> None:
    urls = [f"https://{host}/cto/d/{name}/{number}.html" for name, number in CARS]

    assert read(f"<ul>{''.join(map(card, urls))}</ul>", url="https://my-dealer.co.uk/search").listing_urls == ()


def test_a_number_that_all_share_is_no_vehicles() -> None:
    """Towns and body types of one category, with a price each."""
    towns = ("new-york-ny", "los-angeles-ca", "chicago-il", "dallas-tx")
    links = [card(f"/used_cars-t10037-{town}", title="2019 models", price="from $9,000") for town in towns]

    assert read(f"<ul>{''.join(links)}</ul>").listing_urls == ()


def test_the_same_model_of_other_years_is_no_list() -> None:
    years = [card(f"/ford/explorer/{year}-ford-explorer/sport-utility-2d/?vehicleid={year}5") for year in (1997, 1999)]
    here = "https://prices.example/ford/explorer/1998-ford-explorer/sport-utility-2d/"

    assert read(f"<ul>{''.join(years)}</ul>", url=here).listing_urls == ()


def test_a_state_that_says_how_many_there_are_goes_before_cards_that_never_change() -> None:
    best = [card(f"/listing/{year}-ferrari-f40-{year}1/", title=f"{year} Ferrari F40") for year in range(1987, 1993)]
    items = [
        {"title": name.replace("-", " ").title(), "url": f"https://dallas.adverts.example/listing/{name}-{number}/",
         "year": name[:4], "price": "19900", "image": f"https://photos.example/{number}.jpg"}
        for name, number in CARS
    ]  # fmt: skip
    state = json.dumps({"items": items, "items_total": 208940, "page_current": 1})

    found = read(f"<ul>{''.join(best)}</ul><script>var results = {state};</script>")

    assert list(found.listing_urls) == [str(item["url"]) for item in items]
    assert found.results_total == 208940
