"""A feed in parts that are small enough to be handed from one process to another, and to be saved at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from forecourt.listing.feed_records import BadRecord
from forecourt.listing.feed_vehicles import FeedVehicle
from forecourt.listing.feeds import FeedEnd
from forecourt.listing.values import Listing

_MOST_RECORDS = 100
_MOST_CHARACTERS = 500_000


@dataclass(frozen=True, slots=True)
class FeedPart:
    """Some records of a feed, in its order.

    Args:
        left_out: Those that could not be read, each with its number.
        end: Of the last part alone.
    """

    vehicles: tuple[FeedVehicle, ...]
    left_out: tuple[BadRecord, ...]
    end: FeedEnd | None = None


def in_parts(found: Iterable[FeedVehicle | BadRecord | FeedEnd]) -> Iterator[FeedPart]:
    """What a feed gives, a part at a time."""
    vehicles: list[FeedVehicle] = []
    left_out: list[BadRecord] = []
    size = 0
    for each in found:
        match each:
            case FeedEnd():
                yield FeedPart(tuple(vehicles), tuple(left_out), each)
                return
            case FeedVehicle():
                vehicles.append(each)
                size += _size(each.listing)
            case BadRecord():
                left_out.append(each)
        if len(vehicles) + len(left_out) >= _MOST_RECORDS or size >= _MOST_CHARACTERS:
            yield FeedPart(tuple(vehicles), tuple(left_out))
            vehicles, left_out, size = [], [], 0


def _size(listing: Listing) -> int:
    return (
        len(listing.description or "") + sum(map(len, listing.photos)) + sum(len(each.url) for each in listing.left_out)
    )
