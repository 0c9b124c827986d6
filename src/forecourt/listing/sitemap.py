"""Sitemaps, read as a stream: gzip or not, whole or cut off, of any namespace or none.

A document type is never obeyed: no entity is expanded, no file and no network is touched. What was whole before a
break is kept.

Source: sitemaps.org/protocol.html.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any

from lxml import etree

from forecourt.listing.photo_urls import left_out, refusal
from forecourt.listing.tolerant_xml import ending_with_tags, local_name, without_doctype, without_stray_marks
from forecourt.listing.url_shapes import looks_like_listing
from forecourt.listing.values import LeftOut, SitemapReading

LONGEST_BYTES = 50 * 1024 * 1024
MOST_URLS = 50_000
MOST_LEFT_OUT = 100
_CHUNK = 64 * 1024
_GZIP = b"\x1f\x8b"


def read_sitemap(body: bytes) -> SitemapReading:
    """The addresses that a sitemap names, each once, in its order.

    `listing_urls` holds those that look like pages about one vehicle; whether another host's are followed is for the
    caller to say. A plain list of addresses, one a line, is a sitemap too.
    """
    found: dict[str, None] = {}
    sitemaps: dict[str, None] = {}
    refused: list[LeftOut] = []
    for kind, url in _entries(body):
        if why := refusal(url):
            if len(refused) < MOST_LEFT_OUT:
                refused.append(left_out(url, why))
        elif kind == "sitemap":
            sitemaps[url] = None
        elif looks_like_listing(url):
            found[url] = None
        if len(found) + len(sitemaps) >= MOST_URLS:
            break
    return SitemapReading(tuple(found), tuple(sitemaps), tuple(refused))


def is_sitemap(body: bytes) -> bool:
    """Whether bytes begin like a sitemap."""
    head = b"".join(_plain(body[:_CHUNK]))[:4096]
    return bool(re.search(rb"<(\w+:)?(urlset|sitemapindex)[\s>]", head))


def _entries(body: bytes) -> Iterator[tuple[str, str]]:
    parser = etree.XMLPullParser(
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
    )
    for number, chunk in enumerate(ending_with_tags(_plain(body))):
        if number == 0 and not chunk.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<", b"\xff\xfe", b"\xfe\xff")):
            yield from _lines(body)
            return
        try:
            tags = without_stray_marks(chunk)
            parser.feed(tags if number else without_doctype(tags).lstrip())
            yield from _whole(parser.read_events())
        except etree.XMLSyntaxError:
            return


def _whole(events: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (lxml ships no types)
    """The `loc` of each entry that has ended; what has been read is let go."""
    for _, element in events:
        name = local_name(element.tag)
        if name == "loc" and element.getparent() is not None:
            kind = local_name(element.getparent().tag)
            if kind in ("url", "sitemap") and (text := "".join(element.itertext()).strip()):
                yield kind, text
        elif name in ("url", "sitemap"):
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    for line in b"".join(_plain(body)).decode("utf-8", "replace").splitlines():
        if re.match(r"https?://", line.strip(), re.IGNORECASE):
            yield "url", line.strip()


def _plain(body: bytes) -> Iterator[bytes]:
    """The bytes in pieces, one layer of gzip taken off, at most 50 MiB of them."""
    if not body.startswith(_GZIP):
        for at in range(0, min(len(body), LONGEST_BYTES), _CHUNK):
            yield body[at : at + _CHUNK]
        return
    inflate = zlib.decompressobj(wbits=31)
    given, rest = 0, body
    while rest and given < LONGEST_BYTES and not inflate.eof:
        try:
            piece = inflate.decompress(rest, _CHUNK)
        except zlib.error:
            return
        rest = inflate.unconsumed_tail
        given += len(piece)
        if piece:
            yield piece
