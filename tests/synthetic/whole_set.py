"""The whole synthetic set by its seed: the same seed makes the same bytes."""

from collections.abc import Callable, Sequence
from random import Random

from synthetic.cars import Car, Dealer, draw_car, draw_cars, draw_dealer
from synthetic.contradictions import CONTRADICTIONS
from synthetic.galleries import GALLERIES, gallery_page
from synthetic.inventories import LISTS, PAGES, PER_PAGE, inventory
from synthetic.languages import AMERICAN, GERMAN, LANGUAGES, Language
from synthetic.no_offers import no_offers
from synthetic.published import Published
from synthetic.shown_ways import SHOWN
from synthetic.spellings import MILEAGES, PRICES, with_mileage, with_price
from synthetic.state_ways import STATE
from synthetic.structured_ways import STRUCTURED

SEED = 1907
Way = Callable[[Car, Dealer, Sequence[Car]], Published]
_SIMILAR = 4


def everything(seed: int = SEED) -> list[Published]:
    return [
        *ways(seed),
        *languages(seed),
        *spellings(seed),
        *galleries(seed),
        *contradictions(seed),
        *lists(seed),
        *empty(seed),
    ]


def ways(seed: int = SEED) -> list[Published]:
    """Each way to publish, at home, in German, and in a language that its turn gives it."""
    found = []
    for at, way in enumerate((*STRUCTURED, *STATE)):
        others = (AMERICAN, GERMAN, LANGUAGES[1 + at % 11])
        found += [_draw(way, language, seed, at) for language in dict.fromkeys(others)]
    return found


def languages(seed: int = SEED) -> list[Published]:
    """Each way to show facts to a reader, in each language."""
    return [_draw(way, language, seed, at) for at, way in enumerate(SHOWN) for language in LANGUAGES]


def spellings(seed: int = SEED) -> list[Published]:
    found = []
    for language, text, mileage, unit in MILEAGES:
        random = Random(f"{seed} {language.code} {text}")
        found.append(with_mileage(draw_car(random, language), draw_dealer(random, language), text, mileage, unit))
    for language, text, price, currency in PRICES:
        random = Random(f"{seed} {language.code} {text}")
        found.append(with_price(draw_car(random, language), draw_dealer(random, language), text, price, currency))
    return found


def galleries(seed: int = SEED) -> list[Published]:
    """Each trap among the photos, with facts in JSON-LD and with facts that only the page shows."""
    found = []
    for at, name in enumerate(GALLERIES):
        for structured in (True, False):
            random = Random(f"{seed} {name} {structured}")
            language = LANGUAGES[at % len(LANGUAGES)]
            car, dealer = draw_car(random, language), draw_dealer(random, language)
            found.append(gallery_page(name, car, dealer, draw_cars(random, language, _SIMILAR), structured=structured))
    return found


def contradictions(seed: int = SEED) -> list[Published]:
    chosen = [(way, (AMERICAN, GERMAN, LANGUAGES[(3 * at) % 11])) for at, way in enumerate(CONTRADICTIONS)]
    return [_draw(way, language, seed, 0) for way, spoken in chosen for language in dict.fromkeys(spoken)]


def lists(seed: int = SEED) -> list[Published]:
    """Each way to publish a list in two languages, and each way to lead to its next page."""
    pairs = [(way, PAGES[at % len(PAGES)], at) for at, way in enumerate(LISTS)]
    pairs += [(LISTS[0], pages, at) for at, pages in enumerate(PAGES, start=3)]
    found = []
    for way, pages, at in pairs:
        for language in dict.fromkeys((LANGUAGES[at % 11], LANGUAGES[(at + 5) % 11])):
            random = Random(f"{seed} {way.__name__} {pages.__name__} {language.code}")
            dealer = draw_dealer(random, language)
            found.append(inventory(way, pages, dealer, draw_cars(random, language, PER_PAGE)))
    return list({page.name: page for page in found}.values())


def empty(seed: int = SEED) -> list[Published]:
    random = Random(f"{seed} empty")
    return no_offers(draw_dealer(random, AMERICAN), draw_cars(random, AMERICAN, _SIMILAR))


def _draw(way: Way, language: Language, seed: int, turn: int) -> Published:
    random = Random(f"{seed} {way.__name__} {language.code} {turn}")
    return way(draw_car(random, language), draw_dealer(random, language), draw_cars(random, language, _SIMILAR))
