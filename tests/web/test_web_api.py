"""JSON for programs."""

import shutil

import pytest
from served import Jpeg, Served


def test_a_vehicle_is_its_columns_and_its_images(served: Served, jpeg: Jpeg) -> None:
    vehicle = served.add_vehicle(vin="WP0ZZZ91ZTS392124", price="89500.50", currency="EUR", mileage=10)
    second = served.add_image(vehicle, 1, failure_kind="timeout")
    first = served.add_image(vehicle, 0, width=1600, height=1200)
    storage_path = served.make_ours(first, jpeg())

    answer = served.ask(f"/api/vehicles/{vehicle}").json()

    assert (answer["vin"], answer["price"], answer["currency"]) == ("WP0ZZZ91ZTS392124", 89500.5, "EUR")
    assert answer["images"] == [
        {
            "id": first,
            "position": 0,
            "is_primary": True,
            "is_external": False,
            "image_url": f"/i/{first}",
            "source_url": f"https://dealer.example/{vehicle}-0.jpg",
            "storage_path": storage_path,
            "status": "stored",
            "failure_kind": None,
            "width": 1600,
            "height": 1200,
            "thumbhash": None,
        },
        {
            "id": second,
            "position": 1,
            "is_primary": False,
            "is_external": True,
            "image_url": f"https://dealer.example/{vehicle}-1.jpg",
            "source_url": f"https://dealer.example/{vehicle}-1.jpg",
            "storage_path": None,
            "status": "pending",
            "failure_kind": "timeout",
            "width": None,
            "height": None,
            "thumbhash": None,
        },
    ]


def test_a_whole_price_is_a_whole_number(served: Served) -> None:
    vehicle = served.add_vehicle(price=89500)

    assert b'"price":89500,' in served.ask(f"/api/vehicles/{vehicle}").body


def test_the_list_of_vehicles_is_read_page_by_page(served: Served) -> None:
    vehicles = [served.add_vehicle() for _ in range(5)]
    image = served.add_image(vehicles[-1])

    pages = [served.ask("/api/vehicles?limit=2").json()]
    while pages[-1]["next"]:
        pages.append(served.ask(f"/api/vehicles?limit=2&cursor={pages[-1]['next']}").json())

    assert [[item["id"] for item in page["items"]] for page in pages] == [
        vehicles[:2:-1],
        vehicles[2:0:-1],
        vehicles[:1],
    ]
    newest = pages[0]["items"][0]
    assert newest["primary_image"]["id"] == image
    assert (newest["images_count"], newest["stored_images_count"]) == (1, 0)


def test_organizations_are_listed(served: Served) -> None:
    for number in range(3):
        served.add_organization(f"Dealer {number}")

    first = served.ask("/api/organizations?limit=2").json()
    second = served.ask(f"/api/organizations?limit=2&cursor={first['next']}").json()

    assert [item["name"] for item in first["items"] + second["items"]] == ["Dealer 0", "Dealer 1", "Dealer 2"]
    assert second["next"] is None


def test_hidden_vehicles_are_hidden(served: Served) -> None:
    vehicle = served.add_vehicle(is_public=False)

    assert served.ask("/api/vehicles").json() == {"items": [], "next": None}
    assert served.ask(f"/api/vehicles/{vehicle}").status == 404


@pytest.mark.parametrize("path", ["/api/vehicles/999", "/api/vehicles/" + "9" * 40, "/api/nothing"])
def test_what_is_not_there_is_404_in_json(served: Served, path: str) -> None:
    answer = served.ask(path)

    assert answer.status == 404
    assert "There is no such" in answer.json()["detail"]


@pytest.mark.parametrize("query", ["limit=0", "limit=9999", "cursor=x", "cursor=-1", "limit=x"])
def test_a_wrong_question_is_422_and_names_the_parameter(served: Served, query: str) -> None:
    answer = served.ask(f"/api/vehicles?{query}")

    assert answer.status == 422
    assert answer.json()["detail"].startswith(query.partition("=")[0])


def test_the_state_has_the_three_counts_under_their_names(served: Served, jpeg: Jpeg) -> None:
    vehicle = served.add_vehicle()
    served.make_ours(served.add_image(vehicle, 0), jpeg())
    served.add_image(vehicle, 1, failure_kind="dns")

    state = served.ask("/api/status").json()

    assert state["external_images_count"] == 1
    assert state["vehicles_with_external_images"] == 1
    assert state["vehicles_with_downloaded_images"] == 1
    assert state["images"]["by_status"]["stored"] == state["images"]["by_status"]["pending"] == 1
    assert state["images"]["by_failure_kind"] == {"dns": 1}
    assert set(state["import_queue"]["by_status"].values()) == {0}


def test_a_supervisor_learns_that_all_is_well(served: Served) -> None:
    assert served.ask("/healthz").json() == {"status": "up"}
    assert served.ask("/readyz").json() == {"status": "ready"}
    by_head = [served.ask(path, "HEAD") for path in ("/healthz", "/readyz")]
    assert [(answer.status, answer.text) for answer in by_head] == [(200, "")] * 2


def test_not_ready_when_the_photo_store_has_vanished(served: Served) -> None:
    shutil.rmtree(served.store)

    answer = served.ask("/readyz")

    assert (answer.status, answer.json()["store"]) == (503, "cannot be written")
    assert served.ask("/healthz").status == 200


def test_the_list_of_routes_names_each(served: Served) -> None:
    paths = served.ask("/openapi.json").json()["paths"]

    page = served.ask("/docs").text

    assert "/api/vehicles/{vehicle_id}" in paths
    assert all(path in page for path in paths)
