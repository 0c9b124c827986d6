"""A feed from its address to the rows: photos show at once, only the feed is asked for, twice changes nothing."""

import csv
import io
import json
from typing import Any

import pytest
from made_feed import vin
from running_program import Program, everything, images
from servers.dealer_site import DealerSite, Given, dealer_site
from sqlalchemy import select, update

from forecourt.db.engine import writing
from forecourt.db.tables import organization_vehicles, vehicle_images
from forecourt.schedule import VANISHING

COLUMNS = ("Stock #", "VIN", "Year", "Make", "Model", "MSRP", "Price", "URL", "Photo Urls")


def row(number: int, **more: object) -> dict[str, object]:
    photos = "|".join(f"https://photos.example/photos/{number}/{photo}.jpg" for photo in range(3))
    return {
        "Stock #": f"S{number}",
        "VIN": vin(number),
        "Year": 2019,
        "Make": "Ford",
        "Model": "Focus",
        "MSRP": 30_000,
        "Price": 20_000 + number,
        "URL": "",
        "Photo Urls": photos,
    } | more


def offer(site: DealerSite, *rows: dict[str, object], bad: str = "") -> str:
    """From now on the site hands out this feed; its address."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS)
    table.writeheader()
    table.writerows(rows)
    return offer_text(site, text.getvalue() + bad)


def offer_text(site: DealerSite, text: str | bytes, *, cut: int = 0) -> str:
    url = f"{site.website}/export/cars.csv"
    body = text if isinstance(text, bytes) else text.encode()
    site.answers[url] = Given(body=body, headers=("Content-Type: text/csv",), cut=cut)
    return url


def extract(program: Program) -> dict[str, Any]:
    """Read everything that there is; the one organization's result."""
    ended = program.run("extract-all-orgs", "--threshold", "1000", "--json")
    [result] = ended.json()["results"]
    return {"code": ended.code, "created": ended.json()["total_vehicles_created"], **result}


def rows_of(program: Program) -> dict[str, list[dict[str, Any]]]:
    """All rows, but for when the feed was read last."""
    found = everything(program.engine)
    for organization in found["organizations"]:
        del organization["last_extracted_at"]
    with program.engine.connect() as connection:
        links = connection.execute(select(organization_vehicles).order_by(organization_vehicles.c.id))
        found["organization_vehicles"] = [dict(link) for link in links.mappings()]
    return found


@pytest.fixture
def site() -> Any:
    with dealer_site(vehicles=2, photos=2) as site:
        yield site


def test_a_feed_shows_its_vehicles_and_asks_for_nothing_else(program: Program, site: DealerSite) -> None:
    """P2. Its bad line costs one line and is named."""
    url = offer(site, row(1), row(2, URL=f"{site.website}/cars/two"), bad="S3,too short\r\n")
    program.run("organizations", "add", "Dealer", site.website, "--feed-url", url)
    result = extract(program)

    shown = rows_of(program)
    assert (result["code"], result["created"], result["vehicles_found"], result["error"]) == (0, 2, 2, None)
    assert result["feed"]["first_left_out"] == ["line 4: 2 cells, where the header has 9"]
    assert result["feed"]["is_complete"]
    assert set(site.asked) == {url, f"{site.website}/robots.txt"}
    assert [each["listing_url"] for each in shown["vehicles"]] == [f"{url}#S1", f"{site.website}/cars/two"]
    assert [(each["vin"], float(each["price"])) for each in shown["vehicles"]] == [(vin(1), 20_001), (vin(2), 20_002)]
    assert [each["position"] for each in images(program.engine)] == [0, 1, 2, 0, 1, 2]
    assert [(each["status"], each["vehicle_id"]) for each in shown["import_queue"]] == [
        ("complete", 1),
        ("complete", 2),
    ]
    assert shown["import_queue"][0]["raw_data"]["price"] == "20001"


def test_the_same_feed_once_more_touches_nothing_and_what_changed_is_updated(
    program: Program, site: DealerSite
) -> None:
    """P4: not a column of a row, but of the one that the feed says differently."""
    url = offer(site, row(1), row(2), row(3))
    program.run("organizations", "add", "Dealer", site.website, "--feed-url", url)
    extract(program)
    before = rows_of(program)

    again = extract(program)
    unchanged = rows_of(program)
    more = f"{row(2)['Photo Urls']}|https://photos.example/photos/2/new.jpg"
    offer(site, row(1), row(2, Price=1_000, **{"Photo Urls": more}), row(3))
    changed = extract(program)
    after = rows_of(program)

    assert (again["created"], again["feed"]["unchanged"], unchanged) == (0, 3, before)
    assert (changed["created"], changed["feed"]["updated"], changed["feed"]["unchanged"]) == (0, 1, 2)
    for table in ("vehicles", "import_queue"):
        assert [after[table][place] == before[table][place] for place in range(3)] == [True, False, True]
    assert after["organization_vehicles"] == before["organization_vehicles"]
    assert float(after["vehicles"][1]["price"]) == 1_000
    assert after["vehicle_images"][:9] == before["vehicle_images"]
    assert [each["source_url"] for each in after["vehicle_images"][9:]] == ["https://photos.example/photos/2/new.jpg"]


