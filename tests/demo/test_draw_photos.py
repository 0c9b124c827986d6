import hashlib
from io import BytesIO
from itertools import product

import pytest
from PIL import Image

from forecourt.demo.cars import photo_files
from forecourt.demo.dealers import DEALERS
from forecourt.demo.draw import VIEWS, FileType, draw_photo

LOOKS = [car.look for dealer in DEALERS for car in dealer.cars]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_a_car_is_a_photo_of_the_size_that_was_asked_for(view: str) -> None:
    photo = Image.open(BytesIO(draw_photo(LOOKS[0], view, size=(400, 300))))

    assert (photo.format, photo.size) == ("JPEG", (400, 300))
    assert len(photo.convert("RGB").quantize(64).getcolors() or []) > 20, "one flat colour is no photo"


def test_the_same_photo_is_the_same_bytes_whoever_draws_it() -> None:
    assert draw_photo(LOOKS[3], "front-left") == draw_photo(LOOKS[3], "front-left")


def test_no_two_photos_are_alike() -> None:
    """Neither two views of one car nor one view of two cars."""
    wanted = {*product(LOOKS[:1], VIEWS), *product(LOOKS, ("front-left", "dashboard", "key"))}

    drawn = {hashlib.sha256(draw_photo(look, view, size=(200, 150))).digest() for look, view in wanted}

    assert len(drawn) == len(wanted)


@pytest.mark.parametrize("file_type", ["jpeg", "png", "webp"])
def test_a_photo_comes_in_the_type_that_was_asked_for(file_type: FileType) -> None:
    photo = Image.open(BytesIO(draw_photo(LOOKS[1], "left", size=(400, 300), file_type=file_type)))

    assert photo.format == file_type.upper()


def test_a_photo_has_the_weight_of_a_photo() -> None:
    """Large enough to be worth a download, small enough for 250 of them in a minute."""
    assert 30_000 < len(draw_photo(LOOKS[2], "front-left")) < 200_000


def test_no_two_cars_share_a_number_plate() -> None:
    """The scenery is drawn by it."""
    assert len({look.plate for look in LOOKS}) == len(LOOKS)


def test_the_dealers_show_every_type_of_file() -> None:
    types = {photo.file_type for dealer in DEALERS for car in dealer.cars for photo in photo_files(dealer, car)}

    assert types == {"jpeg", "png", "webp"}
