"""Sitemaps, read as a stream: gzip or not, whole or cut off, of any namespace or none.

A document type is never obeyed: no entity is expanded, no file and no network is touched. What was whole before a
break is kept, and the break is told.

Source: sitemaps.org/protocol.html.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from forecourt.listing.photo_urls import left_out, refusal
from forecourt.listing.tolerant_xml import local_name, mended, tolerant_parser
from forecourt.listing.url_shapes import looks_like_listing
from forecourt.listing.values import LeftOut, SitemapReading

LONGEST_BYTES = 50 * 1024 * 1024
MOST_URLS = 50_000  # what the protocol allows one file, of whatever pages
MOST_ENTRIES = 100_000  # what we look at where a file names many more, and few vehicles
MOST_LEFT_OUT = 100
_CHUNK = 64 * 1024
_GZIP = b"\x1f\x8b"


def read_sitemap(body: bytes) -> SitemapReading:
    """The addresses that a sitemap names, each once, in its order.

    `listing_urls` holds those that look like pages about one vehicle, the sooner where the sitemap names images of
    the page; the images themselves are left to the page. Whether another host's addresses are followed is for the
    caller to say. A plain list of addresses, one a line, is a sitemap too.
    """
    found: dict[str, None] = {}
    sitemaps: dict[str, None] = {}
    refused: list[LeftOut] = []
    sitemap = _Sitemap(body)
    for number, entry in enumerate(sitemap.entries()):
        if why := refusal(entry.url):
            if len(refused) < MOST_LEFT_OUT:
                refused.append(left_out(entry.url, why))
        elif len(found) + len(sitemaps) >= MOST_URLS or number >= MOST_ENTRIES:
            sitemap.is_whole = False
            break
        elif entry.kind == "sitemap":
            sitemaps[entry.url] = None
        elif looks_like_listing(entry.url, has_images=entry.images > 0):
            found[entry.url] = None
    return SitemapReading(tuple(found), tuple(sitemaps), tuple(refused), sitemap.is_whole)


def is_sitemap(body: bytes) -> bool:
    """Whether bytes begin like a sitemap."""
    head = b"".join(_Sitemap(body[:_CHUNK]).plain())[:4096]
    return bool(re.search(rb"<(\w+:)?(urlset|sitemapindex)[\s>]", head))


@dataclass
class _Entry:
    """One page or one further sitemap; `images` counts what the sitemap names of the page's images."""

    kind: str = "url"
    url: str = ""
    images: int = 0


class _Sitemap:
    """One that is being read. `is_whole` once its last element has ended."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._is_cut = False
        self.is_whole = False

    def entries(self) -> Iterator[_Entry]:
        """Page after page, as they end; the last one of a broken file as far as it came."""
        parser = tolerant_parser("end")
        entry = _Entry()
        for number, chunk in enumerate(mended(self.plain())):
            if number == 0 and not chunk.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                yield from self._lines()
                return
            try:
                parser.feed(chunk)
                for _, element in parser.read_events():
                    if self._is_end_of(entry, element):
                        yield entry
                        entry = _Entry()
            except etree.XMLSyntaxError:
                break
        if entry.url:
            yield entry

    def plain(self) -> Iterator[bytes]:
        """The bytes in pieces, one layer of gzip taken off, at most 50 MiB of them."""
        if not self._body.startswith(_GZIP):
            for at in range(0, min(len(self._body), LONGEST_BYTES), _CHUNK):
                yield self._body[at : at + _CHUNK]
            self._is_cut = len(self._body) > LONGEST_BYTES
            return
        inflate = zlib.decompressobj(wbits=31)
        given, rest = 0, self._body
        while rest and given < LONGEST_BYTES and not inflate.eof:
            try:
                piece = inflate.decompress(rest, _CHUNK)
            except zlib.error:
                break
            rest = inflate.unconsumed_tail
            given += len(piece)
            if piece:
                yield piece
        self._is_cut = not inflate.eof

    def _is_end_of(self, entry: _Entry, element: Any) -> bool:  # noqa: ANN401 (lxml ships no types)
        """Note what an element says that has ended; what has been read is let go."""
        name, parent = local_name(element.tag), element.getparent()
        if name == "loc" and parent is not None:
            kind = local_name(parent.tag)
            if kind in ("url", "sitemap"):
                text = "".join(element.itertext()).replace("&amp;", "&")  # of CDATA, or written twice
                entry.kind, entry.url = kind, text.strip() or entry.url
        elif name == "image":
            entry.images += 1
            element.clear()
        elif name in ("urlset", "sitemapindex"):
            self.is_whole = self.is_whole or parent is None
        elif name in ("url", "sitemap"):
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
            return bool(entry.url)
        return False

    def _lines(self) -> Iterator[_Entry]:
        """A list without an end of its own is whole if it names anything."""
        for line in b"".join(self.plain()).decode("utf-8", "replace").splitlines():
            if re.match(r"https?://", line.strip(), re.IGNORECASE):
                self.is_whole = not self._is_cut
                yield _Entry("url", line.strip())
