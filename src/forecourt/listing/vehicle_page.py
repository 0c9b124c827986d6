"""Whether a page without structured data is about one vehicle: by its VIN, or by its title and what is labelled."""

import re

from forecourt.listing.claims import Claims
from forecourt.listing.document import Page
from forecourt.listing.makes import split_title
from forecourt.listing.url_shapes import listing_score, looks_like_listing

_ENOUGH_LABELS = 3
MANY_CARDS = 4
_ABOUT_VEHICLES = re.compile(r"history report|\breviews?\b|price guide|valuation|specs and|buying guide", re.IGNORECASE)
_SPECS = (
    "mileage", "transmission", "fuel_type", "engine", "body_type", "drivetrain", "exterior_color", "stock_number",
    "year", "make", "model", "trim",
)  # fmt: skip


def is_about_vehicles(page: Page) -> bool:
    """A report, a review, a valuation, by its title or its address: it names a vehicle and offers none."""
    is_titled_so = _ABOUT_VEHICLES.search(f"{page.text_of('title')} {page.text_of('h1')}")
    return bool(is_titled_so) or listing_score(page.url) < 0


def is_offer(claims: Claims) -> bool:
    """Whether a reader found what only an offer has: a price, photos, or that it is sold."""
    return any(claims.value(field) is not None for field in ("price", "sale_status")) or bool(claims.photos)


def shows_a_vehicle(page: Page, dom: Claims, *, repeated: int, cards: int) -> bool:
    """Ask the page's own words.

    Args:
        dom: What it shows.
        repeated: How many labels name a field several times, as lists do.
        cards: How many teasers of vehicles it has.
    """
    if is_about_vehicles(page):
        return False
    if repeated > 1 or cards >= MANY_CARDS:
        # Other vehicles below the one: the page's own VIN or a full table of facts must speak for it.
        labels = sum(dom.value(field) is not None for field in _SPECS)
        return (
            repeated < _ENOUGH_LABELS
            and (dom.value("vin") is not None or labels > _ENOUGH_LABELS)
            and looks_like_listing(page.url)
        )
    offered = dom.value("price") is not None or dom.value("mileage") is not None or dom.value("sale_status") is not None
    if dom.value("vin") is not None and offered:
        return True
    labels = sum(dom.value(field) is not None for field in _SPECS)
    named = any((parts := split_title(page.text_of(where))) and parts.model for where in ("h1", "title"))
    told = dom.value("make") is not None and dom.value("model") is not None
    if named or told:
        return labels >= _ENOUGH_LABELS or (labels >= 1 and offered and looks_like_listing(page.url))
    return False
