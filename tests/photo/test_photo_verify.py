"""A file becomes a VerifiedPhoto, or an error that says what to do about it."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from photo_made import encoded, picture, png_header
from running_program import children

from forecourt.children.process import ChildProcess
from forecourt.children.serving import MOST_JOBS
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


def test_photos_that_wait_go_to_a_decoder_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted here, where all of them wait at once: in a run that is the machine's affair."""
    handed_over: list[int] = []
    ask = ChildProcess.ask_at_once

    def counted(child: ChildProcess, jobs: Sequence[Any], descriptors: Sequence[int]) -> None:
        handed_over.append(len(jobs))
        ask(child, jobs, descriptors)

    monkeypatch.setattr(ChildProcess, "ask_at_once", counted)

    photos = verify_all(tmp_path, [PHOTO] * (1 + 2 * MOST_JOBS), pool=decoding_pool(processes=1))

    assert all(isinstance(photo, VerifiedPhoto) for photo in photos)
    assert handed_over == [MOST_JOBS, MOST_JOBS, 1]


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


def dying_pool(*, wall_seconds: float = 30) -> ConfinedPool:
    return ConfinedPool(
        "dying_decoder:check_photo", processes=2, memory_bytes=2**29, cpu_seconds=20, wall_seconds=wall_seconds
    )


@pytest.mark.parametrize(
    ("bad", "last_words"),
    [
        pytest.param(b"deadly", "the child was ended by SIGSEGV", id="I14-killed"),
        pytest.param(b"hungry", "MemoryError", id="I14-out-of-memory"),
        pytest.param(b"asleep", "no answer within 3 s", id="I14-hangs"),
        pytest.param(b"lies", "the answer is not about a photo", id="I14-tells-nonsense"),
    ],
)
def test_a_decoder_that_dies_costs_that_photo_only(tmp_path: Path, bad: bytes, last_words: str) -> None:
    """Those that wait for a child, and those beside it, are decoded; it counts as a death."""
    died, *others = verify_all(tmp_path, [bad, PHOTO, bad, PHOTO, PHOTO, PHOTO], pool=dying_pool(wall_seconds=3))

    assert isinstance(died, DecoderDied)
    assert str(died) == f"decoder_died: {last_words}"
    assert [type(each) for each in others] == [VerifiedPhoto, DecoderDied, VerifiedPhoto, VerifiedPhoto, VerifiedPhoto]


def test_i14_children_killed_from_outside_cost_the_jobs_that_they_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of the pool's at once, as a kernel without memory does: it repairs itself."""
    asleep, photo = tmp_path / "asleep", tmp_path / "photo"
    asleep.write_bytes(b"asleep")
    photo.write_bytes(PHOTO)
    both, asked = asyncio.Event(), 0
    ask = ChildProcess.ask_at_once

    def counted(child: ChildProcess, jobs: Sequence[Any], descriptors: Sequence[int]) -> None:
        nonlocal asked
        ask(child, jobs, descriptors)
        asked += len(jobs)
        if asked == 4 + 2:
            both.set()

    monkeypatch.setattr(ChildProcess, "ask_at_once", counted)

    async def story() -> tuple[list[VerifiedPhoto | BaseException], list[VerifiedPhoto]]:
        before = children(os.getpid())
        async with dying_pool() as pool:
            verifier = Verifier(pool, max_pixels=50_000_000)

            def four_photos() -> Awaitable[list[VerifiedPhoto]]:
                return asyncio.gather(*[verifier.verify(photo, sha256="ab", size=1) for _ in range(4)])

            await four_photos()
            jobs = [asyncio.ensure_future(verifier.verify(asleep, sha256="ab", size=1)) for _ in range(2)]
            await both.wait()  # each has been handed to a child
            for child in children(os.getpid()) - before:
                with suppress(ProcessLookupError):  # `ps`, which has told us
                    os.kill(child, signal.SIGKILL)
            lost = await asyncio.gather(*jobs, return_exceptions=True)
            return lost, await four_photos()

    lost, found = asyncio.run(story())

    assert [str(each) for each in lost] == ["decoder_died: the child was ended by SIGKILL"] * 2
    assert [type(each) for each in found] == [VerifiedPhoto] * 4


def test_a_file_that_was_there_at_several_deaths_has_a_child_of_its_own(tmp_path: Path) -> None:
    """One that did nothing before it, and will do nothing after."""
    question = tmp_path / "question"
    question.write_bytes(b"who are you")

    async def story() -> list[str]:
        async with dying_pool() as pool:
            verifier = Verifier(pool, max_pixels=50_000_000)
            answers = []
            for alone in (False, True, True, False):
                with pytest.raises(TransientError) as said:
                    await verifier.verify(question, sha256="ab", size=1, alone=alone)
                answers.append(said.value.detail)
            return answers

    first, own, other, last = asyncio.run(story())

    assert len({first, own, other}) == 3
    assert last not in {own, other}
