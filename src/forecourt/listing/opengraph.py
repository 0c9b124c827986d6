"""OpenGraph and its relatives in the page's head, and what the title says by its words.

Source: ogp.me; Facebook's and Pinterest's product tags.
"""

import re

from forecourt.listing.claims import Claims
from forecourt.listing.document import Page
from forecourt.listing.makes import split_title

READER = "opengraph"
TITLE_READER = "title"
_FIELDS = {
    "og:title": "title", "og:description": "description", "product:price:amount": "price",
    "og:price:amount": "price", "product:price:currency": "currency", "og:price:currency": "currency",
    "product:brand": "make", "og:brand": "make", "product:availability": "sale_status",
    "og:availability": "sale_status", "product:retailer_item_id": "stock_number", "vehicle:make": "make",
    "vehicle:model": "model", "vehicle:year": "year", "vehicle:vin": "vin", "vehicle:mileage": "mileage",
    "twitter:title": "title", "twitter:description": "description", "description": "description",
}  # fmt: skip
_IMAGES = frozenset({"og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"})


def read_opengraph(page: Page) -> Claims:
    """What the meta elements say."""
    claims = Claims(READER, page.locale)
    seen: set[str] = set()
    for meta in page.tree.css("meta[content]")[:500]:
        attributes = meta.attributes
        name = (attributes.get("property") or attributes.get("name") or "").strip().lower()
        content = (attributes.get("content") or "").strip()
        if not content:
            continue
        if name in _FIELDS:
            claims.say(_FIELDS[name], content)
        elif name in _IMAGES and (url := page.absolute(content)) not in seen:
            seen.add(url)
            claims.show((url,))
    return claims


def read_title(page: Page, *also: str | None) -> Claims:
    """Year, make, model and trim by the words of the heading, else of the titles.

    Args:
        also: Titles that other readers found, tried last.
    """
    claims = Claims(TITLE_READER, page.locale)
    titles = [page.text_of("h1"), page.text_of("title"), *(title or "" for title in also)]
    split = [(title, parts) for title in titles if (parts := split_title(title))]
    for title, parts in sorted(split, key=lambda one: (one[1].year is None, one[1].model is None)):
        if claims.value("make") in (None, parts.make):
            for field, value in (
                ("year", parts.year),
                ("make", parts.make),
                ("model", parts.model),
                ("trim", parts.trim),
            ):
                if field != "trim" or claims.value("model") == parts.model:
                    claims.say(field, str(value) if value else None)
        claims.say("title", re.split(r"\s+[|•]\s+", title)[0])
    return claims
