"""A price that structured data say and the page does not show is stale: then what it shows goes first."""

import re
from collections.abc import Sequence
from decimal import Decimal

from forecourt.listing import dom
from forecourt.listing.claims import Claims
from forecourt.listing.document import Page

_GROUPING = re.compile(r"(?<=\d)[.,'\s\u00a0\u202f\u2019](?=\d)")


def shown_first(page: Page, readers: Sequence[Claims]) -> list[Claims]:
    """The readers without a price that the page contradicts: it shows another one, and this one nowhere."""
    shown = next((claims for claims in readers if claims.reader == dom.READER), None)
    price = shown.value("price") if shown else None
    stale = [
        claims
        for claims in readers
        if claims.value("price") not in (None, price) and not _is_shown(page, claims.value("price"))
    ]
    if price is None or not _is_shown(page, price):
        return list(readers)
    for claims in stale:
        claims.fields.pop("price")
        claims.fields.pop("currency", None)
    return list(readers)


def _is_shown(page: Page, amount: object) -> bool:
    if not isinstance(amount, Decimal):
        return False
    digits = str(int(amount))
    return any(digits in _GROUPING.sub("", text) for text in page.outline.texts)
