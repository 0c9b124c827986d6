"""X10, X12, X13: charsets, amounts and years, and pages that stand in place of the one that was asked for."""

from decimal import Decimal

import pytest
from page_made import car, html, jsonld, listing, read

SAID = "Škoda Coupé 2.0 – rouge"  # noqa: RUF001 (a dash that pages write)
PAGE = f"<html><head>{{head}}<title>{SAID}</title></head><body><h1>{SAID}</h1>{{more}}</body></html>"
ROWS = {"Mileage": "61,300 km", "Fuel": "Petrol", "Year": "2019"}
FACTS = "".join(f"<p><b>{label}</b> <i>{value}</i></p>" for label, value in ROWS.items())
MORE = FACTS + '<p class="price">€ 12,345</p>'
CHARSETS = {
    "X10-header-right": ("cp1250", "text/html; charset=windows-1250", ""),
    "X10-header-lies": ("utf-8", "text/html; charset=iso-8859-1", ""),
    "X10-meta-lies": ("utf-8", "text/html", '<meta charset="windows-1252">'),
    "X10-both-lie": ("utf-8", "text/html; charset=koi8-r", '<meta charset="shift_jis">'),
    "X10-bom-wins": ("utf-8-sig", "text/html; charset=latin1", '<meta charset="big5">'),
    "X10-meta-alone": ("cp1250", None, '<meta charset="windows-1250">'),
    "X10-meta-http-equiv": (
        "cp1250",
        None,
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">',
    ),
    "X10-utf-16": ("utf-16", "text/html", ""),
    "X10-utf-16-header-lies": ("utf-16", "text/html; charset=utf-8", ""),
}


@pytest.mark.parametrize(("charset", "header", "head"), CHARSETS.values(), ids=CHARSETS)
def test_text_is_readable_whatever_is_said_of_its_charset(charset: str, header: str | None, head: str) -> None:
    page = PAGE.replace("{head}", head).replace("{more}", MORE)

    assert listing(page.encode(charset), content_type=header).title == SAID


@pytest.mark.parametrize(
    "name",
    ["unicode_escape", "idna", "rot13", "zlib", "utf-7", "x" * 5_000, "", "undefined"],
    ids=lambda name: f"X10-{name[:8]}",
)
def test_a_charset_that_nobody_knows_raises_nothing(name: str) -> None:
    page = PAGE.replace("{head}", "").replace("{more}", MORE).encode("cp1252", "replace")

    assert "oup" in str(listing(page, content_type=f"text/html; charset={name}").title)


def test_bytes_of_no_charset_are_read_as_far_as_they_go() -> None:
    """X10."""
    page = PAGE.replace("{head}", "").replace("{more}", MORE).encode().replace(b"rouge", b"rou\xff\xfe\xc3ge")

    assert str(listing(page).title).startswith("Škoda Coupé".encode().decode("cp1252")) or listing(page).make == "Skoda"


AMOUNTS: dict[str, tuple[str, int | None]] = {
    "X12-dutch": ("€ 12.345,-", 12_345),
    "X12-english": ("€12,345.00", 12_345),
    "X12-german": ("12.345,00 €", 12_345),
    "X12-cents": ("€ 12.345,50", None),
    "X12-poa": ("POA", None),
    "X12-on-request": ("Preis auf Anfrage", None),
    "X12-negative": ("€ -500", None),
    "X12-monthly": ("€ 299 / month", None),
    "X12-monthly-german": ("299 € mtl.", None),
    "X12-zero": ("€ 0", None),
    "X12-one-e-20": ("€ 100000000000000000000", None),
}


@pytest.mark.parametrize(("text", "price"), AMOUNTS.values(), ids=AMOUNTS)
def test_a_price_is_typed_or_absent_with_its_words_kept(text: str, price: int | None) -> None:
    found = listing(html(jsonld(car(offers={"@type": "Offer", "price": text}))))

    if text == "€ 12.345,50":
        assert (found.price, found.currency) == (Decimal("12345.50"), "EUR")
        return
    assert (found.price, found.currency) == ((Decimal(price), "EUR") if price else (None, None))
    assert text in found.sources["price"].raw


