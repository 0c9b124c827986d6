"""Photos as sites show them, and what stands among them that is no photo of the car."""

import html
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from synthetic.cars import Car, Dealer
from synthetic.published import Published, heading, images_of, plain_gallery, script, similar_cards, vehicle
from synthetic.shown_ways import as_list, facts_of
from synthetic.structured_ways import jsonld_without

_LAZY = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
Gallery = Callable[[Dealer, Car, Sequence[Car]], str]


def among_similar_cars(dealer: Dealer, car: Car, others: Sequence[Car]) -> str:
    return plain_gallery(dealer, car) + similar_cards(dealer, others)


def among_furniture(dealer: Dealer, car: Car, _: Sequence[Car]) -> str:
    """Logo, badge, map and banner in the same column, nobody's names on them."""
    theme = f"{dealer.site}/theme"
    return (
        f'<div class="seller"><img src="{theme}/seller-logo.png" width="160">'
        f'<img src="{theme}/verified-badge.svg"></div>'
        f"{plain_gallery(dealer, car)}"
        f'<div class="where"><img src="https://tiles.maps.example/12/2189/1436.png">'
        f'<img src="https://tiles.maps.example/12/2190/1436.png"></div>'
        f'<a href="/finance"><img src="{theme}/banner-970x250.jpg"></a>'
    )


def among_unlinked_cars(dealer: Dealer, car: Car, others: Sequence[Car]) -> str:
    """Similar cars that a script opens: no link says whose photos they are."""
    tiles = "".join(
        f'<div class="tile" onclick="go({one.number})"><img src="{dealer.photo(one.photos[0], "480x360")}">'
        f"<b>{one.name}</b><i>{dealer.language.price(one.price)}</i></div>"
        for one in others
    )
    return f'{plain_gallery(dealer, car)}<section class="row"><h2>{dealer.language.words[0]}</h2>{tiles}</section>'


def among_larger_galleries(dealer: Dealer, car: Car, others: Sequence[Car]) -> str:
    """Each similar car is a carousel of its own, and all of them together have more photos than the page's car."""
    tiles = "".join(
        f'<article><a href="{dealer.page_of(one)}">{images_of(dealer.photos_of(one, "480x360"))}'
        f"<h3>{one.name}</h3></a></article>"
        for one in others
    )
    return f"{plain_gallery(dealer, car)}<section>{tiles}</section>"


def a_single_one(dealer: Dealer, car: Car, others: Sequence[Car]) -> str:
    """One photo of its own, four of others."""
    return f'<figure><img src="{dealer.photo(car.photos[0])}"></figure>' + similar_cards(dealer, others)


def with_coming_soon(dealer: Dealer, car: Car, others: Sequence[Car]) -> str:
    """Similar cars without a photo of their own share a card."""
    soon = f"{dealer.site}/theme/photo-coming-soon.jpg"
    tiles = "".join(
        f'<li><a href="{dealer.page_of(one)}"><img src="{soon}"><h3>{one.name}</h3></a></li>' for one in others
    )
    return f"{plain_gallery(dealer, car)}<ul>{tiles}</ul>"


def in_five_sizes_on_two_hosts(dealer: Dealer, car: Car, _: Sequence[Car]) -> str:
    """A large one above, a strip below, an overlay at the end: each photo five times."""
    small = "".join(f'<img src="{dealer.photo(key, "120x90")}">' for key in car.photos)
    middle = "".join(f'<img src="{dealer.photo(key, "640x480").replace("//img.", "//img2.")}">' for key in car.photos)
    slides = "".join(
        f'<img src="{dealer.photo(key, "800x600")}"'
        f' srcset="{dealer.photo(key, "320x240")} 320w, {dealer.photo(key)} 1600w">'
        for key in car.photos
    )
    return f'<div class="stage">{slides}</div><div class="strip">{small}</div><div class="overlay">{middle}</div>'


def srcset_with_commas(dealer: Dealer, car: Car, _: Sequence[Car]) -> str:
    """Addresses that hold commas themselves, and candidates parted by a comma without a blank behind the width."""
    tile = '<img src="{small}" srcset="{small} 400w,{large} 1600w">'
    return _tiles(car, lambda key: tile.format(small=_commas(dealer, key, 400), large=_commas(dealer, key, 1600)))


