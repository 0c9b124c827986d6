"""What of a damaged photo can be shown, and damage that a decoder of its type passes over."""

import random
from typing import Any

import numpy as np
import pytest
from photo_made import encoded, picture
from PIL import Image, ImageDraw

from forecourt.photo import opened
from forecourt.photo.decode import check_photo
from forecourt.photo.jpeg import lay_out, read_header

HOLE = bytes(2048)


def check(data: bytes) -> Any:
    return check_photo({"max_pixels": 50_000_000, "alone": True}, data)


def bits_apart(one: Any, other: Any) -> int:
    return (int(one["dhash"], 16) ^ int(other["dhash"], 16)).bit_count()


def with_hole(photo: bytes, start: int) -> bytes:
    return photo[:start] + HOLE + photo[start + len(HOLE) :]


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("GIF", {})],
    ids=["JPEG", "progressive JPEG", "PNG", "GIF"],
)
def test_what_is_there_of_a_cut_photo_has_size_and_looks(kind: str, options: dict[str, Any]) -> None:
    photo = encoded(picture(1200, 900), kind, **options)
    whole, part = check(photo), check(photo[: len(photo) * 9 // 10])

    assert whole["damage"] is None
    assert part["damage"]
    assert (part["type"], part["width"], part["height"]) == (whole["type"], 1200, 900)
    assert bits_apart(whole, part) <= 10


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_what_no_browser_shows_is_nothing_to_keep(kind: str) -> None:
    photo = encoded(picture(), kind)

    assert check(photo[: len(photo) // 2])["error"] == "damaged"


@pytest.mark.parametrize(
    ("kind", "mark", "more"), [("JPEG", b"\xff\xda", 14), ("PNG", b"IDAT", 200), ("GIF", b"GIF", 800)]
)
def test_damage_that_leaves_nothing_to_see_is_damage_and_no_flat_photo(kind: str, mark: bytes, more: int) -> None:
    """It would be rejected for good otherwise."""
    photo = encoded(picture(1200, 900), kind)

    assert check(photo[: photo.index(mark) + more])["error"] == "damaged"


def test_a_png_that_is_broken_before_its_pixels_cannot_be_shown() -> None:
    photo = encoded(picture(400, 300).quantize(16), "PNG")
    place = photo.index(b"PLTE") + 6
    broken = photo[:place] + bytes([photo[place] ^ 1]) + photo[place + 1 :]

    assert check(broken)["error"] == "damaged"


def test_the_tolerant_decoder_leaves_the_strict_one_as_it_was() -> None:
    photo = encoded(picture(), "PNG")
    assert check(photo[: len(photo) // 2])["damage"]

    assert check(photo[:-40])["damage"]


@pytest.mark.parametrize("seed", range(3))
def test_a_hole_anywhere_in_a_progressive_jpeg_is_noticed(seed: int) -> None:
    """In a late scan its decoder finds a meaning in zeros, and goes on behind them as if nothing had been there."""
    chance = random.Random(seed)
    photo = encoded(picture(800, 600, seed=seed), quality=85, progressive=True)
    late = len(photo) // 2
    places = [chance.randrange(late, len(photo) - len(HOLE) - 2) for _ in range(40)]

    assert [place for place in places if not check(with_hole(photo, place))["damage"]] == []


def test_a_progressive_jpeg_without_one_of_its_scans_is_not_whole() -> None:
    photo = encoded(picture(200, 150), quality=60, progressive=True)
    last = photo.rindex(b"\xff\xda")
    before = photo.rindex(b"\xff\xc4", 0, last)

    assert check(photo[:before] + b"\xff\xd9")["damage"] == "a scan is missing"
    assert check(photo[:before] + bytes(600) + b"\xff\xd9")["damage"] == "a scan is missing"


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("background", ["white", "black", "#8a2be2"])
def test_a_large_even_background_is_no_hole(mode: str, background: str) -> None:
    image = Image.new("RGB", (2400, 1800), background)
    image.paste(picture(300, 200), (1000, 900))
    ImageDraw.Draw(image).rectangle((100, 100, 700, 200), outline="grey")
    for quality in (5, 75, 100):
        assert check(encoded(image.convert(mode), quality=quality, progressive=True))["damage"] is None


@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
@pytest.mark.parametrize("subsampling", [1, 2])
def test_i10_a_cmyk_with_halved_colours_is_shown_and_stored(*, progressive: bool, subsampling: int) -> None:
    """The fast decoder does not know such a sampling: that is no damage."""
    plain = check(encoded(picture()))
    photo = encoded(picture().convert("CMYK"), progressive=progressive, subsampling=subsampling)

    assert check(photo)["damage"] is None
    assert bits_apart(plain, check(photo)) <= 4
    assert check(photo[: len(photo) // 2])["damage"]
    middle = len(photo) // 2
    assert check(photo[:middle] + bytes(2048) + photo[middle + 2048 :])["damage"]


@pytest.mark.parametrize("kind", [{"progressive": True}, {"subsampling": 2}], ids=["progressive", "odd"])
def test_what_cannot_be_decoded_small_is_decoded_alone_where_it_is_large(kind: dict[str, Any]) -> None:
    flat = picture(100, 100).convert("CMYK").resize((4_000, 3_100))

    assert check_photo({"max_pixels": 50_000_000, "alone": False}, encoded(flat, **kind)) == {
        "error": "heavy",
        "detail": "4000x3100 pixels",
    }


def test_i11_avif_is_refused_by_name_where_there_is_no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "_HAS_AVIF", False)

    assert check(encoded(picture(), "AVIF")) == {
        "error": "unsupported_type",
        "detail": "AVIF; this installation has no decoder for it",
    }


def test_any_order_of_scans_has_a_layout() -> None:
    """Headers that lie about their length cost no more than a verdict."""
    chance = np.random.default_rng(1)
    photo = encoded(picture(160, 120), progressive=True)
    header = read_header(photo)
    assert header
    for place in [index for index in range(len(photo) - 1) if photo[index : index + 2] == b"\xff\xda"]:
        for length in chance.integers(0, 20, 5):
            assert lay_out(photo[: place + 2] + bytes([0, length]) + photo[place + 4 :], header.frame).picture
