"""Listings that vanish from a real site: what ends them, and what never does."""

from collections.abc import Sequence
from typing import Any

from running_program import Program, images
from servers.dealer_site import Given, dealer_site, wait_until
from sqlalchemy import select, update

from forecourt.db.engine import reading, writing
from forecourt.db.tables import import_queue, organization_vehicles, organizations, vehicles
from forecourt.schedule import VANISHING

HTML = ("Content-Type: text/html",)
XML = ("Content-Type: application/xml",)
WALL = Given(body=b"<!doctype html><title>Access denied</title><h1>Access denied</h1>", headers=HTML)
LIST = (
    b"<!doctype html><title>Our cars</title><ul>"
    b'<li><a href="/cars/2019-volvo-v60-10001"><img src="/1.jpg">2019 Volvo V60</a><p>EUR 9,900</p></li>'
    b'<li><a href="/cars/2021-skoda-octavia-10002"><img src="/2.jpg">2021 Skoda Octavia</a><p>EUR 8,900</p></li></ul>'
)


def extract(program: Program) -> dict[str, Any]:
    """One reading of the inventory, and of the listings that it makes due."""
    with writing(program.engine) as connection:
        connection.execute(update(organizations).values(last_extracted_at=None, last_outcome=None))
    ended = program.run("extract-all-orgs", "--threshold", "1000", "--json")
    [result] = ended.json()["results"]
    return dict(result, exit=ended.code, err=ended.err)


def fates(program: Program) -> list[tuple[str, int]]:
    """By the number of the vehicle."""
    with reading(program.engine) as connection:
        links = select(organization_vehicles).order_by(organization_vehicles.c.listing_url)
        return [(row.status, row.missed_readings) for row in connection.execute(links)]


def everything(program: Program) -> list[list[dict[str, Any]]]:
    with reading(program.engine) as connection:
        tables = (organization_vehicles, vehicles, import_queue)
        return [[dict(row) for row in connection.execute(select(table)).mappings()] for table in tables]


def without_priority(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"priority": None} for row in rows]


def test_a_listing_missed_twice_whose_page_is_gone_is_gone_at_once(program: Program) -> None:
    """Nothing is dropped, the other listings are asked no more often for it, and its photos are due first."""
    answers = {
        5: Given(404),
        6: Given(410),
        7: Given(302, headers=("Location: /",)),
        8: Given(301, headers=("Location: /cars/1973-porsche-911-0",)),
    }
    with dealer_site(vehicles=9, photos=2) as site:
        site.answers[f"{site.website}/"] = Given(body=LIST, headers=HTML)
        program.run("organizations", "add", "Dealer", site.website)
        extract(program)
        before = images(program.engine)
        site.unlisted.update(answers)
        site.answers |= {site.listing_urls[number]: answer for number, answer in answers.items()}

        first, second, third = (extract(program) for _ in range(3))
        asked = [site.asked[url] for url in site.listing_urls]

    assert [each["listings_missed"] for each in (first, second, third)] == [4, 4, 0]
    assert [each["listings_gone"] for each in (first, second, third)] == [0, 4, 0]
    assert (second["exit"], second["listings_seen"], third["vehicles_before"]) == (0, 5, 5)
    assert fates(program) == [("active", 0)] * 5 + [("gone", 2)] * 4
    assert asked == [2, *[1] * 4, *[2] * 4]  # the first one by the redirect
    after = images(program.engine)
    assert without_priority(after) == without_priority(before)
    first_due = {row["source_url"] for row in after if row["priority"] == VANISHING}
    assert first_due == {url for number in answers for url in site.photo_urls_of(number)}


def test_whatever_else_the_page_of_a_missed_listing_says_ends_nothing(program: Program) -> None:
    """Sold is sold. What is still offered is active again; what cannot be read stays as it is, and is asked again."""
    answers = {
        6: WALL,
        7: Given(403),
        8: Given(500),
        9: Given(body=b"<!doctype html><p>Wait a moment.", headers=HTML),
        10: Given(302, headers=("Location: /please-log-in",)),
    }
    with dealer_site(vehicles=14, photos=1) as site:
        site.answers[f"{site.website}/please-log-in"] = answers[9]
        program.run("organizations", "add", "Dealer", site.website)
        extract(program)
        site.sold.add(11)
        site.unlisted.update({*answers, 11, 12})
        site.answers |= {site.listing_urls[number]: answer for number, answer in answers.items()}

        extract(program)
        second = extract(program)
        held_up = fates(program)
        for number in answers:
            del site.answers[site.listing_urls[number]]
        third = extract(program)

    assert (second["listings_gone"], second["listings_sold"]) == (0, 1)
    by_number = dict(zip(sorted(range(14), key=str), held_up, strict=True))
    assert by_number[11] == ("sold", 0)
    assert by_number[12] == ("active", 0)
    assert [by_number[number] for number in answers] == [("active", 2)] * 5
    assert third["listings_missed"] == 6
    assert sorted(fates(program)) == [("active", 0)] * 12 + [("active", 1)] + [("sold", 0)]


def test_a_listing_that_was_not_missed_takes_its_second_look_a_day_later(program: Program) -> None:
    with dealer_site(vehicles=2, photos=1) as site:
        program.run("organizations", "add", "Dealer", site.website)
        extract(program)
        site.answers[site.listing_urls[1]] = Given(404)
        program.run("import-queue", "add", site.listing_urls[1])

        program.run("process-import-queue", "--skip-image-upload")

    assert fates(program) == [("active", 0)] * 2
    [_, _, queue] = everything(program)
    assert sorted((row["status"], row["failure_kind"]) for row in queue if row["failures"]) == [("pending", "gone")]


def test_an_inventory_that_cannot_be_believed_changes_nothing_and_says_so(program: Program) -> None:
    with dealer_site(vehicles=5, photos=1) as site:
        program.run("organizations", "add", "Dealer", site.website)
        extract(program)
        before = everything(program)
        site.unlisted.update({3, 4})
        whole = site.sitemap
        answers = {
            "its end never came": Given(body=whole, headers=XML, cut=20),
            "it breaks off": Given(body=whole[:-20], headers=XML),
            "a wall": WALL,
            "nothing in it": Given(body=b"<urlset></urlset>", headers=XML),
            "not there": Given(404),
            "more than half is missing": Given(body=whole.replace(b"<url>", b"<a>", 2), headers=XML),
        }
        results = {}
        for name, answer in answers.items():
            site.answers[site.sitemap_url] = answer
            results[name] = extract(program)
            assert everything(program) == before, name

    for name, result in results.items():
        assert result["unchanged_because"], name
        assert (result["listings_seen"], result["listings_missed"], result["listings_gone"]) == (0, 0, 0), name
    last = results["more than half is missing"]
    assert last["unchanged_because"] == "it no longer names 4 of 5 active listings"
    assert last["err"].count("inventory.changes_nothing") == 1


def test_a_worker_notices_what_has_vanished(program: Program) -> None:
    """It reads each inventory as it comes due."""
    with dealer_site(vehicles=3, photos=1) as site:
        program.run("organizations", "add", "Dealer", site.website)
        extract(program)
        site.answers[site.listing_urls[2]] = Given(404)
        site.unlisted.add(2)
        extract(program)
        with writing(program.engine) as connection:
            connection.execute(update(organizations).values(last_extracted_at=None))
        with program.started("worker") as process:
            wait_until(lambda: fates(program)[2][0] == "gone")
            process.terminate()
            assert process.wait(10) == 0

    assert fates(program) == [("active", 0), ("active", 0), ("gone", 2)]
