"""One photo written out in two sizes tells how the others of its gallery are asked for."""

import pytest

from forecourt.listing.taught_sizes import with_taught_sizes

FOLDER = "https://photos.example/cars/"


@pytest.mark.parametrize(
    ("small", "large"), [("210x138x70", "1920x1080x90"), ("210x138", "1280x960"), ("50x50c", "600x450")]
)
def test_the_larger_size_comes_first_and_the_page_s_own_address_next(small: str, large: str) -> None:
    shown = (f"{FOLDER}1-{large}.webp", f"{FOLDER}1-{small}.webp")

    photos = with_taught_sizes([shown, (f"{FOLDER}2-{small}.webp",)])

    assert photos == [shown, (f"{FOLDER}2-{large}.webp", f"{FOLDER}2-{small}.webp")]


@pytest.mark.parametrize(
    "other",
    [
        "https://photos.example/others/2-210x138.jpg",
        f"{FOLDER}2-320x240.jpg",
        f"{FOLDER}2-210x138.jpg?w=3",
        f"{FOLDER}2.jpg",
    ],
    ids=["folder", "size", "query", "none"],
)
def test_what_is_written_otherwise_stays_as_it_is(other: str) -> None:
    shown = (f"{FOLDER}1-1280x960.jpg", f"{FOLDER}1-210x138.jpg")

    assert with_taught_sizes([shown, (other,)]) == [shown, (other,)]
