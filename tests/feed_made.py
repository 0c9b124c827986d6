"""Feeds of dealers that do not exist, read in one go."""

import gzip
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from forecourt.listing import Listing
from forecourt.listing.feed_mapping import read_mapping
from forecourt.listing.feed_records import BadRecord
from forecourt.listing.feed_vehicles import FeedVehicle
from forecourt.listing.feeds import FeedEnd, stream_feed

FEED_URL = "https://dealer.example/feed"


@dataclass(frozen=True)
class Read:
    """Everything that a feed gave."""

    vehicles: list[FeedVehicle]
    bad: list[BadRecord]
    end: FeedEnd

    @property
    def listings(self) -> list[Listing]:
        return [each.listing for each in self.vehicles]

    @property
    def only(self) -> Listing:
        [listing] = self.listings
        assert self.bad == []
        return listing


def read(body: bytes | str, *, content_type: str | None = None, url: str = FEED_URL, **mapping: Any) -> Read:
    data = body if isinstance(body, bytes) else body.encode()
    found = list(
        stream_feed(BytesIO(data), url=url, name=url, content_type=content_type, mapping=read_mapping(mapping))
    )
    vehicles = [each for each in found if isinstance(each, FeedVehicle)]
    bad = [each for each in found if isinstance(each, BadRecord)]
    [end] = [each for each in found if isinstance(each, FeedEnd)]
    return Read(vehicles, bad, end)


def packed(body: bytes) -> bytes:
    return gzip.compress(body)
