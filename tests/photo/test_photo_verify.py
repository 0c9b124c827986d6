"""A file becomes a VerifiedPhoto, or an error that says what to do about it."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from photo_made import encoded, picture, png_header

from forecourt.confined.pool import ConfinedPool
from forecourt.errors import Blocked, DecoderDied, PermanentError, TransientError, Trouble
from forecourt.photo.verify import DamagedPhoto, VerifiedPhoto, Verifier, decoding_pool

PHOTO = encoded(picture())


def verify_all(
    folder: Path, files: Sequence[bytes], *, pool: ConfinedPool | None = None
) -> list[VerifiedPhoto | BaseException]:
    async def story() -> list[VerifiedPhoto | BaseException]:
        async with pool or decoding_pool(processes=2) as open_pool:
            verifier = Verifier(open_pool, max_pixels=50_000_000)
            jobs = []
            for number, data in enumerate(files):
                path = folder / str(number)
                path.write_bytes(data)
                jobs.append(verifier.verify(path, sha256=sha256(data).hexdigest(), size=len(data)))
            return await asyncio.gather(*jobs, return_exceptions=True)

    return asyncio.run(story())


def test_a_photo_is_known_by_its_bytes(tmp_path: Path) -> None:
    [photo] = verify_all(tmp_path, [PHOTO])

    assert isinstance(photo, VerifiedPhoto)
    name = sha256(PHOTO).hexdigest()
    assert photo.storage_path == f"{name[:2]}/{name[2:4]}/{name}.jpg"
    assert (photo.size, photo.mime_type, photo.width, photo.height) == (len(PHOTO), "image/jpeg", 640, 480)


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"", TransientError, "empty"),
        (PHOTO[: len(PHOTO) // 2], DamagedPhoto, "damaged: Premature end of JPEG file"),
        (PHOTO[:100], TransientError, "damaged: the file ends before its picture begins"),
        (b"<!doctype html><title>No hotlinking", Blocked, "not_a_photo: a web page came in place of a photo"),
        (b"Access denied", Blocked, "not_a_photo: text came in place of a photo"),
        (b"<svg onload='alert(1)'/>", PermanentError, "unsupported_type: SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", PermanentError, "unsupported_type: HEIC"),
        (png_header(20_000, 20_000), PermanentError, "too_many_pixels: 20000x20000, the limit is 50000000 pixels"),
        (encoded(picture(20, 20)), PermanentError, "not_a_photo: 20x20 pixels"),
    ],
)  # fmt: skip
def test_what_is_no_photo_says_what_to_do_about_it(
    tmp_path: Path, data: bytes, error: type[Trouble], said: str
) -> None:
    [trouble] = verify_all(tmp_path, [data])

    assert type(trouble) is error
    assert str(trouble) == said


def test_large_progressive_files_are_decoded_one_at_a_time(tmp_path: Path) -> None:
    large = encoded(picture(4200, 3000), progressive=True)

    photos = verify_all(tmp_path, [large, large, PHOTO])

    assert [photo.width for photo in photos if isinstance(photo, VerifiedPhoto)] == [4200, 4200, 640]


def test_i02_seven_thousand_squared_zeros_fit_the_childs_memory(tmp_path: Path) -> None:
    zeros = picture(1, 1).resize((7000, 7000))

    assert [str(trouble) for trouble in verify_all(tmp_path, [encoded(zeros, "PNG")])] == [
        "not_a_photo: one flat colour"
    ]


def test_i14_a_decoder_that_dies_costs_that_photo_only(tmp_path: Path) -> None:
    pool = ConfinedPool("dying_decoder:check_photo", processes=1, memory_bytes=2**29, cpu_seconds=20, wall_seconds=30)

    deadly, fine, lies = verify_all(tmp_path, [b"deadly", PHOTO, b"lies"], pool=pool)

    assert isinstance(deadly, DecoderDied)
    assert str(deadly) == "decoder_died: the child was ended by SIGSEGV"
    assert isinstance(fine, VerifiedPhoto)
    assert str(lies) == "decoder_died: the answer is not about a photo"
