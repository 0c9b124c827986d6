"""A mileage that only the text tells: "has covered 84,500 miles", or the unit of one that stands elsewhere bare."""

import re

from forecourt.listing.amounts import read_mileage
from forecourt.listing.claims import Claims
from forecourt.listing.document import Page

READER = "prose"
_LONGEST_TEXT = 60_000
_AMOUNT = r"(\d{1,3}(?:[.,'\s]\d{3})+|\d{2,7})\s*(miles|mi\b|kms?\b|kilomet(?:er|re)s?)"
_COVERED = re.compile(
    rf"(?:covered|driven|travelled|odometer (?:reads|shows|reading of)|mileage (?:is|of)|showing|indicated mileage)"
    rf"(?:\s(?:just|only|around|about|approximately|circa|approx\.?|some|a mere|barely))?\s{_AMOUNT}"
    rf"|{_AMOUNT}\s(?:from new|on the clock|gelaufen|since new)",
    re.IGNORECASE,
)


def read_prose(page: Page, *readers: Claims) -> Claims:
    """What the text adds to what the readers found; nothing where it says two things."""
    claims = Claims(READER, page.locale)
    known = next((one for claims in readers if (one := claims.value("mileage")) is not None), None)
    if known is not None and any(one.value("mileage") == known and one.value("mileage_unit") for one in readers):
        return claims
    described = [str(one.value("description") or "") for one in readers]
    text = " ".join([*described, *page.outline.texts])[:_LONGEST_TEXT]
    if known is None:
        said = {f"{found[1] or found[3]} {found[2] or found[4]}" for found in _COVERED.finditer(text)}
    else:
        written = (found[0] for found in re.finditer(_AMOUNT, text, re.IGNORECASE))
        said = {one for one in written if (read := read_mileage(one)) and read[0] == known}
    if len({read_mileage(one) for one in said}) == 1:
        claims.say("mileage", said.pop())
    return claims
