"""What the child finds in a file: size before decode, damage anywhere, and no refusal of what every browser shows."""

import random
import re
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from photo_made import encoded, picture, png_header, segment
from PIL import Image, PngImagePlugin

from forecourt.photo.decode import check_photo

PHOTO = encoded(picture(1200, 900), quality=85)
PROGRESSIVE = encoded(picture(1200, 900), quality=85, progressive=True)


def check(data: bytes, *, max_pixels: int = 50_000_000, alone: bool = True) -> Any:
    return check_photo({"max_pixels": max_pixels, "alone": alone}, data)


def refusal(data: bytes, **limits: Any) -> str:
    """A failure kind, also of what is damaged and can be shown."""
    answer = check(data, **limits)
    return "damaged" if answer.get("damage") else str(answer.get("error"))


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WebP"), ("GIF", "GIF"), ("AVIF", "AVIF")]
)
def test_a_photo_of_each_type_is_accepted(kind: str, name: str) -> None:
    answer = check(encoded(picture(641, 479), kind))

    assert (answer["type"], answer["width"], answer["height"]) == (name, 641, 479)
    assert re.fullmatch(r"[0-9a-f]{16}", answer["dhash"])


@pytest.mark.parametrize("photo", [PHOTO, PROGRESSIVE], ids=["baseline", "progressive"])
def test_i04_a_jpeg_cut_off_anywhere_is_damaged(photo: bytes) -> None:
    cuts = [1, 2, 40, len(photo) // 2, *random.Random(0).sample(range(1, len(photo) - 2), 50)]

    assert {refusal(photo[:-cut]) for cut in cuts} == {"damaged"}


@pytest.mark.parametrize("photo", [PHOTO, PROGRESSIVE], ids=["baseline", "progressive"])
def test_i04_zeros_in_the_middle_of_a_jpeg_are_damage(photo: bytes) -> None:
    """One in a hundred may fall where the decoder finds a meaning in them."""
    starts = random.Random(0).sample(range(len(photo) // 10, len(photo) - 3000), 100)
    noticed = [refusal(photo[:start] + bytes(2048) + photo[start + 2048 :]) == "damaged" for start in starts]

    assert sum(noticed) >= 98


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "AVIF"])
def test_i04_a_file_cut_at_half_or_at_forty_bytes_is_damaged(kind: str) -> None:
    photo = encoded(picture(), kind)

    assert {refusal(photo[: len(photo) // 2]), refusal(photo[:-40])} == {"damaged"}


def test_i04_any_flipped_bit_in_the_picture_of_a_png_is_damage() -> None:
    photo = encoded(picture(), "PNG")
    for place in random.Random(0).sample(range(100, len(photo) - 20), 20):
        flipped = bytearray(photo)
        flipped[place] ^= 0x10
        assert refusal(bytes(flipped)) == "damaged"


@pytest.mark.parametrize("photo", [PHOTO, PROGRESSIVE], ids=["baseline", "progressive"])
@pytest.mark.parametrize(
    ("inserted", "appended"),
    [
        pytest.param(b"stray", b"", id="stray bytes before a marker"),
        pytest.param(b"\xff\xff\xff", b"", id="fill bytes"),
        pytest.param(b"", b"tail" * 500, id="a tail"),
        pytest.param(b"", PHOTO, id="a second photo behind it"),
        pytest.param(b"", b"PK\3\4<script>", id="I08 a ZIP and a script behind it"),
        pytest.param(segment(0xFE, b"*/=1;alert(1)/*"), b"", id="I08 a script in a comment"),
        pytest.param(segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff"), b"", id="odd EXIF"),
        pytest.param(segment(0xE2, b"ICC_PROFILE\0\x07\x03" + b"x" * 99), b"", id="odd ICC"),
        pytest.param(segment(0xEE, b"Adobe"), b"", id="odd Adobe"),
        pytest.param(segment(0xE0, b"JFXX") + segment(0xEF, b"\xff\xd8\xff"), b"", id="odd APP"),
    ],
)
def test_i05_what_every_browser_shows_is_accepted(photo: bytes, inserted: bytes, appended: bytes) -> None:
    answer = check(photo[:2] + inserted + photo[2:] + appended)

    assert (answer.get("type"), answer.get("width"), answer.get("height")) == ("JPEG", 1200, 900)


@pytest.mark.parametrize("photo", [PHOTO, PROGRESSIVE], ids=["baseline", "progressive"])
def test_i05_zeros_before_the_end_belong_to_nobody(photo: bytes) -> None:
    assert check(photo[:-2] + bytes(500) + photo[-2:])["type"] == "JPEG"


def test_i05_a_png_with_a_broken_note_or_a_tail_is_accepted() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "as it was")
    photo = encoded(picture(), "PNG", pnginfo=note)

    assert check(photo.replace(b"as it was", b"as it is."))["type"] == "PNG"
    assert check(photo + b"tail")["type"] == "PNG"


@pytest.mark.parametrize(
    ("width", "height", "error"),
    [(20_000, 20_000, "too_many_pixels"), (9_500, 9_500, "too_many_pixels"), (2**31 - 1, 1, "too_many_pixels"),
     (0, 0, "not_a_photo"), (640, 0, "not_a_photo"), (640, 480, "damaged")],
)  # fmt: skip
def test_i01_the_header_is_judged_before_any_decode(width: int, height: int, error: str) -> None:
    assert refusal(png_header(width, height) + bytes(100)) == error


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_the_limit_of_pixels_is_the_operators(kind: str) -> None:
    photo = encoded(picture(200, 100), kind)

    assert refusal(photo, max_pixels=19_999) == "too_many_pixels"
    assert refusal(photo, max_pixels=20_000) == "None"


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_i03_only_the_first_frame_of_an_animation_counts(kind: str) -> None:
    frames = [picture(160, 120, seed=seed) for seed in range(30)]
    moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:], lossless=True)

    assert check(moving)["dhash"] == check(encoded(frames[0], kind, lossless=True))["dhash"]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_i12_pixels_icons_and_one_flat_colour_are_no_photos(kind: str) -> None:
    for image in (Image.new("RGB", (1, 1)), picture(20, 20), picture(99, 99), Image.new("RGB", (640, 480), "#8a2be2")):
        assert refusal(encoded(image, kind)) == "not_a_photo"
    assert refusal(encoded(picture(100, 40), kind)) == "None"


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "L"), ("JPEG", "CMYK"), *[("PNG", mode) for mode in ("L", "LA", "P", "1", "RGBA", "I;16")]],
)
def test_i10_other_ways_to_say_a_colour_look_the_same(kind: str, mode: str) -> None:
    plain = picture(mode="L")
    sixteen_bits = Image.fromarray(np.asarray(plain).astype(np.uint16) * 256)
    image = sixteen_bits if mode == "I;16" else plain.convert(mode)

    expected, found = (int(check(encoded(i, kind))["dhash"], 16) for i in (plain, image))

    assert (expected ^ found).bit_count() <= 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_width_height_and_looks_are_those_of_the_upright_picture(kind: str, orientation: int) -> None:
    lain_down = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose that undoes each
    upright = picture(320, 200)
    turned = upright.transpose(Image.Transpose(lain_down[orientation])) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation

    answer = check(encoded(turned, kind, exif=exif, lossless=True))

    assert (answer["width"], answer["height"]) == (320, 200)
    assert (int(answer["dhash"], 16) ^ int(check(encoded(upright, kind, lossless=True))["dhash"], 16)).bit_count() <= 2


