"""Lists of cars as sites publish them, and the ways from one of their pages to the next."""

import html
import json
from collections.abc import Callable, Sequence
from typing import Any

from synthetic.cars import Car, Dealer
from synthetic.published import Published, Truth, document, escaped, script
from synthetic.structured_ways import schema_car

PER_PAGE = 12
List = Callable[[Dealer, Sequence[Car]], str]
Pages = Callable[[Dealer], tuple[str, str | None]]


def cards(dealer: Dealer, cars: Sequence[Car]) -> str:
    """Between them a card for a loan and one for the news, with pictures too."""
    tiles = [
        f'<div class="card"><a href="{dealer.page_of(car)}"><img src="{dealer.photo(car.photos[0], "480x360")}"></a>'
        f"<h3>{escaped(car.name)}</h3><p>{_line(dealer, car)}</p></div>"
        for car in cars
    ]
    loan = '<div class="card"><a href="/finance/loan-2026-offer"><img src="/theme/loan.jpg"></a><h3>2.9 %</h3></div>'
    news = '<div class="card"><a href="/blog/winter-tyres-2026-test"><img src="/theme/news.jpg"></a><h3>News</h3></div>'
    return '<div class="list">' + "".join([*tiles[:4], loan, *tiles[4:], news]) + "</div>"


def linked_cards(dealer: Dealer, cars: Sequence[Car]) -> str:
    """The whole card is the link, the address a relative one."""
    tiles = "".join(
        f'<li><a href="{_path(dealer, car)}"><picture><img src="{dealer.photo(car.photos[0], "480x360")}"></picture>'
        f"<strong>{escaped(car.name)}</strong><span>{_line(dealer, car)}</span></a></li>"
        for car in cars
    )
    return f"<ul>{tiles}</ul>"


def table_rows(dealer: Dealer, cars: Sequence[Car]) -> str:
    rows = "".join(
        f'<tr><td><img src="{dealer.photo(car.photos[0], "120x90")}"></td><td><a href="{_path(dealer, car)}">'
        f"{escaped(car.name)}</a></td><td>{car.year}</td><td>{dealer.language.mileage(car.mileage)}</td>"
        f"<td>{dealer.language.price(car.price)}</td></tr>"
        for car in cars
    )
    return f"<table>{rows}</table>"


def item_list(dealer: Dealer, cars: Sequence[Car]) -> str:
    """JSON-LD with nothing but addresses; the cards come by script."""
    items = [{"@type": "ListItem", "position": at, "url": dealer.page_of(car)} for at, car in enumerate(cars, start=1)]
    return (
        script({"@context": "https://schema.org", "@type": "ItemList", "itemListElement": items})
        + '<div id="app"></div>'
    )


def item_list_of_cars(dealer: Dealer, cars: Sequence[Car]) -> str:
    items = [
        {"@type": "ListItem", "position": at, "item": schema_car(car, dealer)} for at, car in enumerate(cars, start=1)
    ]
    return script({"@context": "https://schema.org", "@type": "ItemList", "itemListElement": items})


def microdata_list(dealer: Dealer, cars: Sequence[Car]) -> str:
    tiles = "".join(
        f'<div itemscope itemtype="https://schema.org/Car"><a itemprop="url" href="{dealer.page_of(car)}">'
        f'<span itemprop="name">{escaped(car.name)}</span></a>'
        f'<img itemprop="image" src="{dealer.photo(car.photos[0], "480x360")}">'
        '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
        f'<meta itemprop="price" content="{car.price}">'
        f'<meta itemprop="priceCurrency" content="{dealer.language.currency}"></div></div>'
        for car in cars
    )
    return f"<div>{tiles}</div>"


def state_with_paths(dealer: Dealer, cars: Sequence[Car]) -> str:
    state = {"props": {"pageProps": {"search": {"total": 60, "results": [_row(dealer, car) for car in cars]}}}}
    return '<div id="__next"></div>' + script(state, kind="application/json", more=' id="__NEXT_DATA__"')


def state_with_ids(dealer: Dealer, cars: Sequence[Car]) -> str:
    """All cars in the state by their ids; the first three are shown already, and show how an id becomes an address."""
    state = {"results": [{key: value for key, value in _row(dealer, car).items() if key != "path"} for car in cars]}
    shown = "".join(
        f'<a href="{_path(dealer, car)}"><img src="{dealer.photo(car.photos[0])}">{car.name} {_line(dealer, car)}</a>'
        for car in cars[:3]
    )
    return f"<div>{shown}</div><script>window.__PRELOADED__ = {json.dumps(state)};</script>"


