"""Mapping files: what they say is believed, and what is wrong with them is one line."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from docs_pages import text_of
from feed_made import FEED_URL, read
from made_feed import vin

from forecourt.errors import WrongUse
from forecourt.jobs.mapping_file import read_mapping_file
from forecourt.listing.feed_mapping import parse_mapping, read_mapping


def test_a_feed_with_names_of_its_own_is_read_by_its_mapping() -> None:
    body = (
        "Nr;Fgst;Bezeichnung;Baureihe;Brutto;Preis_netto;Tacho;Titelbild;Bilder\n"
        f"17;{vin(1)};;911;89.900,00;75.546,22;61.300;/t.jpg;/a.jpg#/b.jpg\n"
    )
    told = read(
        body,
        currency="EUR",
        mileage_unit="km",
        ignore=["Preis_netto"],
        fields={
            "stock_number": "Nr",
            "vin": "Fgst",
            "model": ["Bezeichnung", "Baureihe"],
            "price": "Brutto",
            "mileage": "Tacho",
            "make": {"constant": "Porsche"},
        },
        images={"columns": ["Titelbild", "Bilder"], "split": "#"},
    ).only

    assert (told.vin, told.make, told.model, told.stock_number) == (vin(1), "Porsche", "911", "17")
    assert (told.price, told.currency, told.mileage, told.mileage_unit) == (Decimal(89900), "EUR", 61300, "km")
    assert told.photos == tuple(f"https://dealer.example/{name}.jpg" for name in "tab")
    assert told.url == f"{FEED_URL}#17"


def test_a_mapping_leads_to_the_records_of_a_document() -> None:
    car = {"n": "17", "technik": {"fin": vin(1)}, "medien": {"bilder": [{"href": "/a.jpg"}]}}
    document = json.dumps({"vehicles": [{"vin": vin(2), "id": 2}], "x": {"autos": [car]}})
    told = read(
        document,
        rows="x.autos",
        fields={"stock_number": "n", "vin": "technik.fin"},
        images={"columns": "medien.bilder"},
    ).only

    assert (told.vin, told.stock_number, told.photos) == (vin(1), "17", ("https://dealer.example/a.jpg",))


def test_a_mapping_names_the_element_of_an_xml_feed() -> None:
    body = f"<wagen><pkw><nr>17</nr><fgst>{vin(1)}</fgst></pkw><item><vin>{vin(2)}</vin></item></wagen>"

    assert read(body, rows="wagen.pkw", fields={"vin": "fgst", "stock_number": "nr"}).only.vin == vin(1)
    assert read(body, rows="pkw", fields={"vin": "fgst", "stock_number": "nr"}).only.vin == vin(1)


def test_a_column_that_the_feed_does_not_have_is_named() -> None:
    found = read(f"FIN;Preis\n{vin(1)};100\n", fields={"vin": "FIN", "price": ["Brutto", "Netto"]})

    assert found.end.unmet == ("fields.price names Brutto and Netto, which the feed does not have",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[fields\n", "cars.toml is not TOML"),
        ("colums = 1", "cars.toml: colums is unknown"),
        ('format = "xls"', "cars.toml: format must be one of csv, json, jsonl, xml"),
        ('delimiter = ";;"', "cars.toml: delimiter must be one character"),
        ('encoding = "klingon"', "cars.toml: encoding 'klingon' is no character set"),
        ('currency = "euros"', "cars.toml: currency 'euros' is no ISO 4217 code"),
        ('mileage_unit = "leagues"', "cars.toml: mileage_unit must be one of mi, km"),
        ('rows = "a..b"', "cars.toml: rows must be names"),
        ("fields = 3", r"cars.toml: fields must be a table: \[fields\]"),
        ('[fields]\ncolour = "x"', "cars.toml: fields.colour is unknown; known are auction_ends_at"),
        ("[fields]\nvin = 3", "cars.toml: fields.vin must name a column"),
        ('[fields]\nvin = [""]', "cars.toml: fields.vin must name a column"),
        ("[fields]\nvin = { constant = [] }", "cars.toml: fields.vin.constant must be"),
        ('[fields]\nvin = { column = "x" }', "cars.toml: fields.vin.column is unknown; known are constant"),
        ('[images]\nsplitter = "|"', "cars.toml: images.splitter is unknown"),
        ("[images]\ncolumns = [1]", "cars.toml: images.columns must name a column"),
    ],
)
def test_a_wrong_mapping_is_one_line_that_names_file_and_key(text: str, words: str) -> None:
    with pytest.raises(WrongUse, match=words) as caught:
        parse_mapping(text, name="cars.toml")

    assert "\n" not in str(caught.value)


def test_a_mapping_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(WrongUse, match=r"odd\.toml is not written in UTF-8"):
        read_mapping_file(tmp_path / "odd.toml")
    with pytest.raises(WrongUse, match=r"cannot read .*none\.toml: No such file"):
        read_mapping_file(tmp_path / "none.toml")


def test_the_examples_in_the_docs_are_mappings() -> None:
    examples = text_of("feeds.md").split("```toml\n")[1:]

    assert len(examples) == 2
    for example in examples:
        read_mapping(parse_mapping(example.partition("```")[0], name="docs/feeds.md"))
