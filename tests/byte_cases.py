"""What strangers send in place of a photo, and what becomes of the row: group I, by id."""

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from photo_made import encoded, picture, png_header, segment
from PIL import Image, PngImagePlugin

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
XXE = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>'
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><svg>&b;&b;</svg>'
JAVASCRIPT = b"GIF89a=1;alert(1);//"


@dataclass(frozen=True)
class End:
    """How the row stands after one run.

    Attributes:
        hours: Until it is tried again, at least; None where it is not.
        keeps_bytes: What came lies in the store, in case nothing better does.
    """

    status: str
    failure_kind: str | None = None
    hours: float | None = None
    keeps_bytes: bool = False


@dataclass(frozen=True)
class ByteCase:
    """Bytes, made when they are asked for; and what the server calls them."""

    made_by: Callable[[], bytes]
    end: End
    content_type: str = "image/jpeg"

    @cached_property
    def data(self) -> bytes:
        """Made once."""
        return self.made_by()


STORED = End("stored", keeps_bytes=True)
DAMAGED = End("pending", "damaged", hours=1, keeps_bytes=True)
NOTHING_TO_SHOW = End("pending", "damaged", hours=1 / 60)
NO_PHOTO = End("rejected", "not_a_photo")
TOO_MANY_PIXELS = End("rejected", "too_many_pixels")
UNSUPPORTED = End("rejected", "unsupported_type")
WEB_PAGE = End("blocked", "not_a_photo", hours=6)


@cache
def jpeg(*, progressive: bool = False) -> bytes:
    return encoded(picture(800, 600, seed=4), quality=85, progressive=progressive)


@cache
def png() -> bytes:
    return encoded(picture(400, 300, seed=4), "PNG")


@cache
def webp() -> bytes:
    return encoded(picture(400, 300, seed=4), "WEBP")


@cache
def gif() -> bytes:
    return encoded(picture(400, 300, seed=4), "GIF")


def with_hole(photo: bytes) -> bytes:
    """2 KB of zeros in the middle."""
    half = len(photo) // 2
    return photo[:half] + bytes(2048) + photo[half + 2048 :]


def flipped(photo: bytes) -> bytes:
    """One bit in the middle."""
    half = len(photo) // 2
    return photo[:half] + bytes([photo[half] ^ 0x10]) + photo[half + 1 :]


def inserted(photo: bytes, *more: bytes) -> bytes:
    """Behind the first marker of a JPEG."""
    return photo[:2] + b"".join(more) + photo[2:]


def moving(kind: str, frames: int) -> bytes:
    mode = "L" if kind == "GIF" else "RGB"
    pictures = [picture(120, 100, seed=seed, mode=mode) for seed in range(2)]
    more = [pictures[number % 2] for number in range(1, frames)]
    return encoded(pictures[0], kind, save_all=True, append_images=more, optimize=False, quality=1, method=0)


def endless_apng() -> bytes:
    """It promises a million frames and has one."""
    body = b"acTL" + struct.pack("!II", 1_000_000, 0)
    return png()[:33] + struct.pack("!I", 8) + body + struct.pack("!I", zlib.crc32(body)) + png()[33:]


def note_with_wrong_checksum() -> bytes:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "as it was")
    return encoded(picture(400, 300, seed=4), "PNG", pnginfo=note).replace(b"as it was", b"as it is.")


def script_in_gif() -> bytes:
    """A comment extension that a script would read as code."""
    return gif() + b"/*" + JAVASCRIPT + b"*/"


def _zeros() -> bytes:
    return encoded(Image.new("L", (7000, 7000)), "PNG")


