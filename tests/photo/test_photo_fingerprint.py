"""Two short texts about how a photo looks."""

import numpy as np
import pytest
from photo_made import picture
from PIL import Image

from forecourt.photo.fingerprint import dhash, thumbhash


def drawn(width: int, height: int) -> Image.Image:
    y, x = np.mgrid[0:height, 0:width]
    red, green, blue = (x * x * 2 + y * 5) // 9, (y * y + x * 3) // 7, x * y // 3 + 40
    return Image.fromarray((np.dstack([red, green, blue]) % 256).astype(np.uint8))


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [(60, 40, "WScKJZRChXhwh4h4iGeIh3SgTvRX"), (30, 50, "FvcJJBJwBodJiJlml3f1lQnZuA==")],
)
def test_a_thumbhash_is_that_of_the_reference_implementation(width: int, height: int, expected: str) -> None:
    """Computed with the `thumbhash` package of its author, in JavaScript."""
    assert thumbhash(drawn(width, height)) == expected


def test_one_flat_colour_and_nothing_at_all_have_a_thumbhash() -> None:
    assert thumbhash(Image.new("RGB", (10, 10), "red"))
    assert thumbhash(Image.new("RGBA", (10, 10), (0, 0, 0, 0)))


def test_a_dhash_has_a_bit_for_each_cell_that_is_darker_than_its_right_neighbour() -> None:
    to_the_right = Image.fromarray(np.tile(np.arange(0, 180, 2, dtype=np.uint8), (80, 1)))

    assert dhash(to_the_right) == "f" * 16
    assert dhash(to_the_right.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) == "0" * 16


def test_the_same_photo_in_another_size_has_almost_the_same_dhash() -> None:
    photo = picture(1200, 900)

    hashes = [int(dhash(image), 16) for image in (photo, photo.resize((400, 300)), picture(1200, 900, seed=1))]

    assert (hashes[0] ^ hashes[1]).bit_count() <= 2
    assert (hashes[0] ^ hashes[2]).bit_count() > 10