def test_a_record_that_tells_too_little_is_read_from_its_page(program: Program, site: DealerSite) -> None:
    bare: dict[str, object] = dict.fromkeys(COLUMNS, "")
    url = offer(site, row(1), bare | {"URL": site.listing_urls[1]}, bare | {"Stock #": "S3"})
    program.run("organizations", "add", "Dealer", site.website, "--feed-url", url)
    result = extract(program)

    assert (result["created"], result["feed"]["pages_to_read"]) == (2, 1)
    assert result["feed"]["first_left_out"] == ["line 4: no VIN, no make and model, and no page to look at"]
    assert site.asked[site.listing_urls[1]] == 1
    assert site.photo_requests.total() == 0
    assert {row["source_url"] for row in images(program.engine)} >= set(site.photo_urls_of(1))


def test_a_listing_that_comes_twice_counts_once(program: Program, site: DealerSite) -> None:
    """Else the second would change what the first has written, in every reading."""
    url = offer(site, row(1), row(1, Price=5))
    program.run("organizations", "add", "Dealer", site.website, "--feed-url", url)
    result = extract(program)

    assert result["feed"]["first_left_out"] == ["line 3: the same listing once more"]
    assert float(rows_of(program)["vehicles"][0]["price"]) == 20_001


def test_a_vehicle_that_another_listing_has_is_not_doubled(program: Program, site: DealerSite) -> None:
    url = offer(site, row(1), row(2, VIN=vin(1)))
    program.run("organizations", "add", "Dealer", site.website, "--feed-url", url)
    result = extract(program)

    shown = rows_of(program)
    assert (result["created"], len(shown["vehicles"]), len(shown["vehicle_images"])) == (1, 1, 6)
    assert [each["status"] for each in shown["import_queue"]] == ["complete", "duplicate"]


def test_a_photo_that_had_gone_is_woken_by_a_feed_that_names_it_still(program: Program, site: DealerSite) -> None:
    url = offer(site, row(1))
    program.run("organizations", "add", "Dealer", site.website, "--feed-url", url)
    extract(program)
    with writing(program.engine) as connection:
        long_ago = images(program.engine)[0]["changed_at"].replace(year=2020)
        connection.execute(
            update(vehicle_images).where(vehicle_images.c.id == 2).values(status="gone", changed_at=long_ago)
        )

    extract(program)

    assert [row["status"] for row in images(program.engine)] == ["pending"] * 3


def test_a_listing_that_comes_back_is_active_again(program: Program, site: DealerSite) -> None:
    url = offer(site, row(1))
    program.run("organizations", "add", "Dealer", site.website, "--feed-url", url)
    extract(program)
    with writing(program.engine) as connection:
        connection.execute(update(organization_vehicles).values(status="gone", missed_readings=2))

    extract(program)

    [link] = rows_of(program)["organization_vehicles"]
    assert (link["status"], link["missed_readings"]) == ("active", 0)


def test_a_feed_that_breaks_off_keeps_what_is_whole_and_is_no_complete_reading(
    program: Program, site: DealerSite
) -> None:
    cars = [{"stock": f"S{number}", "make": "Ford", "model": "Focus", "photos": ["/a.jpg"]} for number in range(3)]
    url = offer_text(site, json.dumps(cars)[:-30])
    program.run("organizations", "add", "Dealer", site.website, "--feed-url", url)
    result = extract(program)

    assert (result["code"], result["created"], result["feed"]["is_complete"]) == (3, 2, False)
    assert result["feed"]["error"] == "the document ends in its middle"


def test_where_the_feed_gives_nothing_the_website_is_read(program: Program, site: DealerSite) -> None:
    url = offer_text(site, "nothing to see here")
    program.run("organizations", "add", "Dealer", site.website, "--feed-url", url)
    result = extract(program)

    assert (result["created"], result["vehicles_found"]) == (2, 2)
    assert all(site.asked[page] == 1 for page in site.listing_urls)


