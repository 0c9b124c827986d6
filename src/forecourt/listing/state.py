"""Inline JSON state: the page's own vehicle, and the lists of vehicles, whatever framework wrote it.

Several vehicles are told apart by the page's address, then by its heading; a state that offers one vehicle and no
list speaks of the page's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from forecourt.listing.claims import Claims
from forecourt.listing.document import Page
from forecourt.listing.merge import merge
from forecourt.listing.photo_templates import filled
from forecourt.listing.state_facts import READER, tell_state
from forecourt.listing.state_links import address_of, addresses_by_number, is_page_of
from forecourt.listing.state_photos import longest_gallery, photos_of_state
from forecourt.listing.state_shapes import StateList, StateVehicle, find_shapes
from forecourt.listing.url_shapes import looks_like_listing
from forecourt.listing.values import Listing

MOST_LISTED = 1_000
_MOST_ALONE = 20
_MOST_BARE = 5  # galleries by themselves, the longest; each is compared with the whole page
_ENOUGH_FACTS = 4


@dataclass(frozen=True, slots=True)
class StateReading:
    """What the states of a page give.

    Attributes:
        own: What they say of the page's own vehicle; empty where none is.
        is_sure: The page's address names that vehicle, or its heading where the address is that of a vehicle.
        galleries: Lists of photos that stand by themselves, `var photos = […]`, whosever they are.
        listed: The vehicles of its longest list, each with its own address, in order.
        is_store: That list is a store by number: it may hold more than the page shows.
    """

    own: Claims
    is_sure: bool = False
    galleries: tuple[tuple[tuple[str, ...], ...], ...] = ()
    listed: tuple[Listing, ...] = ()
    is_store: bool = False


def read_state(page: Page, states: Sequence[object]) -> StateReading:
    """Find the vehicles of all states, and tell the page's own from the others."""
    lone: list[StateVehicle] = []
    lists: list[StateList] = []
    bare: list[object] = []
    for state in states:
        shapes = find_shapes(state)
        bare += [] if shapes.lone or shapes.lists else [state]
        lone += [one for one in shapes.lone if not one.is_others]
        lists += shapes.lists
    listed, is_store = _longest(page, lists)
    named = [one for one in lone if is_page_of(one, page)] or _named_in_lists(page, lists)
    if not named and looks_like_listing(page.url):
        named = [one for one in lone if _is_in_heading(one, page)]
    own = Claims(READER, page.locale)
    for vehicle in _own(page, named or ([] if len(listed) > 1 else lone)):
        tell_state(vehicle, own)
        if not own.photos:
            _show(vehicle, own, page)
    return StateReading(own, bool(named), _bare_galleries(page, bare), tuple(listed), is_store)


def _named_in_lists(page: Page, lists: Sequence[StateList]) -> list[StateVehicle]:
    """The one of all lists that the page's address names; none where it names several, as a make's page does."""
    named = [one for each in lists for one in each.vehicles if is_page_of(one, page)]
    return named if named and all(named[0].identity.agrees(other.identity) for other in named) else []


def _own(page: Page, candidates: Sequence[StateVehicle]) -> list[StateVehicle]:
    """The page's vehicle, each time that it is told: the one of the heading first, then the most telling.

    Where several are told and none is in the heading, one that says little is nobody's.
    """
    told = [
        (_is_in_heading(vehicle, page), _count_facts(vehicle, page), vehicle) for vehicle in candidates[:_MOST_ALONE]
    ]
    told.sort(key=lambda one: (not one[0], -one[1]))
    if not told:
        return []
    is_in_heading, facts, first = told[0]
    alike = [vehicle for _, _, vehicle in told if vehicle.identity.agrees(first.identity)]
    return alike if is_in_heading or len(alike) == len(told) or facts > _ENOUGH_FACTS else []


def _is_in_heading(vehicle: StateVehicle, page: Page) -> bool:
    heading = page.heading.casefold()
    words = (vehicle.identity.make.casefold(), vehicle.identity.model.casefold())
    return all(word and word in heading for word in words)


def _count_facts(vehicle: StateVehicle, page: Page) -> int:
    claims = Claims(READER, page.locale)
    tell_state(vehicle, claims)
    return sum(source.value is not None for source in claims.fields.values())


def _show(vehicle: StateVehicle, claims: Claims, page: Page) -> None:
    for forms in filled(photos_of_state(vehicle), page.source):
        claims.show(tuple(page.absolute(url) for url in forms))


def _bare_galleries(page: Page, states: Sequence[object]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    found = sorted((longest_gallery(state) for state in states), key=len, reverse=True)[:_MOST_BARE]
    return tuple(
        tuple(tuple(page.absolute(url) for url in forms) for forms in filled(photos, page.source))
        for photos in found
        if len(photos) > 1
    )


def _longest(page: Page, lists: Sequence[StateList]) -> tuple[list[Listing], bool]:
    """The list that names the most pages of this site, and whether it is a store.

    One that is said to be of others counts only where there is no other.
    """
    best: dict[str, StateVehicle] = {}
    is_store = False
    for each in sorted(lists, key=lambda each: (each.vehicles[0].is_others, -len(each.vehicles))):
        if (each.vehicles[0].is_others and best) or len(each.vehicles) <= len(best):
            continue
        found: dict[str, StateVehicle] = {}
        for vehicle in each.vehicles[:MOST_LISTED]:
            if url := address_of(vehicle, page):
                found.setdefault(url, vehicle)
        found = found or addresses_by_number(each.vehicles[:MOST_LISTED], page)
        if len(found) > len(best):
            best = found
            is_store = each.is_store
    return [_listing(vehicle, url, page) for url, vehicle in best.items()], is_store


def _listing(vehicle: StateVehicle, url: str, page: Page) -> Listing:
    claims = Claims(READER, page.locale)
    tell_state(vehicle, claims)
    _show(vehicle, claims, page)
    return merge(url, [claims], [], locale=page.locale)