def test_a_large_progressive_file_asks_to_be_decoded_alone() -> None:
    large = encoded(picture(4200, 3000), progressive=True)

    assert refusal(large, alone=False) == "heavy"
    assert check(large)["width"] == 4200
    assert refusal(encoded(picture(4200, 3000)), alone=False) == "None"


def test_lossless_and_twelve_bit_jpegs_are_refused_by_name() -> None:
    baseline = b"\xff\xc0\x00\x11\x08"

    assert refusal(PHOTO.replace(baseline, b"\xff\xc0\x00\x11\x0c", 1)) == "unsupported_type"
    assert refusal(PHOTO.replace(baseline, b"\xff\xc3\x00\x11\x08", 1)) == "unsupported_type"


@pytest.mark.parametrize("seed", range(4))
def test_any_bytes_get_an_answer(seed: int) -> None:
    """Broken headers, lengths and tables of every type: a refusal or a photo, never an exception."""
    chance = random.Random(seed)
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF"):
        photo = encoded(picture(200, 150, seed=seed), kind)
        for _ in range(60):
            broken = bytearray(photo)
            for _ in range(chance.randrange(1, 6)):
                broken[chance.randrange(12, min(len(photo), 800))] = chance.randrange(256)
            del broken[chance.choice([len(broken), chance.randrange(len(broken))]) :]
            assert check(bytes(broken), max_pixels=1_000_000).keys() in (
                {"error", "detail"},
                {"type", "width", "height", "thumbhash", "dhash", "damage"},
            )


def test_an_endless_text_in_a_png_is_not_unpacked() -> None:
    body = b"zTXtComment\0\0" + zlib.compress(bytes(100_000_000), 9)
    bomb = struct.pack("!I", len(body) - 4) + body + struct.pack("!I", zlib.crc32(body))
    photo = encoded(picture(), "PNG")

    assert check(photo[:33] + bomb + photo[33:])["type"] == "PNG"