def state_in_attribute(dealer: Dealer, cars: Sequence[Car]) -> str:
    text = html.escape(json.dumps([_row(dealer, car) for car in cars]), quote=True)
    return f'<search-results :vehicles="{text}"></search-results>'


def state_in_chunks(dealer: Dealer, cars: Sequence[Car]) -> str:
    line = f"4:{json.dumps(['$', '$L9', None, {'listings': [_row(dealer, car) for car in cars]}])}\n"
    cuts = [line[at : at + 700] for at in range(0, len(line), 700)]
    return "".join(f"<script>self.__next_f.push([1,{json.dumps(cut)}])</script>" for cut in cuts)


def by_rel_next(dealer: Dealer) -> tuple[str, str | None]:
    target = f"{_list_url(dealer)}?page=2"
    return f'<link rel="next" href="{target}">', target


def by_number(dealer: Dealer) -> tuple[str, str | None]:
    here = _list_url(dealer)
    numbers = "".join(f'<a href="{here}?seite={number}">{number}</a>' for number in range(2, 6))
    return f'<div class="pages"><b>1</b>{numbers}</div>', f"{here}?seite=2"


def by_offset(dealer: Dealer) -> tuple[str, str | None]:
    here = _list_url(dealer)
    steps = "".join(f'<a href="{here}?start={PER_PAGE * at}">{at + 1}</a>' for at in range(1, 5))
    return f'<div class="pages"><b>1</b>{steps}</div>', f"{here}?start={PER_PAGE}"


def by_word(dealer: Dealer) -> tuple[str, str | None]:
    target = f"{_list_url(dealer)}/p/2"
    return f'<a class="more" href="{target}">{dealer.language.words[6]} ›</a>', target  # noqa: RUF001 (an arrow that sites write)


def by_state(dealer: Dealer) -> tuple[str, str | None]:
    """The next page stands in JSON only."""
    path = f"/{dealer.language.folder}?page=2"
    state = {"pagination": {"currentPage": 1, "totalPages": 5, "pageSize": PER_PAGE, "nextUrl": path}}
    return script(state, kind="application/json", more=' id="pagination"'), dealer.site + path


def by_button(_: Dealer) -> tuple[str, str | None]:
    """A button with a script leads nowhere that a page could name."""
    return '<button class="load-more" type="button">+</button>', None


LISTS: tuple[List, ...] = (
    *(cards, linked_cards, table_rows, item_list, item_list_of_cars, microdata_list, state_with_paths, state_with_ids),
    *(state_in_attribute, state_in_chunks),
)
PAGES: tuple[Pages, ...] = (by_rel_next, by_number, by_offset, by_word, by_state, by_button)


def inventory(way: List, pages: Pages, dealer: Dealer, cars: Sequence[Car]) -> Published:
    """A first page of five."""
    further, next_page = pages(dealer)
    main = f"<h1>{dealer.language.folder.title()}</h1><p>1-{len(cars)} / 60</p>{way(dealer, cars)}{further}"
    truth = Truth("inventory", listing_urls=tuple(dealer.page_of(car) for car in cars), next_page=next_page)
    name = f"{way.__name__}-{pages.__name__}-{dealer.language.code}".replace("_", "-")
    return Published(name, _list_url(dealer), document(dealer, dealer.name, main=main), truth)


def _row(dealer: Dealer, car: Car) -> dict[str, Any]:
    return {
        "id": car.number,
        "path": _path(dealer, car),
        "make": car.make,
        "model": car.model,
        "year": car.year,
        "price": car.price,
        "mileage": car.mileage,
        "image": dealer.photo(car.photos[0], "480x360"),
    }


def _line(dealer: Dealer, car: Car) -> str:
    return f"{car.year} · {dealer.language.mileage(car.mileage)} · {dealer.language.price(car.price)}"


def _path(dealer: Dealer, car: Car) -> str:
    return dealer.page_of(car).removeprefix(dealer.site)


def _list_url(dealer: Dealer) -> str:
    return f"{dealer.site}/{dealer.language.folder}"
