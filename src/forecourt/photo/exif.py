"""The one thing that we read from EXIF: which way up the picture is. Total: broken EXIF is upright."""

import struct
from typing import Final

_ORIENTATION: Final = 0x0112
_SHORT: Final = 3
_ENTRY_BYTES: Final = 12
_UPRIGHT: Final = 1


def orientation_of(tiff: bytes) -> int:
    r"""1 to 8, as in the EXIF standard (5 to 8 turn the picture by a quarter).

    Args:
        tiff: The EXIF block from its byte order mark on, without "Exif\0\0".

    Source: CIPA DC-008 (Exif 2.32), section 4.6.4, tag 0112.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return _UPRIGHT
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for entry in range(directory + 2, directory + 2 + count * _ENTRY_BYTES, _ENTRY_BYTES):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if tag == _ORIENTATION and kind == _SHORT and value in range(1, 9):
                return int(value)
    except struct.error:
        return _UPRIGHT
    return _UPRIGHT


def turns(orientation: int) -> bool:
    """Whether width and height change places when the picture is shown."""
    return orientation >= 5  # noqa: PLR2004 (5 to 8 are the quarter turns)
