"""Bytes of a page → what it says. Pure: no clock, no socket, no database.

    read_page      a web page, or whatever a server sent in place of one
    read_sitemap   a sitemap or an index of sitemaps
    read_feed      a feed of vehicles that is no longer than a page; feeds.py reads any as a stream

Nothing in here raises for what a stranger's bytes may hold.
"""

from forecourt.listing.feeds import read_feed
from forecourt.listing.page import read_page
from forecourt.listing.photo_urls import absolute, refusal, source_key
from forecourt.listing.signed_urls import expires_at
from forecourt.listing.sitemap import read_sitemap
from forecourt.listing.url_shapes import looks_like_listing
from forecourt.listing.values import LeftOut, Listing, PageKind, PageReading, SitemapReading, Source
from forecourt.listing.vin import valid_vin

__all__ = [
    "LeftOut",
    "Listing",
    "PageKind",
    "PageReading",
    "SitemapReading",
    "Source",
    "absolute",
    "expires_at",
    "looks_like_listing",
    "read_feed",
    "read_page",
    "read_sitemap",
    "refusal",
    "source_key",
    "valid_vin",
]
