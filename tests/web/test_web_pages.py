"""What people look at."""

import re

import pytest
from served import Jpeg, Served
from sqlalchemy import update

from forecourt.db.engine import writing
from forecourt.db.tables import vehicle_images


def shown_photos(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'<img src="/i/(\d+)"', html)]


def test_the_list_shows_each_vehicle_with_its_primary_photo(served: Served) -> None:
    vehicle = served.add_vehicle(
        title="1973 Porsche 911", price=89500, currency="USD", mileage=61000, mileage_unit="mi"
    )
    served.add_image(vehicle, 1)
    primary = served.add_image(vehicle, 0)

    page = served.ask("/").text

    assert shown_photos(page) == [primary]
    assert all(text in page for text in ("1973 Porsche 911", "$89,500", "61,000 mi", "2 photos", "Dealer\u2019s photo"))


def test_the_list_says_when_a_photo_is_ours(served: Served, jpeg: Jpeg) -> None:
    served.make_ours(served.add_image(served.add_vehicle()), jpeg())

    page = served.ask("/").text

    assert "Our copy</figcaption>" in page
    assert "data-external" not in page


def test_the_list_goes_on_where_the_page_before_ended(served: Served) -> None:
    vehicles = [served.add_vehicle(title=f"Car {number}") for number in range(30)]

    first = served.ask("/").text
    [next_page] = re.findall(r'href="(/\?before=\d+)"', first)
    second = served.ask(next_page).text

    seen = [int(number) for number in re.findall(r'href="/vehicles/(\d+)"', first + second)]
    assert seen == vehicles[::-1]
    assert "before=" not in second


def test_an_empty_list_says_what_to_do(served: Served) -> None:
    assert "organizations add" in served.ask("/").text


def test_a_gallery_shows_the_primary_first_and_then_all_by_position(served: Served) -> None:
    vehicle = served.add_vehicle()
    second = served.add_image(vehicle, 1, is_primary=True)
    third, first = served.add_image(vehicle, 2), served.add_image(vehicle, 0, is_primary=False)

    assert shown_photos(served.ask(f"/vehicles/{vehicle}").text) == [second, first, third]


def test_equal_bytes_are_shown_once(served: Served, jpeg: Jpeg) -> None:
    vehicle = served.add_vehicle()
    images = [served.add_image(vehicle, position) for position in range(3)]
    for image, color in zip(images, ("red", "navy", "red"), strict=True):
        served.make_ours(image, jpeg(color))

    assert shown_photos(served.ask(f"/vehicles/{vehicle}").text) == images[:2]


def test_each_tile_says_whose_photo_it_is(served: Served, jpeg: Jpeg) -> None:
    vehicle = served.add_vehicle()
    served.make_ours(served.add_image(vehicle, 0), jpeg())
    served.add_image(vehicle, 1)

    page = served.ask(f"/vehicles/{vehicle}").text

    assert re.findall(r"<figcaption[^>]*>([^<]*)<", page) == ["Our copy", "Dealer\u2019s photo"]
    assert "<span data-ours-count>1</span> of 2 are our copies" in page


@pytest.mark.parametrize("status", ["pending", "blocked", "gone", "failed", "rejected"])
def test_whatever_happened_to_a_download_the_dealers_photo_keeps_showing(served: Served, status: str) -> None:
    vehicle = served.add_vehicle()
    image = served.add_image(vehicle, status=status)

    assert shown_photos(served.ask(f"/vehicles/{vehicle}").text) == [image]
    assert shown_photos(served.ask("/").text) == [image]


def test_when_the_primary_was_taken_down_the_next_one_stands_in(served: Served) -> None:
    vehicle = served.add_vehicle()
    first, second = served.add_image(vehicle, 0), served.add_image(vehicle, 1)
    with writing(served.engine) as connection:
        removed = update(vehicle_images).where(vehicle_images.c.id == first)
        connection.execute(removed.values(status="removed", is_external=False))

    assert shown_photos(served.ask("/").text) == [second]
    assert shown_photos(served.ask(f"/vehicles/{vehicle}").text) == [second]


def test_x05_a_strangers_text_stays_text(served: Served) -> None:
    vehicle = served.add_vehicle(
        title='<script>alert(1)</script>\u202egpj.exe"><img src=x onerror=alert(1)>',
        description="</p></script><b>bold</b>\x08\u2066",
        dealer_name="<i>dealer</i>",
        trim="{{ 7*7 }}",
        currency="<b>",
        price=1,
    )
    served.add_image(vehicle)

    for path in ("/", f"/vehicles/{vehicle}"):
        page = served.ask(path).text
        assert "<script>" not in page
        assert not re.search(r"<img src=x|<b>|<i>|[\u202e\u2066\x08]", page)
    assert "{{ 7*7 }}" in page


def test_a_listing_is_linked_unless_its_url_is_forbidden(served: Served) -> None:
    good = served.add_vehicle(listing_url="https://dealer.example/cars/7")
    bad = served.add_vehicle(listing_url="javascript:alert(1)")

    assert 'href="https://dealer.example/cars/7"' in served.ask(f"/vehicles/{good}").text
    assert "javascript:" not in served.ask(f"/vehicles/{bad}").text


def test_every_page_closes_the_door_on_foreign_scripts(served: Served) -> None:
    vehicle = served.add_vehicle()
    served.add_image(vehicle)

    for path in ("/", f"/vehicles/{vehicle}", "/progress", "/docs", "/nowhere", "/static/site.css"):
        answer = served.ask(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not re.search(r"<script(?! src=)|\sstyle=|\son\w+=|<style", answer.text)


@pytest.mark.parametrize("path", ["/vehicles/0", "/vehicles/999", "/vehicles/x", "/vehicles/" + "9" * 40, "/nowhere"])
def test_what_is_not_there_is_a_page_that_says_so(served: Served, path: str) -> None:
    answer = served.ask(path)

    assert answer.status == 404
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "There is no such" in answer.text


def test_pages_answer_head(served: Served) -> None:
    for path in ("/", "/progress", f"/vehicles/{served.add_vehicle()}"):
        answer = served.ask(path, "HEAD")
        assert (answer.status, answer.body) == (200, b"")


def test_the_cockpit_shows_the_three_counts(served: Served, jpeg: Jpeg) -> None:
    vehicle = served.add_vehicle()
    served.make_ours(served.add_image(vehicle, 0), jpeg())
    served.add_image(vehicle, 1, failure_kind="host_busy")

    page = re.sub(r"<[^>]+>", " ", served.ask("/progress").text)

    assert re.search(
        r"External images\s+1\s+Vehicles with external images\s+1\s+Vehicles with downloaded images\s+1", page
    )
    assert re.search(r"host busy\s+1", page)