def test_a_price_that_is_crossed_out_is_not_asked() -> None:
    """X12."""
    shown = f"<h1>2019 Ford Focus</h1>{FACTS}<div class='price'><s>€ 14,900</s> € 12,345</div>"

    assert listing(html(shown)).price == 12_345


@pytest.mark.parametrize(
    "year",
    ["20255", "1066", "2O19", "0", "99999999999999999999", "June"],
    ids=lambda year: f"X12-year-{year[:6]}",
)
def test_a_year_that_cannot_be_one_is_absent_with_its_words_kept(year: str) -> None:
    found = listing(html(jsonld(car(vehicleModelDate=year, name="Ford F-150"))))

    assert found.year is None
    assert found.sources["year"].raw == year


VINS = {
    "X12-vin-i": "1FTEW1E4XKFAI0142",
    "X12-vin-o": "1FTEW1E4OKFA00142",
    "X12-vin-q": "1FTEW1E4QKFA00142",
    "X12-vin-check-digit": "1FTEW1E41KFA00142",
    "X12-vin-short": "1FTEW1E4XKFA0014",
    "X12-vin-long": "1FTEW1E4XKFA001422",
    "X12-vin-zeros": "00000000000000000",
    "X12-vin-words": "ASK FOR THE VIN PLEASE",
}


@pytest.mark.parametrize("vin", VINS.values(), ids=VINS)
def test_a_vin_that_cannot_be_one_is_absent_with_its_words_kept(vin: str) -> None:
    found = listing(html(jsonld(car(vehicleIdentificationNumber=vin))))

    assert found.vin is None
    assert found.sources["vin"].raw == vin


@pytest.mark.parametrize(
    "vin", ["1fte w1e4 xkfa 00142", "1FTEW1E4X-KFA00142"], ids=["X12-vin-blanks", "X12-vin-hyphen"]
)
def test_a_vin_may_be_written_in_groups(vin: str) -> None:
    assert listing(html(jsonld(car(vehicleIdentificationNumber=vin)))).vin == "1FTEW1E4XKFA00142"


WALLS = {
    "X13-checking": "<title>Just a moment...</title><h1>Checking your browser before accessing dealer.example</h1>",
    "X13-denied": "<title>Access Denied</title><p>You don't have permission. Reference #18.2f</p>",
    "X13-captcha": "<title>Attention Required!</title><div class=g-recaptcha></div><p>Verify you are a human</p>",
    "X13-puzzle": "<title>dealer.example</title><script src='https://geo.captcha-delivery.com/c.js'></script>",
    "X13-rate": "<title>429 Too Many Requests</title><h1>Too many requests</h1>",
    "X13-hold": "<title>Robot check</title><p>Press & hold to confirm that you are no robot</p>",
}
EMPTY = {
    "X13-no-results": "<title>Search</title><h1>No results</h1><p>0 vehicles match your search.</p>",
    "X13-login": "<title>Log in</title><form><input name=user><input type=password name=pass></form>",
    "X13-sold-out": "<title>Not found</title><h1>This vehicle is no longer available</h1>",
    "X13-empty": "<title></title>",
    "X13-maintenance": "<title>Maintenance</title><h1>We are back at noon</h1>",
}


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS)
def test_a_wall_with_status_200_is_named_as_one(wall: str) -> None:
    reading = read(wall)

    assert (reading.kind, reading.listing, reading.listing_urls) == ("blocked", None, ())


@pytest.mark.parametrize("page", EMPTY.values(), ids=EMPTY)
def test_a_page_that_offers_nothing_imports_nothing(page: str) -> None:
    reading = read(page)

    assert (reading.kind, reading.listing, reading.listing_urls, reading.vehicles) == ("nothing", None, (), ())


def test_a_vehicles_page_that_mentions_a_captcha_is_no_wall() -> None:
    """X13: its contact form has one."""
    form = "<form><div class='g-recaptcha'></div></form><script src='https://www.google.com/recaptcha/api.js'></script>"

    assert read(html(jsonld(car()) + form)).kind == "vehicle"
