"""Our own walk through a baseline JPEG: it passes nothing that the decoder refuses, and sees the same picture."""

import random
import struct
from typing import Any

import numpy as np
import pytest
import simplejpeg
from photo_made import encoded, picture, segment
from PIL import Image

from forecourt.photo.baseline import IS_BUILT, read_baseline
from forecourt.photo.jpeg import Frame, Header, lay_out, read_header
from forecourt.photo.opened import Damaged, _decode_small

PHOTO = encoded(picture(900, 700), quality=85)
SCAN = PHOTO.index(b"\xff\xda")
# What encoders write: other samplings, tables of the photo's own, restarts, hardly any loss and a lot.
OPTIONS: dict[str, dict[str, Any]] = {
    "usual": {"quality": 85},
    "4:4:4": {"subsampling": 0},
    "4:2:2": {"subsampling": 1},
    "4:1:1": {"subsampling": "4:1:1"},
    "own tables": {"optimize": True},
    "restarts": {"restart_marker_blocks": 5},
    "a restart a row": {"restart_marker_rows": 1, "optimize": True, "subsampling": 1},
    "no loss": {"quality": 100, "subsampling": 0},
    "coarse": {"quality": 5},
    "EXIF": {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + bytes(40_000)},
}


def proved(data: bytes) -> Image.Image | None:
    header = read_header(data)
    return read_baseline(data, header.frame) if header else None


def decoded(data: bytes, frame: Frame) -> Image.Image | None:
    """What the strict decoder says, asked as for a photo that is not proven by the walk."""
    for asked in (data, lay_out(data, frame).picture):
        try:
            return _decode_small(asked, frame, strict=True)
        except Damaged:
            continue
    return None


def header_of(data: bytes) -> Header:
    header = read_header(data)
    assert header
    return header


