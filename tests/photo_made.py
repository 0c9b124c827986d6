"""Photos made for a test: noisy enough to look like one, the same on every run."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image


def picture(width: int = 640, height: int = 480, *, seed: int = 0, mode: str = "RGB") -> Image.Image:
    """Soft shapes under a grain, as a camera sees them."""
    random = np.random.default_rng(seed)
    shapes = random.integers(0, 256, (max(2, height // 40), max(2, width // 40), 3), dtype=np.uint8)
    soft = np.asarray(Image.fromarray(shapes).resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16)
    grain = random.integers(-12, 12, (height, width, 3), dtype=np.int16)
    return Image.fromarray((soft + grain).clip(0, 255).astype(np.uint8)).convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The file that Pillow writes."""
    file = io.BytesIO()
    image.save(file, format=kind, **options)
    return file.getvalue()


def segment(code: int, body: bytes) -> bytes:
    """One JPEG segment with its length."""
    return bytes((0xFF, code)) + struct.pack("!H", len(body) + 2) + body


def png_header(width: int, height: int) -> bytes:
    """A PNG that says its size, and stops there."""
    body = b"IHDR" + struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack("!I", 13) + body + struct.pack("!I", zlib.crc32(body))
