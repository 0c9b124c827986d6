"""X: bounds on what a page can make us do. Where one is missing, the test takes for ever, or raises.

Each was found by tools/fuzz_listing.py or beside what it found; its seed and number stand at the test.
"""

import pytest
from page_made import car, html, jsonld, listing, read
from selectolax.lexbor import LexborHTMLParser

from forecourt.listing import read_feed, read_sitemap
from forecourt.listing.bounded_markup import MOST_ATTRIBUTES, MOST_OPTIONS, bounded
from forecourt.listing.document import parse
from forecourt.listing.js_literals import Allowance, NotALiteral, read_literal
from forecourt.listing.script_values import ScriptValues

CAR = "https://dealer.example/inventory/2019-ford-f-150-lariat-12345"
FIRST = "https://dealer.example/photos/1.jpg"


@pytest.mark.parametrize("option", ["<option value=1>x</option>", "<option>x", "<OPTION>x", "<oPtion>x", "<option/>x"])
def test_a_list_of_forty_thousand_options_costs_its_length(option: str) -> None:
    """Seed 80, 4459 and 19162: the parser walks through all of a list's options at the end of each."""
    tree = LexborHTMLParser(bounded(f"<select>{option * 40_000}</select><h1>x</h1>"))

    assert len(tree.css("option")) == MOST_OPTIONS
    assert tree.css_first("h1")


def test_what_only_sounds_like_an_option_is_none() -> None:
    text = "<optional>x</optional>" * 5_000 + "<option-list>" * 5_000

    assert bounded(text) == text


def test_a_tag_of_a_hundred_thousand_attributes_costs_its_length() -> None:
    crowded = "".join(f" data-{number}='>'" for number in range(100_000))

    [div] = LexborHTMLParser(bounded(f"<div{crowded}>x</div>")).css("div")

    assert (len(div.attributes), div.text()) == (MOST_ATTRIBUTES, "x")


@pytest.mark.parametrize("behind", ["<p>x", "<div>x</div>"])
def test_formatting_that_is_left_open_is_not_opened_again_without_end(behind: str) -> None:
    """Every paragraph opens all of it again: here 90 million elements."""
    fonts = "".join(f"<font size={number}>" for number in range(900))

    assert len(bounded(fonts + behind * 100_000)) < len(fonts) + 100


def test_formatting_that_is_all_alike_is_no_trouble() -> None:
    """Of those three are opened again, and a page that forgets to end its <b> is read to its end."""
    forgetful = "<p><b>x" * 900 + "<p>x" * 10_000

    assert bounded(forgetful) == forgetful


@pytest.mark.parametrize("nested", ["<p><font size={}>", "<dl><dt>", "<b><div>"])
def test_a_page_of_few_tags_that_nests_deep_is_cut(nested: str) -> None:
    assert len(bounded("".join(nested.format(number) for number in range(4_900)))) < 30_000


@pytest.mark.parametrize(
    "start",
    ['x={"a":', "x=[", "x={a:[", 'x={"a":"', "x=(function(a){return {b:[", "return {a:{", "x={'a':`", "f({a:/*"],
)
def test_scripts_whose_values_never_end_are_tried_for_a_while(start: str) -> None:
    """Seed 80, 4135, 13487 and 17050: each beginning reads on to the end of its script."""
    values = ScriptValues()

    for _ in range(50):
        assert list(values.of_script(f"price {start * (100_000 // len(start))}")) == []


def test_an_allowance_is_for_all_values_together() -> None:
    allowance = Allowance(tokens=10)

    assert read_literal("[1, 2]", allowance=allowance) == ([1, 2], 6)
    with pytest.raises(NotALiteral):
        read_literal("[1, 2, 3, 4, 5, 6, 7]", allowance=allowance)


@pytest.mark.parametrize("text", ["1" * 1_400, "1 " * 700, "1.,' " * 280, "1" * 700 + " " * 700])
def test_a_card_of_digits_costs_its_length(text: str) -> None:
    """Seed 80, 7224: a price was looked for from each digit to the last one."""
    cards = "".join(
        f'<li><a href="/inventory/2019-ford-f-150-{number}"><img src="/{number}.jpg">x</a> {text}</li>'
        for number in range(10_000, 10_500)
    )

    assert read(html(f"<ul>{cards}</ul>")).kind in ("nothing", "inventory")


@pytest.mark.parametrize("price", ["12 345 kr", "USD 12,345", "€ 12.345", "12'345 CHF", "1234 zł"])
def test_a_card_with_a_price_is_one(price: str) -> None:
    cards = "".join(
        f'<li><a href="/inventory/2019-ford-f-150-{number}"><img src="/{number}.jpg">x</a> {price}</li>'
        for number in range(10_000, 10_003)
    )

    assert len(read(html(f"<ul>{cards}</ul>"), url="https://dealer.example/inventory").listing_urls) == 3