def test_an_organization_keeps_its_mapping(program: Program, site: DealerSite) -> None:
    url = offer_text(site, f"Nr;FgNr;Fabrikat;Typ;Fotos\n17;{vin(1)};Opel;Kadett;https://photos.example/1.jpg\n")
    mapping = program.home / "cars.toml"
    mapping.write_text('[fields]\nvin = "FgNr"\nmake = "Fabrikat"\nstock_number = "Nr"\n', encoding="utf-8")
    added = program.run(
        "organizations", "add", "Dealer", site.website, "--feed-url", url, "--feed-mapping", str(mapping)
    )
    result = extract(program)

    [vehicle] = rows_of(program)["vehicles"]
    assert (added.code, result["created"]) == (0, 1)
    assert (vehicle["vin"], vehicle["make"], vehicle["listing_url"]) == (vin(1), "Opel", f"{url}#17")


@pytest.mark.parametrize("command", ["preview", "add"])
def test_a_wrong_mapping_is_one_line_and_exit_2(program: Program, site: DealerSite, command: str) -> None:
    url = offer(site, row(1))
    mapping = program.home / "cars.toml"
    mapping.write_text('[fields]\ncolour = "Farbe"\n', encoding="utf-8")
    arguments = {
        "preview": ["preview", url, "--mapping", str(mapping)],
        "add": ["organizations", "add", "Dealer", site.website, "--feed-mapping", str(mapping)],
    }
    ended = program.run(*arguments[command])

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert f"{mapping}: fields.colour is unknown" in ended.err


def test_preview_reads_a_feed_where_it_is_and_as_a_file_and_writes_nothing(program: Program, site: DealerSite) -> None:
    url = offer(site, row(1), row(2, URL=f"{site.website}/cars/two"), bad="S3,too short\r\n")
    file = program.home / "cars.csv"
    file.write_bytes(site.answers[url].body)
    from_web = program.run("preview", url, "--json").json()
    from_file = program.run("preview", str(file), "--base-url", url, "--json").json()

    assert from_web == from_file
    assert (from_web["kind"], from_web["listing_urls"]) == ("feed", [f"{site.website}/cars/two"])
    assert [each["vin"] for each in from_web["vehicles"]] == [vin(1), vin(2)]
    assert from_web["left_out"] == [{"url": url, "why": "line 4: 2 cells, where the header has 9"}]
    assert from_web["feed"] == {"records": 3, "shown": 2, "left_out": 1, "is_complete": True}
    assert not any(everything(program.engine).values())


def test_preview_names_the_column_that_a_mapping_does_not_find(program: Program, site: DealerSite) -> None:
    url = offer(site, row(1))
    mapping = program.home / "cars.toml"
    mapping.write_text('[fields]\nvin = "FIN"\n', encoding="utf-8")
    ended = program.run("preview", url, "--mapping", str(mapping))

    assert (ended.code, ended.out) == (2, "")
    assert f"{mapping}: fields.vin names FIN, which the feed does not have" in ended.err


def test_preview_cuts_a_long_list_and_counts_all(program: Program, site: DealerSite) -> None:
    url = offer(site, *(row(number) for number in range(1_200)))
    found = program.run("preview", url, "--json").json()

    assert (len(found["vehicles"]), found["feed"]["records"], found["feed"]["shown"]) == (1_000, 1_200, 1_000)


def test_a_vehicle_without_a_page_that_two_readings_of_its_feed_miss_is_gone(
    program: Program, site: DealerSite
) -> None:
    """Nobody else could be asked. Its photos stay, and are due first; a cut-off feed says nothing of anybody."""
    url = offer(site, *(row(number) for number in range(1, 6)))
    program.run("organizations", "add", "Dealer", site.website, "--feed-url", url)
    extract(program)
    before = images(program.engine)

    offer(site, *(row(number) for number in range(1, 5)), bad="S5,too short\r\n")
    cut_off = extract(program)
    offer(site, *(row(number) for number in range(1, 5)))
    missed = [extract(program), extract(program)]

    assert cut_off["unchanged_because"] == "1 records of its feed could not be read"
    assert [(each["listings_missed"], each["listings_gone"]) for each in missed] == [(1, 0), (1, 1)]
    assert [link["status"] for link in rows_of(program)["organization_vehicles"]] == ["active"] * 4 + ["gone"]
    after = images(program.engine)
    assert [each["source_url"] for each in after] == [each["source_url"] for each in before]
    assert [each["priority"] for each in after[12:]] == [VANISHING] * 3
    assert set(site.asked) == {url, f"{site.website}/robots.txt"}