CASES: Mapping[str, ByteCase] = {
    "I01-20000x20000": ByteCase(lambda: png_header(20_000, 20_000) + bytes(100), TOO_MANY_PIXELS),
    "I01-9500x9500": ByteCase(lambda: png_header(9_500, 9_500) + bytes(100), TOO_MANY_PIXELS),
    "I01-0x0": ByteCase(lambda: png_header(0, 0) + bytes(100), NO_PHOTO),
    "I01-2147483647x1": ByteCase(lambda: png_header(2**31 - 1, 1) + bytes(100), TOO_MANY_PIXELS),
    "I02-7000x7000-zeros": ByteCase(_zeros, NO_PHOTO),
    "I03-gif-of-400-frames": ByteCase(lambda: moving("GIF", 400), STORED),
    "I03-webp-of-2000-frames": ByteCase(lambda: moving("WEBP", 2000), STORED),
    "I03-apng-that-promises-a-million": ByteCase(endless_apng, STORED),
    "I04-cut-at-half": ByteCase(lambda: jpeg()[: len(jpeg()) // 2], DAMAGED),
    "I04-cut-at-minus-40": ByteCase(lambda: jpeg()[:-40], DAMAGED),
    "I04-zeros-in-the-middle": ByteCase(lambda: with_hole(jpeg()), DAMAGED),
    "I04-progressive-cut-at-half": ByteCase(lambda: jpeg(progressive=True)[:40_000], DAMAGED),
    "I04-png-with-a-flipped-bit": ByteCase(lambda: flipped(png()), DAMAGED, "image/png"),
    "I04-png-cut-at-half": ByteCase(lambda: png()[: len(png()) // 2], DAMAGED, "image/png"),
    "I04-gif-cut-at-half": ByteCase(lambda: gif()[: len(gif()) // 2], DAMAGED, "image/gif"),
    "I04-webp-cut-at-half": ByteCase(lambda: webp()[: len(webp()) // 2], NOTHING_TO_SHOW, "image/webp"),
    "I04-jpeg-without-a-picture": ByteCase(lambda: jpeg()[:150], NOTHING_TO_SHOW),
    "I05-stray-bytes-before-a-marker": ByteCase(lambda: inserted(jpeg(), b"stray"), STORED),
    "I05-broken-exif": ByteCase(lambda: inserted(jpeg(), segment(0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff")), STORED),
    "I05-odd-icc": ByteCase(lambda: inserted(jpeg(), segment(0xE2, b"ICC_PROFILE\0\x07\x03" + b"x" * 99)), STORED),
    "I05-bytes-after-the-end": ByteCase(lambda: jpeg() + b"tail" * 500, STORED),
    "I05-png-note-with-a-wrong-checksum": ByteCase(note_with_wrong_checksum, STORED),
    "I06-svg-with-script": ByteCase(lambda: SVG, UNSUPPORTED, "image/svg+xml"),
    "I06-svg-as-jpeg": ByteCase(lambda: SVG + b"<!-- -->", UNSUPPORTED),
    "I06-svg-with-an-external-entity-as-png": ByteCase(lambda: XXE, UNSUPPORTED, "image/png"),
    "I06-svg-with-entities-in-entities": ByteCase(lambda: LAUGHS, UNSUPPORTED),
    "I07-html": ByteCase(lambda: b"<!doctype html><title>No hotlinking</title>", WEB_PAGE),
    "I07-pdf": ByteCase(lambda: b"%PDF-1.7\n", UNSUPPORTED),
    "I07-zip": ByteCase(lambda: b"PK\x03\x04\x14\0", UNSUPPORTED),
    "I07-mp4": ByteCase(lambda: b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", UNSUPPORTED),
    "I07-eps": ByteCase(lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run\n", UNSUPPORTED),
    "I07-tiff": ByteCase(lambda: encoded(picture(120, 100), "TIFF"), UNSUPPORTED),
    "I07-psd": ByteCase(lambda: b"8BPS\0\x01", UNSUPPORTED),
    "I07-ico": ByteCase(lambda: encoded(picture(120, 100), "ICO"), UNSUPPORTED),
    "I07-bmp": ByteCase(lambda: encoded(picture(120, 100), "BMP"), UNSUPPORTED),
    "I07-jp2": ByteCase(lambda: b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 ", UNSUPPORTED),
    "I08-gif-that-is-javascript": ByteCase(script_in_gif, STORED, "text/javascript"),
    "I08-zip-behind-a-jpeg": ByteCase(lambda: jpeg() + b"PK\3\4zip", STORED, "application/zip"),
    "I08-script-behind-a-jpeg": ByteCase(lambda: jpeg() + b"<script>alert(1)</script>", STORED, "text/html"),
    "I08-script-in-a-comment": ByteCase(lambda: inserted(jpeg(), segment(0xFE, b"*/=1;alert(1)/*")), STORED),
    "I11-heic-called-jpg": ByteCase(lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", UNSUPPORTED),
    "I12-1x1": ByteCase(lambda: encoded(Image.new("RGB", (1, 1)), "GIF"), NO_PHOTO),
    "I12-20x20-icon": ByteCase(lambda: encoded(picture(20, 20), "PNG"), NO_PHOTO),
    "I12-one-flat-colour": ByteCase(lambda: encoded(Image.new("RGB", (640, 480), "#8a2be2")), NO_PHOTO),
}
