"""What a page shows a reader: labels and their values, the heading, the price.

Definition lists, tables, and blocks of label and value are one thing here: an element whose whole text is a label
that we know, and the text that follows it.
"""

import re

from forecourt.listing.amounts import read_money
from forecourt.listing.claims import Claims
from forecourt.listing.document import Page
from forecourt.listing.labels import LONGEST_LABEL, is_label, label_of
from forecourt.listing.makes import TitleParts, split_title
from forecourt.listing.outline import Element, Outline
from forecourt.listing.vin import valid_vin

READER = "dom"
_LONGEST_VALUE = 160
_MOST_LABELS = 2_000
_VIN_IN_TEXT = re.compile(
    r"\b(?:vin|chassis|fin)\b\W{0,3}(?:n(?:o|r|umber)\b\.?|#)?\W{0,4}([A-HJ-NPR-Z0-9]{17})\b", re.IGNORECASE
)
_PRICE_CLASS = re.compile(r"price|preis|prix|precio|prezzo|prijs|preco|cena|pris\b|current-?bid", re.IGNORECASE)
_PRICE_PARTS = ("pr", "cena", "bid")  # one of them is in each of these words
_MOST_IN_A_PRICE = 8  # texts; more are a block
_NOT_THE_PRICE = re.compile(
    r"old|was|former|strike|crossed|msrp|rrp|retail|list-?price|month|finance|lease|leasing|payment|deposit|saving|discount|rebate|shipping"
    r"|delivery|filter|slider|range|history|alert|similar|related|recommend|estimate|warranty|tax|per-",
    re.IGNORECASE,
)
_LINE = re.compile(r"(?:18|19|20)\d\d \w")
_LONGEST_LINE = 60
_CONTROLS = frozenset({"select", "option", "input", "button", "label"})  # of a search form
_BARE_NUMBER = re.compile(r"[\d.,]{1,12}")
_UNIT = re.compile(r"km|kms|miles|mi|万km|万円|円|€|eur|kr|zł|\$|£", re.IGNORECASE)
_STRUCK = ("del", "s", "strike")
_MILEAGE_TEXT = re.compile(r"\d[\d.,\s']{0,9}k?\s*(mi|miles|km|kms|kilometers|kilometres)\.?", re.IGNORECASE)


def read_dom(page: Page) -> tuple[Claims, int]:
    """The fields that the page shows, and how many of its labels name a field twice with different values.

    Many such labels mean a list of vehicles and not one.
    """
    claims = Claims(READER, page.locale)
    outline = page.outline
    values: dict[str, set[str]] = {}
    pairs = 0
    for element in outline.elements:
        if element.last_text == element.first_text or element.tag in (
            "html",
            "body",
            "head",
            "title",
            "option",
            "select",
        ):
            continue
        if (
            outline.texts[element.first_text]
            and (pair := _pair(outline, element))
            and not outline.within(element, "nav", "footer", "select", "form")
        ):
            field, value = pair
            values.setdefault(field, set()).add(value.casefold())
            claims.say(field, value)
            pairs += 1
            if pairs >= _MOST_LABELS:
                break
    _say_vin(page, claims)
    if claims.value("price") is None:
        _say_price(page, claims)
    if claims.value("mileage") is None:
        _say_mileage(page, claims)
    claims.say("title", page.text_of("h1"))
    if claims.value("make") is None and claims.value("model") is None:
        _say_line(page, claims)
    return claims, sum(len(said) > 2 for said in values.values())  # noqa: PLR2004 (a label and its short form may differ)


def _pair(outline: Outline, element: Element) -> tuple[str, str] | None:
    """A label in this element, and its value."""
    if element.tag in ("label", "button", "a") or element.last_text - element.first_text > 4:  # noqa: PLR2004 (label, unit, colon, value)
        return None
    text = outline.text(element, longest=_LONGEST_VALUE + LONGEST_LABEL)
    if field := label_of(text):
        value = _value_after(outline, element)
        return (field, value) if value and not is_label(value) else None
    label, colon, value = text.partition(":")
    if (
        colon
        and value.strip()
        and (field := label_of(label))
        and (outline.is_leaf(element) or element.tag in ("li", "p") or outline.texts[element.first_text].endswith(":"))
    ):
        return field, value.strip()[:_LONGEST_VALUE]
    return None