def lazy(dealer: Dealer, car: Car, _: Sequence[Car]) -> str:
    return _tiles(car, lambda key: f'<img class="lazyload" src="{_LAZY}" data-src="{dealer.photo(key)}">')


def picture(dealer: Dealer, car: Car, _: Sequence[Car]) -> str:
    tile = '<picture><source type="image/jpeg" srcset="{0} 1600w, {1} 640w"><img src="{2}" loading="lazy"></picture>'
    sizes = ("1600x1200", "640x480", "320x240")
    return _tiles(car, lambda key: tile.format(*(dealer.photo(key, size) for size in sizes)))


def noscript(dealer: Dealer, car: Car, _: Sequence[Car]) -> str:
    return _tiles(
        car,
        lambda key: f'<div class="slide"><img src="{_LAZY}"><noscript><img src="{dealer.photo(key)}"></noscript></div>',
    )


def linked_thumbnails(dealer: Dealer, car: Car, _: Sequence[Car]) -> str:
    return _tiles(
        car, lambda key: f'<a href="{dealer.photo(key)}"><img src="{dealer.photo(key, "160x120")}" width="160"></a>'
    )


def backgrounds(dealer: Dealer, car: Car, _: Sequence[Car]) -> str:
    return _tiles(car, lambda key: f'<div class="slide" style="background-image: url(\'{dealer.photo(key)}\')"></div>')


def data_gallery(dealer: Dealer, car: Car, _: Sequence[Car]) -> str:
    """The viewer's own JSON beside one shown photo."""
    photos = [{"thumb": dealer.photo(key, "160x120"), "full": dealer.photo(key)} for key in car.photos]
    first = f'<img src="{dealer.photo(car.photos[0], "640x480")}">'
    return f'<div class="viewer" data-gallery="{html.escape(json.dumps(photos))}">{first}</div>'


def templates(dealer: Dealer, car: Car, _: Sequence[Car]) -> str:
    """Addresses with {size} in a script of the page, which names the sizes too."""
    state = {
        "gallery": {
            "sizes": ["320x240", "640x480", "1600x1200"],
            "images": [
                {"urlTemplate": dealer.photo(key, "{size}"), "position": at} for at, key in enumerate(car.photos)
            ],
        }
    }
    first = f'<img src="{dealer.photo(car.photos[0], "640x480")}">'
    return f'<div class="viewer">{first}</div>' + script(state, kind="application/json", more=' id="gallery"')


GALLERIES: dict[str, Gallery] = {
    "similar-cars": among_similar_cars,
    "unlinked-cars": among_unlinked_cars,
    "larger-galleries": among_larger_galleries,
    "single": a_single_one,
    "furniture": among_furniture,
    "coming-soon": with_coming_soon,
    "five-sizes": in_five_sizes_on_two_hosts,
    "srcset-commas": srcset_with_commas,
    "lazy": lazy,
    "picture": picture,
    "noscript": noscript,
    "linked-thumbnails": linked_thumbnails,
    "backgrounds": backgrounds,
    "data-gallery": data_gallery,
    "templates": templates,
}


def gallery_page(name: str, car: Car, dealer: Dealer, others: Sequence[Car], *, structured: bool) -> Published:
    """Facts from JSON-LD or from a list; photos from the gallery alone."""
    car = replace(car, photos=car.photos[:1]) if name == "single" else car
    shown = GALLERIES[name](dealer, car, others)
    photos = [_commas(dealer, key, 1600) for key in car.photos] if name == "srcset-commas" else dealer.photos_of(car)
    if structured:
        head, main = script(jsonld_without(car, dealer, "image")), heading(car) + shown
    else:
        head, main = "", heading(car) + as_list(facts_of(car, dealer)) + shown
    return vehicle(
        f"gallery-{name}-{'jsonld' if structured else 'dom'}", car, dealer, head=head, main=main, photos=photos
    )


def _commas(dealer: Dealer, key: str, width: int) -> str:
    return f"https://img.{dealer.host}/w_{width},h_{width * 3 // 4},c_fill/{key}.jpg"


def _tiles(car: Car, tile: Callable[[str], str]) -> str:
    return '<div class="carousel">' + "".join(tile(key) for key in car.photos) + "</div>"