@pytest.mark.parametrize(
    "canonical", ["http://[", "https://[::1", "https://a]b/", "//[", "https://x:99999999/", "data:,x"]
)
def test_a_canonical_address_that_is_none_is_left_aside(canonical: str) -> None:
    """Seed 80, 5565."""
    link = f'<link rel="canonical" href="{canonical}">'
    told = '{"vehicle": {"id": "1234567", "make": "Ford", "model": "F-150", "year": 2019, "price": 34990}}'
    state = f"<script>window.__STATE__ = {told}</script>"
    body = html(link + state + jsonld(car()))

    assert listing(body).make == "Ford"
    assert parse(body, url=CAR, content_type=None).canonical == CAR


@pytest.mark.parametrize(
    ("written", "number"),
    [("-0x10", -16), ("0X1F", 31), ("-0XfF", -255), ("-07", -7), ("-.5e1", -5.0), ("0x" + "f" * 40, None)],
)
def test_a_number_in_a_script_is_read_as_it_is_meant(written: str, number: float | None) -> None:
    """Seed 80, 14987."""
    assert read_literal(f"[{written}]")[0] == [number]


@pytest.mark.parametrize("key", ["_²", "_" + "1" * 5_000, "_٣"])
def test_a_flat_state_with_a_key_that_is_no_number_raises_nothing(key: str) -> None:
    state = f'<script type="application/json">[{{"{key}": 1}}, "make", "price", "{"x" * 60}"]</script>'

    assert listing(html(state + jsonld(car()))).make == "Ford"


HALVES = pytest.mark.parametrize("half", ["&#xd800;", "&#XDFFF;", "&#55296;", "&#057343;", "&#&#xd800;xd800;"])


@HALVES
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_half_a_character_in_a_sitemap_costs_only_itself(half: str, charset: str) -> None:
    """Seed 80, 9162."""
    page = f"<url><loc>{CAR}</loc><x>{half}</x></url><url><loc>{half}</loc></url>"
    body = f'<?xml version="1.0" encoding="{charset}"?><urlset xmlns="{half}" a="{half}">{page}</urlset>'.encode(
        charset
    )

    assert read_sitemap(body).listing_urls == (CAR,)


@HALVES
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_half_a_character_in_a_feed_costs_only_itself(half: str, charset: str) -> None:
    facts = f"<make>Ford</make><model>F-150 {half}</model><link>{CAR}</link><vin>1FTEW1E4XKFA00142</vin>"
    item = f'<item a="{half}">{facts}</item>'
    body = f'<?xml version="1.0" encoding="{charset}"?><rss xmlns="{half}">{item}</rss>'.encode(charset)

    [found] = read_feed(body, url="https://dealer.example/feed", content_type="text/xml")

    assert (found.make, found.vin) == ("Ford", "1FTEW1E4XKFA00142")


def test_of_many_galleries_the_five_longest_are_looked_at() -> None:
    """Each costs a look at the whole page. The vehicle's own photos stand in the sixth here, and in the shortest."""
    galleries = [[f"/of-{length}/{number}.jpg" for number in range(length)] for length in range(5, 11)]
    own = ["/photos/1.jpg", *galleries[0]]

    def photos(*lists: list[str]) -> tuple[str, ...]:
        scripts = "".join(f"<script>var photos = {one};</script>".replace("'", '"') for one in lists)
        return listing(html(jsonld(car(image=["/photos/1.jpg"])) + scripts)).photos

    assert len(photos(own, *galleries[3:])) == 6
    assert len(photos(own, *galleries[2:])) == 6
    assert photos(own, *([*one, "/more.jpg"] for one in galleries[1:])) == (FIRST,)


@pytest.mark.parametrize(
    "name", ["1" * 200_000 + "x", "[" + "1" * 200_000, "a" * 200_000, "a\rb"], ids=lambda name: name[:3]
)
def test_a_line_that_is_no_header_costs_its_length(name: str) -> None:
    """Seed 83, 12391, 12451 and 13391: digits in the name of a column, one too long for the csv module."""
    body = f"make,model,vin,{name},url\nFord,F-150,1FTEW1E4XKFA00142,x,{CAR}\n".encode()

    found = list(read_feed(body, url="https://dealer.example/feed.csv", content_type="text/csv"))

    assert all(one.vin == "1FTEW1E4XKFA00142" for one in found)
