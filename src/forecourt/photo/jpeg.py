"""The segments of a JPEG: its size before any decode, its orientation, and the picture laid out again.

Pure, and total: any bytes give an answer. Source: ITU-T T.81, annex B.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from forecourt.photo.exif import orientation_of

_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_START_OF_SCAN: Final = 0xDA
_END_OF_IMAGE: Final = 0xD9
_SCAN: Final = 0x00  # no marker has this code
_APP1: Final = 0xE1
_APP14: Final = 0xEE
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE: Final = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_DECODABLE: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})  # the others are lossless or hierarchical
_TABLES: Final = frozenset({0xC4, 0xCC, 0xDB, 0xDD})  # Huffman, arithmetic, quantisation, restart interval
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length: TEM, RSTn, a second SOI
_USUAL_SAMPLING: Final = frozenset((luma, 0x11, 0x11) for luma in (0x11, 0x21, 0x22, 0x12, 0x41, 0x14))
_DC: Final = 0
_COEFFICIENTS: Final = 64
_HOLE: Final = bytes(512)
_EXIF: Final = b"Exif\0\0"
_ADOBE_LENGTH: Final = 12

# What ends a scan: a marker that is neither a stuffed zero nor a restart nor a fill byte.
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)


@dataclass(frozen=True)
class Frame:
    """What the start-of-frame segment says, before anything is decoded."""

    width: int
    height: int
    components: tuple[int, ...]  # by their names
    is_progressive: bool
    is_decodable: bool  # eight bits a sample, neither lossless nor hierarchical
    is_usual: bool  # grey, or colours sampled as the fast decoder knows it


@dataclass(frozen=True)
class Header:
    """What comes before the first scan; the orientation as in EXIF."""

    frame: Frame
    orientation: int


@dataclass(frozen=True)
class Layout:
    """A JPEG by its segments.

    `picture` is tables, frame and scans alone: without APPn (but for Adobe's, which says how colours are meant),
    comments, stray bytes and whatever follows the end. The end itself is only there if the file has one.
    """

    picture: bytes
    damage: str | None = None  # of a progressive one, what its decoder passes over
    has_hole: bool = False  # so many zeros in a row in one of its scans as only a hole mostly has


def read_header(data: bytes) -> Header | None:
    """Walk to the first scan. None if no frame comes before it."""
    frame = None
    orientation = 1
    for code, body in _segments(data):
        if code == _START_OF_SCAN:
            break
        if code in _FRAMES and frame is None:
            frame = _read_frame(code, body)
        if code == _APP1 and body.startswith(_EXIF) and orientation == 1:
            orientation = orientation_of(body.removeprefix(_EXIF))
    return Header(frame, orientation) if frame else None


def lay_out(data: bytes, frame: Frame) -> Layout:
    """Walk through all segments. It takes a tenth of a decode, and is not needed for most files."""
    kept = [_START]
    scans = _Scans()
    for code, body in _segments(data):
        if code == _END_OF_IMAGE:
            kept.append(_END)
        elif code == _SCAN:
            scan = _without_padding(body)
            scans.add(scan)
            kept.append(scan)
        elif code in _TABLES or code in _FRAMES or code == _START_OF_SCAN or _is_adobe(code, body):
            kept.append(bytes((0xFF, code)) + (len(body) + 2).to_bytes(2, "big") + body)
        if code == _START_OF_SCAN:
            scans.begin(body)
    return Layout(b"".join(kept), scans.damage_of(frame), scans.has_hole)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Code and body of each, up to the end of the image or of the data; behind a scan's header _SCAN, its data."""
    position = len(_START)
    while marker := _MARKER.search(data, position):
        code = marker[1][0]
        position = marker.end()
        if code in _BARE:
            continue
        if code == _END_OF_IMAGE:
            yield code, b""
            return
        length = int.from_bytes(data[position : position + 2], "big")
        yield code, data[position + 2 : position + length]
        position += max(length, 2)
        if code == _START_OF_SCAN:
            end = _SCAN_END.search(data, position)
            scan_end = end.start() if end else len(data)
            yield _SCAN, data[position:scan_end]
            position = scan_end


class _Scans:
    """What the scans of a progressive picture bring, one after the other."""

    def __init__(self) -> None:
        self.has_hole = False
        self._header = b""
        self._missing_bits: dict[tuple[int, int], int] = {}  # by component and coefficient
        self._has_coded_hole = False

    def begin(self, header: bytes) -> None:
        """The scan that comes has this header."""
        self._header = header

    def add(self, scan: bytes) -> None:
        """Note which coefficients it brings, and down to which bit."""
        is_hole = _HOLE in scan
        self.has_hole |= is_hole
        header = self._header
        count = header[0] if header else 0
        if len(header) < 4 + 2 * count:
            return
        first, last, precision = header[1 + 2 * count : 4 + 2 * count]
        for component in header[1 : 1 + 2 * count : 2]:
            for coefficient in range(first, min(last, _COEFFICIENTS - 1) + 1):
                self._missing_bits[component, coefficient] = precision & 0x0F
        # Runs of empty blocks are coded as one number there, so that only a hole is that long.
        self._has_coded_hole |= first > _DC and is_hole

    def damage_of(self, frame: Frame) -> str | None:
        """None as well for a picture that has all of it in one scan: its decoder notices what is wrong."""
        if not frame.is_progressive:
            return None
        wanted = ((component, number) for component in frame.components for number in range(_COEFFICIENTS))
        if any(self._missing_bits.get(place, 1) for place in wanted):
            return "a scan is missing"
        return "a hole in a scan" if self._has_coded_hole else None


def _read_frame(code: int, body: bytes) -> Frame | None:
    if len(body) < 6:  # noqa: PLR2004 (precision, height, width, components)
        return None
    return Frame(
        width=int.from_bytes(body[3:5], "big"),
        height=int.from_bytes(body[1:3], "big"),
        components=tuple(body[6 : 6 + 3 * body[5] : 3]),
        is_progressive=code in _PROGRESSIVE,
        is_decodable=code in _DECODABLE and body[0] == 8,  # noqa: PLR2004 (bits a sample)
        is_usual=body[5] == 1 or tuple(body[7 : 6 + 3 * body[5] : 3]) in _USUAL_SAMPLING,
    )


def _is_adobe(code: int, body: bytes) -> bool:
    return code == _APP14 and len(body) == _ADOBE_LENGTH and body.startswith(b"Adobe")


def _without_padding(scan: bytes) -> bytes:
    """Drop zeros and fill bytes before the next marker: a scan is padded with ones, so they belong to nobody."""
    kept = scan.rstrip(b"\xff\0")
    return kept + b"\xff\0" if scan.startswith(b"\xff\0", len(kept)) else kept
