"""A downloaded file becomes a VerifiedPhoto, or an error that says what to do about it.

The parent's side: it never looks into a stranger's bytes, and believes the child's answer only in form.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from forecourt.confined.grouped import Grouped
from forecourt.confined.pool import ConfinedPool
from forecourt.confined.turn import ConfinedDied
from forecourt.errors import Blocked, DecoderDied, PermanentError, TransientError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.photo.types import SUPPORTED

_TASK: Final = "forecourt.photo.decode:check_photo"
_MEMORY_BYTES: Final = 1024**3  # at 50 megapixels a progressive JPEG takes 0.2 GB, a PNG 0.5, a WebP 0.8
_CPU_SECONDS: Final = 20
_WALL_SECONDS: Final = 60.0


@dataclass(frozen=True)
class VerifiedPhoto:
    """What we know of a photo whose every bit has been read.

    Width and height are as shown: the orientation in its EXIF is applied, to the fingerprints too. The file itself is
    kept as it came.
    """

    sha256: str
    size: int  # of the file, in bytes
    mime_type: str
    extension: str
    width: int
    height: int
    thumbhash: str  # base64
    dhash: str  # 16 hex digits
    is_damaged: bool = False  # a part of it is missing or wrong; a browser shows the rest

    @property
    def storage_path(self) -> str:
        """Where the photo store keeps it: the bytes name their place, so twice is once."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}.{self.extension}"


class DamagedPhoto(TransientError):
    """It is not whole, and a browser shows the rest of it: better than nothing."""

    def __init__(self, detail: str, photo: VerifiedPhoto) -> None:
        super().__init__(FailureKind.DAMAGED, detail)
        self.photo = photo


def decoding_pool(*, processes: int) -> ConfinedPool:
    """Child processes with the limits that a photo of 50 megapixels needs."""
    return ConfinedPool(
        _TASK, processes=processes, memory_bytes=_MEMORY_BYTES, cpu_seconds=_CPU_SECONDS, wall_seconds=_WALL_SECONDS
    )


class Verifier:
    """Proves that a file is a photo. The pool is its caller's, to open and to close.

    Args:
        pool: From `decoding_pool`.
        max_pixels: FORECOURT_MAX_IMAGE_PIXELS.
    """

    def __init__(self, pool: ConfinedPool, *, max_pixels: int) -> None:
        self._pool = pool
        self._grouped = Grouped(pool)
        self._max_pixels = max_pixels
        self._one_heavy = asyncio.Lock()

    async def verify(self, path: Path, *, sha256: str, size: int, alone: bool = False) -> VerifiedPhoto:
        """Read the whole file.

        Args:
            path: The file; it is neither changed nor moved.
            sha256: Of its bytes, in hex, as hashed while they streamed in.
            size: Its length in bytes.
            alone: It was there at several deaths: decode it in a child of its own, one such file at a time.

        Raises:
            PermanentError: unsupported_type, too_many_pixels, not_a_photo (under 100 px, or one flat colour).
            Blocked: not_a_photo, where a web page or a line of text came in place of a photo.
            DamagedPhoto: damaged (cut off or corrupted), and can be shown.
            TransientError: empty, damaged and nothing of it can be shown.
            DecoderDied: Its child died, hung or told nonsense.
        """
        if size == 0:
            raise TransientError(FailureKind.EMPTY)
        try:
            answer = await self._asked(path, alone=alone)
        except ConfinedDied as error:
            raise DecoderDied(str(error)) from error
        if isinstance(answer, _Refusal):
            raise _trouble(answer)
        found = SUPPORTED[answer.type]
        photo = VerifiedPhoto(
            sha256=sha256,
            size=size,
            mime_type=found.mime_type,
            extension=found.extension,
            width=answer.width,
            height=answer.height,
            thumbhash=answer.thumbhash,
            dhash=answer.dhash,
            is_damaged=answer.damage is not None,
        )
        if answer.damage is not None:
            raise DamagedPhoto(_said(answer.damage), photo)
        return photo

    async def _asked(self, path: Path, *, alone: bool) -> "_Answer":
        if not alone:
            answer = await self._ask(path, alone=False)
            if not isinstance(answer, _Refusal) or answer.error != "heavy":
                return answer
        async with self._one_heavy:
            return await self._ask(path, alone=True, fresh=alone)

    async def _ask(self, path: Path, *, alone: bool, fresh: bool = False) -> "_Answer":
        question = {"max_pixels": self._max_pixels, "alone": alone}
        if alone:
            said = await self._pool.run(question, file=path, fresh=fresh)
        else:
            said = await self._grouped.run(question, path)
        try:
            return _ANSWER.validate_python(said)
        except ValidationError as error:
            raise ConfinedDied("the answer is not about a photo") from error


class _Seen(BaseModel):
    type: Literal["JPEG", "PNG", "WebP", "GIF", "AVIF"]
    width: Annotated[int, Field(gt=0, lt=2**31)]
    height: Annotated[int, Field(gt=0, lt=2**31)]
    thumbhash: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]{4,60}={0,2}$")]
    dhash: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    damage: str | None


class _Refusal(BaseModel):
    error: Literal["damaged", "unsupported_type", "too_many_pixels", "not_a_photo", "web_page", "heavy"]
    detail: str


_Answer: TypeAlias = _Seen | _Refusal
_ANSWER: Final[TypeAdapter[_Answer]] = TypeAdapter(_Answer)


def _trouble(refusal: _Refusal) -> Trouble:
    detail = _said(refusal.detail)
    match refusal.error:
        case "web_page":
            return Blocked(FailureKind.NOT_A_PHOTO, f"{detail} came in place of a photo")
        case "damaged":
            return TransientError(FailureKind.DAMAGED, detail)
        case "heavy":
            return DecoderDied("the child would not decode it alone")
        case kind:
            return PermanentError(FailureKind(kind), detail)


def _said(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:200]
