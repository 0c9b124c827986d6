"""A browser looks on while photos become ours."""

import io
import re
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route
from served import Jpeg, Serve, Served

WATCH = """
() => {
  window.stillTheSamePage = true;
  window.images = [...document.querySelectorAll("[data-image] img")];
  window.narrowest = Infinity;
  window.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => { window.shift += entry.value; }))
    .observe({ type: "layout-shift" });
  const look = () => {
    for (const image of window.images) window.narrowest = Math.min(window.narrowest, image.naturalWidth);
    requestAnimationFrame(look);
  };
  look();
}
"""
ALL_LOADED = "() => [...document.querySelectorAll('[data-image] img')].every((image) => image.naturalWidth > 0)"
ALL_OURS = "() => !document.querySelector('[data-external]')"
SEEN = """
() => ({
  stillTheSamePage: window.stillTheSamePage,
  sameElements: window.images.every((image, i) => image === document.querySelectorAll("[data-image] img")[i]),
  narrowest: window.narrowest,
  shift: window.shift,
})
"""


class Dealer(ThreadingHTTPServer):
    """A dealer's server with red photos; `asked` counts."""

    def __init__(self, photo: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _DealerAnswer)
        self.photo = photo
        self.asked: Counter[str] = Counter()
        self.address = f"http://127.0.0.1:{self.server_port}"


class _DealerAnswer(BaseHTTPRequestHandler):
    server: Dealer

    def do_GET(self) -> None:
        self.server.asked[self.path] += 1
        found = "missing" not in self.path
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "image/jpeg")
        self.end_headers()
        self.wfile.write(self.server.photo if found else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's own signature)
        pass


@pytest.fixture
def dealer(jpeg: Jpeg) -> Iterator[Dealer]:
    server = Dealer(jpeg("red", (640, 480)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve(allowed_networks="127.0.0.0/8")


def test_photos_are_swapped_in_the_open_page_without_a_flash(
    served: Served, dealer: Dealer, jpeg: Jpeg, page: Page
) -> None:
    vehicle = served.add_vehicle(title="1973 Porsche 911")
    images = [served.add_image(vehicle, n, source_url=f"{dealer.address}/{n}.jpg") for n in range(5)]
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{served.url}/vehicles/{vehicle}")
    page.wait_for_function(ALL_LOADED)
    assert color_of(page.locator("[data-image] img").first) == "red"
    page.evaluate(WATCH)

    for number, image in enumerate(images):
        served.make_ours(image, jpeg("blue", (900 + number, 600)))
    page.wait_for_function(ALL_OURS)

    seen = page.evaluate(SEEN)
    assert seen == {"stillTheSamePage": True, "sameElements": True, "narrowest": 640, "shift": 0}
    assert {color_of(image) for image in page.locator("[data-image] img").all()} == {"blue"}
    assert re.sub(r"\s+", " ", page.locator("[data-photo-count]").inner_text()) == "5 of 5 are our copies"
    assert set(page.locator(".mark").all_inner_texts()) == {"Our copy"}
    assert set(dealer.asked.values()) == {1}
    assert complaints == []


def test_the_list_swaps_too(served: Served, dealer: Dealer, jpeg: Jpeg, page: Page) -> None:
    images = [served.add_image(served.add_vehicle(), source_url=f"{dealer.address}/{n}.jpg") for n in range(3)]
    page.goto(served.url)
    page.wait_for_function(ALL_LOADED)
    page.evaluate(WATCH)

    served.make_ours(images[1], jpeg("blue"))
    page.wait_for_function("() => document.querySelectorAll('[data-external]').length === 2")

    assert page.evaluate(SEEN)["narrowest"] == 320
    swapped = page.locator(f"[data-image='{images[1]}']")
    assert (color_of(swapped.locator("img")), swapped.locator(".mark").inner_text()) == ("blue", "Our copy")


def test_a_photo_that_the_dealer_no_longer_shows_is_healed(
    served: Served, dealer: Dealer, jpeg: Jpeg, page: Page
) -> None:
    vehicle = served.add_vehicle()
    image = served.add_image(vehicle, source_url=f"{dealer.address}/missing.jpg")
    page.goto(f"{served.url}/vehicles/{vehicle}")
    page.wait_for_function("() => document.querySelector('[data-image] img').complete")

    served.make_ours(image, jpeg("blue"))
    page.wait_for_function(ALL_OURS)

    page.wait_for_function(ALL_LOADED)


def test_what_became_ours_while_the_page_was_made_is_not_missed(
    served: Served, dealer: Dealer, jpeg: Jpeg, page: Page
) -> None:
    """The page's script begins to listen a little before what the page shows."""
    vehicle = served.add_vehicle()
    image = served.add_image(vehicle, source_url=f"{dealer.address}/0.jpg")

    def change_first(route: Route) -> None:
        served.make_ours(image, jpeg("blue"))
        route.continue_()

    page.route("**/static/swap.js", change_first)

    page.goto(f"{served.url}/vehicles/{vehicle}")

    page.wait_for_function(ALL_OURS)


def test_without_javascript_everything_is_there(served: Served, dealer: Dealer, page: Page) -> None:
    vehicle = served.add_vehicle()
    served.add_image(vehicle, source_url=f"{dealer.address}/0.jpg")
    page.route("**/*.js", lambda route: route.abort())

    page.goto(f"{served.url}/vehicles/{vehicle}")

    page.wait_for_function(ALL_LOADED)


def color_of(image: Locator) -> str:
    """Red or blue, as it is on the screen."""
    picture = Image.open(io.BytesIO(image.screenshot())).convert("RGB").resize((1, 1))
    red, _, blue = picture.tobytes()
    return "red" if red > blue else "blue"