def _value_after(outline: Outline, element: Element) -> str | None:
    """The text of the next element, also of a parent that holds only the label; else the parent's own words."""
    here = element
    for _ in range(3):
        if here.parent < 0:
            return None
        parent = outline.elements[here.parent]
        sibling = outline.next_sibling(here)
        while sibling is not None and sibling.first_text == sibling.last_text:
            sibling = outline.next_sibling(sibling)
        if here.last_text < parent.last_text:
            if sibling is not None and any(
                one.tag in _CONTROLS for one in outline.elements[sibling.index : min(sibling.end, sibling.index + 30)]
            ):
                return None
            end = sibling.last_text if sibling and sibling.first_text == here.last_text else here.last_text + 1
            value = " ".join(outline.texts[here.last_text : min(end, here.last_text + 6)])
            if _BARE_NUMBER.fullmatch(value) and end < parent.last_text and _UNIT.fullmatch(outline.texts[end]):
                value = f"{value} {outline.texts[end]}"
            return value.lstrip(" :")[:_LONGEST_VALUE] or None
        if parent.last_text - parent.first_text != here.last_text - here.first_text:
            return None
        here = parent
    return None


def _say_vin(page: Page, claims: Claims) -> None:
    if claims.value("vin") is not None:
        return
    found = {vin for one in _VIN_IN_TEXT.findall(" ".join(page.outline.texts)[:200_000]) if (vin := valid_vin(one))}
    found = found or {
        vin
        for one in re.findall(r"(?<![A-Za-z0-9])[A-HJ-NPR-Za-hj-npr-z0-9]{17}(?![A-Za-z0-9])", page.url)
        if any(map(str.isalpha, one)) and (vin := valid_vin(one))
    }
    if len(found) == 1:
        claims.say("vin", found.pop())


def _say_price(page: Page, claims: Claims) -> None:
    """The first element that calls itself a price and shows an amount with its currency, and is not struck out."""
    outline = page.outline
    for element in outline.elements:
        if not 0 < element.last_text - element.first_text <= _MOST_IN_A_PRICE:
            continue
        name = element.words("class", "id", "data-testid", "itemprop")
        if len(name) < 6 or not _calls_itself_a_price(name):  # noqa: PLR2004 (three are the blanks between)
            continue
        if _NOT_THE_PRICE.search(name) or element.tag in _STRUCK or _is_elsewhere(page, element):
            continue
        for text in (
            _without_struck(outline, element),
            outline.texts[element.first_text] if element.last_text > element.first_text else "",
        ):
            money = read_money(text)
            if money and (money.currency or money.symbol):
                claims.say("price", text)
                return


def _calls_itself_a_price(name: str) -> bool:
    folded = name.lower()
    return any(part in folded for part in _PRICE_PARTS) and bool(_PRICE_CLASS.search(name))


def _say_line(page: Page, claims: Claims) -> None:
    """Year, make and model from a line of their own, "1986 chevrolet k5 blazer", if the page has one such line."""
    outline = page.outline
    lines: dict[str, TitleParts] = {}
    for element in outline.elements:
        if element.last_text - element.first_text != 1 or not outline.is_leaf(element):
            continue
        text = outline.texts[element.first_text]
        if not _LINE.match(text) or len(text) > _LONGEST_LINE or _is_elsewhere(page, element):
            continue
        if (parts := split_title(text)) and parts.model and parts.year:
            lines[text.casefold()] = parts
    if len(lines) == 1:
        [parts] = lines.values()
        for field, value in (("year", parts.year), ("make", parts.make), ("model", parts.model)):
            claims.say(field, str(value))


def _say_mileage(page: Page, claims: Claims) -> None:
    """The first short text that is nothing but a mileage."""
    for element in page.outline.elements:
        if element.last_text - element.first_text == 1 and page.outline.is_leaf(element):
            text = page.outline.texts[element.first_text]
            if _MILEAGE_TEXT.fullmatch(text) and not _is_elsewhere(page, element):
                claims.say("mileage", text)
                return


def _without_struck(outline: Outline, element: Element) -> str:
    struck = [
        inner
        for inner in outline.elements[element.index + 1 : element.end]
        if inner.tag in _STRUCK or _NOT_THE_PRICE.search(inner.get("class"))
    ]
    gone = {at for inner in struck for at in range(inner.first_text, inner.last_text)}
    return " ".join(outline.texts[at] for at in range(element.first_text, element.last_text) if at not in gone)[:100]


def _is_elsewhere(page: Page, element: Element) -> bool:
    """In the frame of the site, in a form, or in a link to another page, as the prices of other vehicles are."""
    for ancestor in page.outline.ancestors(element):
        if ancestor.tag in ("nav", "footer", "aside", "select", "form", *_STRUCK):
            return True
        if ancestor.tag == "a" and (href := ancestor.get("href")) and not href.startswith(("#", "tel:", "javascript:")):
            return page.absolute(href).partition("?")[0] != page.url.partition("?")[0]
        if _NOT_THE_PRICE.search(ancestor.words("class", "id")[:300]) and ancestor.tag not in (
            "body",
            "html",
            "main",
        ):
            return True
    return False
