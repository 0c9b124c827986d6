"""What a reading of somebody else's page gives: values, not rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

PageKind = Literal["vehicle", "inventory", "feed", "sitemap", "blocked", "nothing"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where the value of one field came from.

    `value` is None where the page said something that will not do ("price on application"): `raw` keeps its words.
    """

    value: object
    reader: str
    raw: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An address that gets no row. `url` shows no secret: userinfo is taken out, long ones are cut."""

    url: str
    why: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page about one vehicle, as read. None: the page does not say.

    Args:
        url: The page's own address, after redirects.
        price: In whole or decimal units of `currency` (ISO 4217); an auction's current bid or final price.
        mileage: In `mileage_unit`.
        auction_ends_at: UTC.
        photos: Absolute http and https addresses in the order of the page, each once by `source_key`, in the
            largest form that the page names.
        other_forms: Further forms of a photo that the page names, largest first, by the address in `photos`.
        written_forms: Where an address in `photos` is only expected to be there, since other photos of the page have
            that size: the largest one that the page wrote, to be shown until the bytes are ours.
        sources: Where each field came from, by its name.
        left_out: Photos that get no row, and why.
    """

    url: str
    title: str | None = None
    year: int | None = None
    make: str | None = None
    model: str | None = None
    trim: str | None = None
    vin: str | None = None
    price: Decimal | None = None
    currency: str | None = None
    mileage: int | None = None
    mileage_unit: Literal["mi", "km"] | None = None
    exterior_color: str | None = None
    interior_color: str | None = None
    body_type: str | None = None
    engine: str | None = None
    transmission: str | None = None
    drivetrain: str | None = None
    fuel_type: str | None = None
    description: str | None = None
    stock_number: str | None = None
    dealer_name: str | None = None
    sale_status: Literal["for_sale", "sold", "auction"] | None = None
    auction_ends_at: datetime | None = None
    photos: tuple[str, ...] = ()
    other_forms: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    written_forms: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class PageReading:
    """What a page turned out to be, and what it gives.

    Args:
        listing: For a vehicle.
        listing_urls: For an inventory, a feed or a sitemap: pages about one vehicle each, in the order of the page.
        next_page: Of an inventory, as the page itself links it.
        vehicles: What a list or a feed says of each vehicle, as far as it does.
        left_out: Addresses that were named and are not followed, and why.
        sitemaps: Of a sitemap index: the sitemaps that it names.
        inventory_urls: Of any page: links of its own site that look like lists of vehicles, the likeliest first.
        results_total: Of an inventory: how many vehicles it says there are, over all its pages.
        pages_total: Of an inventory: how many pages it says it has.
        is_whole: Nothing is missing that was to be read: a sitemap that breaks off is not whole.
        url: Where it was served from, after redirects; None where nobody has fetched it.
    """

    kind: PageKind
    listing: Listing | None = None
    listing_urls: tuple[str, ...] = ()
    next_page: str | None = None
    vehicles: tuple[Listing, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    sitemaps: tuple[str, ...] = ()
    inventory_urls: tuple[str, ...] = ()
    results_total: int | None = None
    pages_total: int | None = None
    is_whole: bool = True
    url: str | None = None


@dataclass(frozen=True, slots=True)
class SitemapReading:
    """The addresses that a sitemap names, in its order. An index names further `sitemaps`.

    `is_whole`: it was read to its end, and none of our limits cut it.
    """

    listing_urls: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    is_whole: bool = True