def sized(data: bytes, height: int, width: int) -> bytes:
    """With another size in its header than the picture has."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def spoilt(data: bytes, chance: random.Random) -> bytes:
    """In a place or two, more often in the segments than their length has it."""
    odd = bytearray(data)
    for _ in range(chance.randint(1, 2)):
        at = chance.randrange(min(700, len(odd)) if chance.random() < 0.4 else len(odd))
        match chance.randrange(5):
            case 0:
                odd[at] ^= 1 << chance.randrange(8)
            case 1:
                odd[at] = chance.randrange(256)
            case 2:
                hole = len(odd[at : at + chance.choice((1, 8, 512, 2048))])
                odd[at : at + hole] = bytes(hole)
            case 3:
                del odd[at : at + chance.choice((1, 2, 8, 512))]
            case _:
                odd[at:at] = chance.randbytes(chance.choice((1, 2, 8)))
    return bytes(odd)


def test_the_walk_is_there() -> None:
    """Without it every test below would have nothing to see."""
    assert IS_BUILT


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
@pytest.mark.parametrize(("width", "height"), [(1200, 900), (801, 1207), (5000, 17)])
def test_the_picture_is_the_decoders_at_an_eighth(options: dict[str, Any], width: int, height: int) -> None:
    photo = encoded(picture(width, height, seed=width), **options)
    walked = proved(photo)
    plain = simplejpeg.decode_jpeg(photo, "GRAY", min_width=-(-width // 8), min_height=-(-height // 8), strict=True)

    assert walked
    assert np.array_equal(np.asarray(walked.getchannel(0)), plain[..., 0])


@pytest.mark.parametrize("options", [{"quality": 95}, {"quality": 95, "subsampling": 0}, {"quality": 40}])
@pytest.mark.parametrize("flat", [(0, 0, 1600, 600), (0, 600, 1600, 1200), (0, 300, 1600, 900), (0, 0, 1600, 1160)])
def test_an_even_surface_is_walked_through_as_well(flat: tuple[int, int, int, int], options: dict[str, Any]) -> None:
    """Its blocks look alike, so that whoever begins among them cannot tell which one it is."""
    image = picture(1600, 1200)
    image.paste((90, 120, 200), flat)
    photo = encoded(image, **options)
    walked = proved(photo)
    plain = simplejpeg.decode_jpeg(photo, "GRAY", min_width=200, min_height=150, strict=True)

    assert walked
    assert np.array_equal(np.asarray(walked.getchannel(0)), plain[..., 0])


def test_its_colours_are_the_decoders_but_for_their_edges() -> None:
    walked, plain = proved(PHOTO), decoded(PHOTO, header_of(PHOTO).frame)
    assert walked
    assert plain

    few = [np.asarray(seen.convert("RGB").reduce(4), dtype=int) for seen in (walked, plain)]
    assert np.abs(few[0] - few[1]).mean() < 4


@pytest.mark.parametrize("options", [{"quality": 5}, {}, {"quality": 100}, {"restart_marker_rows": 1}])
def test_a_grey_picture_is_the_decoders_to_the_last_bit(options: dict[str, Any]) -> None:
    photo = encoded(picture(1001, 803, mode="L"), **options)
    walked, plain = proved(photo), decoded(photo, header_of(photo).frame)

    assert walked
    assert plain
    assert walked.tobytes() == plain.tobytes()


def test_what_it_passes_the_decoder_passes() -> None:
    """1,500 spoilt files; where it proves nothing the decoder has the word."""
    chance = random.Random(5)
    good = [encoded(picture(640, 480, seed=n), **options) for n, options in enumerate(OPTIONS.values())]
    counts = {True: 0, False: 0}
    for _ in range(1500):
        odd = spoilt(chance.choice(good), chance)
        header = read_header(odd)
        if header is None or not header.frame.is_decodable:
            continue
        is_proven = read_baseline(odd, header.frame) is not None
        counts[is_proven] += 1
        assert not is_proven or decoded(odd, header.frame)

    assert counts[True] > 200
    assert counts[False] > 600


def test_no_photo_is_proven_that_is_cut_off() -> None:
    cuts = [1, 2, 3, 40, len(PHOTO) // 2, *random.Random(0).sample(range(1, len(PHOTO) - 2), 200)]

    assert [cut for cut in cuts if proved(PHOTO[:-cut])] == []


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(encoded(picture(900, 700), progressive=True), id="progressive"),
        pytest.param(encoded(picture(900, 700, mode="CMYK")), id="CMYK"),
        pytest.param(encoded(picture(900, 700), keep_rgb=True), id="RGB"),
        pytest.param(encoded(picture(600, 400)), id="too small for its fingerprints"),
        pytest.param(PHOTO[:-2] + b"\x00\xff\xd9", id="a byte too many in the scan"),
        pytest.param(PHOTO[:-2] + b"\xff\xd0\xff\xd9", id="a restart that was not announced"),
        pytest.param(PHOTO[:2] + b"stray" + PHOTO[2:], id="stray bytes before a marker"),
        pytest.param(PHOTO[:SCAN], id="no scan"),
        pytest.param(PHOTO[: SCAN + 14], id="a scan without a bit"),
        pytest.param(PHOTO[:2] + segment(0xEE, b"Adobe\0\x64\0\0\0\0\0") + PHOTO[2:], id="RGB, as Adobe says"),
        pytest.param(PHOTO.replace(b"\xff\xc0", b"\xff\xc1").replace(b"\0\x3f\0", b"\0\x3e\0"), id="a part of a scan"),
        pytest.param(sized(PHOTO, 16, 704), id="a scan of more blocks than the picture has"),
        pytest.param(sized(PHOTO, 3000, 3000), id="a scan of fewer blocks than the picture has"),
    ],
)
def test_what_is_unusual_is_left_to_the_decoder(odd: bytes) -> None:
    assert proved(odd) is None


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(PHOTO + b"tail" * 500, id="a tail"),
        pytest.param(PHOTO + PHOTO, id="a second photo behind it"),
        pytest.param(PHOTO[:-2] + b"\xff\xff\xff\xd9", id="fill bytes at the end"),
        pytest.param(PHOTO[:2] + b"\xff\xff" + PHOTO[2:], id="fill bytes before a segment"),
        pytest.param(PHOTO[:2] + segment(0xFE, b"\xff\xd9\xff\xda") + PHOTO[2:], id="markers in a comment"),
        pytest.param(PHOTO.replace(b"\xff\xc0", b"\xff\xc1"), id="extended, of eight bits"),
    ],
)
def test_what_surrounds_a_whole_picture_does_not_matter(odd: bytes) -> None:
    whole = proved(PHOTO)
    assert whole
    walked = proved(odd)
    assert walked
    assert walked.tobytes() == whole.tobytes()


def test_half_a_table_is_none() -> None:
    """One that overflows is given up in the middle, and the next file's may have no codes at all."""
    table = PHOTO.index(b"\xff\xc4") + 4
    overflowing = PHOTO[: table + 1] + bytes([3]) + PHOTO[table + 2 :]
    without_codes = PHOTO[: table + 1] + bytes(16) + PHOTO[table + 17 :]

    assert [proved(odd) for odd in (overflowing, without_codes, overflowing, without_codes)] == [None] * 4
    assert proved(PHOTO)


def test_one_photos_tables_are_not_the_next_ones() -> None:
    """They are kept from file to file, for those that have the same."""
    photos = [encoded(picture(900, 700, seed=n), quality=quality, optimize=True) for n, quality in enumerate((30, 95))]
    first = [walked.tobytes() for photo in photos if (walked := proved(photo))]
    again = [walked.tobytes() for photo in photos * 2 if (walked := proved(photo))]

    assert len(first) == 2
    assert again == first * 2
