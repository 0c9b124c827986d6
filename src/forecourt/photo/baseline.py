"""The proof that a baseline JPEG is whole, by our own compiled walk through it (walk/): a third of a decode.

It notices what the strict decoder notices. What it does not prove is no damage yet: progressive files, unusual colours
and the broken ones are the decoder's to judge, and so is everything where no C compiler built the walk.
"""

import ctypes
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from forecourt.photo.jpeg import Frame

_BLOCK_PX: Final = 8
_SMALLEST_PX: Final = 640  # a smaller picture has too few blocks for the fingerprints
_MCU_BLOCKS: Final = 4  # across or down, at most
_COLOURS: Final = 3
_BLOCK_BYTES: Final = 10  # of memory: where it starts, twice; its mean as part of a plane, and of a pixel
_MORE_BYTES: Final = 1024


class _Picture(ctypes.Structure):
    """`baseline_picture` in walk/walk.h."""

    _fields_ = (
        ("width", ctypes.c_uint32),
        ("height", ctypes.c_uint32),
        ("count", ctypes.c_uint32),
        ("first", ctypes.c_uint32),
    )


def _load() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(str(Path(__file__).with_name("libbaseline.so")))
    except OSError:
        return None
    library.baseline_room_bytes.restype = ctypes.c_size_t
    library.baseline_walk.argtypes = (
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.POINTER(_Picture),
        ctypes.c_void_p,
        ctypes.c_size_t,
    )
    return library


_LIBRARY: Final = _load()
IS_BUILT: Final = _LIBRARY is not None
_ROOM: Final = ctypes.create_string_buffer(_LIBRARY.baseline_room_bytes() if _LIBRARY else 0)


def read_baseline(data: bytes, frame: Frame) -> Image.Image | None:
    """The picture at an eighth of its size, if every bit of the file is there; None if that is not proven.

    Its pixels are the means of blocks of eight by eight, as a decoder gives them at that size; colours that are
    sampled more coarsely are repeated. YCbCr, or RGB where there are none. Not for two threads at once.
    """
    if _LIBRARY is None or frame.is_progressive or max(frame.width, frame.height) < _SMALLEST_PX:
        return None
    blocks = (frame.width // _BLOCK_PX + _MCU_BLOCKS) * (frame.height // _BLOCK_PX + _MCU_BLOCKS)
    memory = np.empty(blocks * _COLOURS * _BLOCK_BYTES + len(data) + _MORE_BYTES, np.uint8)
    picture = _Picture()
    if not _LIBRARY.baseline_walk(_ROOM, data, len(data), picture, memory.ctypes.data, memory.size):
        return None
    mode = "L" if picture.count == 1 else "YCbCr"
    pixels = memory[picture.first :]
    walked = Image.frombuffer(mode, (picture.width, picture.height), pixels, "raw", mode, 0, 1)
    return walked.convert("RGB") if mode == "L" else walked
