"""The one list of photo types that we keep, and the names of those that we do not.

The bytes decide, never a header or a URL. Sources: the WHATWG MIME Sniffing Standard, sections 6.1 and 7.1, and the
formats' own specifications for the rest.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class PhotoType:
    """A supported type. The extension has no dot."""

    name: str
    mime_type: str
    extension: str


@dataclass(frozen=True)
class NotSupported:
    """What the bytes are instead; a web page is told apart because another request may bring the photo."""

    name: str
    is_web_page: bool = False


JPEG: Final = PhotoType("JPEG", "image/jpeg", "jpg")
PNG: Final = PhotoType("PNG", "image/png", "png")
WEBP: Final = PhotoType("WebP", "image/webp", "webp")
GIF: Final = PhotoType("GIF", "image/gif", "gif")
AVIF: Final = PhotoType("AVIF", "image/avif", "avif")  # where Pillow has the decoder

SUPPORTED: Final = {photo_type.name: photo_type for photo_type in (JPEG, PNG, WEBP, GIF, AVIF)}

_EXTENSIONS: Final = {photo_type.mime_type: photo_type.extension for photo_type in SUPPORTED.values()}

SNIFFED_BYTES: Final = 1024

_WEB_PAGE: Final = NotSupported("a web page", is_web_page=True)
_TEXT: Final = NotSupported("text", is_web_page=True)  # "Access denied", {"error": …}: a server's words, not a photo's
_UNKNOWN: Final = NotSupported("an unknown type")

_MAGIC: Final[tuple[tuple[bytes, PhotoType | NotSupported], ...]] = (
    (b"\xff\xd8", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"II*\0", NotSupported("TIFF")),
    (b"MM\0*", NotSupported("TIFF")),
    (b"II+\0", NotSupported("TIFF")),
    (b"MM\0+", NotSupported("TIFF")),
    (b"BM", NotSupported("BMP")),
    (b"%PDF-", NotSupported("PDF")),
    (b"%!PS", NotSupported("EPS")),
    (b"\xc5\xd0\xd3\xc6", NotSupported("EPS")),
    (b"PK\x03\x04", NotSupported("ZIP")),
    (b"PK\x05\x06", NotSupported("ZIP")),
    (b"\x1f\x8b", NotSupported("gzip")),
    (b"8BPS", NotSupported("PSD")),
    (b"\0\0\1\0", NotSupported("ICO")),
    (b"\0\0\2\0", NotSupported("ICO")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", NotSupported("JPEG 2000")),
    (b"\xff\x4f\xff\x51", NotSupported("JPEG 2000")),
    (b"\xff\x0a", NotSupported("JPEG XL")),
    (b"\0\0\0\x0cJXL \r\n\x87\n", NotSupported("JPEG XL")),
    (b"\x1a\x45\xdf\xa3", NotSupported("WebM")),
)
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_PROLOGUE = re.compile(rb"(?:\s|<\?xml.*?\?>|<!--.*?-->)*", re.DOTALL)
_WEB_PAGE_TAG = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p|meta)[\s>/]|<!--|<\?php",
    re.IGNORECASE,
)
_SVG_TAG = re.compile(rb"<(?:!doctype\s+|[a-z]+:)?svg\b", re.IGNORECASE)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def sniff(head: bytes) -> PhotoType | NotSupported:
    """What the first kilobyte says that a file is.

    Args:
        head: The first SNIFFED_BYTES of the file, or all of a shorter one.
    """
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    return _text(head[:SNIFFED_BYTES])


def extension_of(mime_type: str) -> str:
    """Of a supported type; without a dot."""
    return _EXTENSIONS[mime_type]


def _iso_media(head: bytes) -> PhotoType | NotSupported:
    brands = head[8 : min(int.from_bytes(head[:4], "big"), len(head))]
    names = {brands[i : i + 4] for i in range(0, len(brands), 4) if i != 4}  # noqa: PLR2004 (the minor version)
    if names & {b"avif", b"avis"}:
        return AVIF
    return NotSupported("HEIC") if names & _HEIC_BRANDS else NotSupported("MP4")


def _text(head: bytes) -> NotSupported:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            head = head[len(mark) :].decode(encoding, "replace").encode("utf-8")
    prologue = _PROLOGUE.match(head)
    start = head[prologue.end() :] if prologue else head
    if _SVG_TAG.match(start):
        return NotSupported("SVG")
    if _WEB_PAGE_TAG.match(start):
        return _WEB_PAGE
    return _UNKNOWN if not head or _CONTROL.search(head) else _TEXT
