"""What a preview tells of a feed. However long the feed is, it keeps the first vehicles and the counts."""

from dataclasses import asdict, dataclass, field
from decimal import Decimal
from itertools import islice

from forecourt.errors import WrongUse
from forecourt.jobs.report import Exit, Report
from forecourt.listing.feed_parts import FeedPart
from forecourt.listing.feed_vehicles import FeedVehicle
from forecourt.listing.feeds import FeedEnd
from forecourt.listing.photo_urls import left_out
from forecourt.listing.values import LeftOut, Listing

MOST_SHOWN = 1_000  # vehicles
_MOST_LEFT_OUT = 100
_NOT_FIELDS = frozenset({"photos", "other_forms", "written_forms", "sources", "left_out"})


@dataclass
class FeedPreview:
    """Collects what parts of a feed say.

    Args:
        url: Of the feed.
        mapping_name: Of the mapping file, for the line that says what is wrong with it.
    """

    url: str
    mapping_name: str = ""
    records: int = 0
    left_out_records: int = 0
    end: FeedEnd = field(default_factory=lambda: FeedEnd("nothing of it was read"))
    shown: list[FeedVehicle] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def add(self, part: FeedPart) -> None:
        """Count a part; keep what is among the first.

        Raises:
            WrongUse: The mapping names columns that the feed does not have.
        """
        self.records += len(part.vehicles) + len(part.left_out)
        self.left_out_records += len(part.left_out)
        self.shown += part.vehicles[: MOST_SHOWN - len(self.shown)]
        for record in islice(part.left_out, _MOST_LEFT_OUT - len(self.left_out)):
            self.left_out.append(left_out(self.url, f"{record.place}: {record.why}"))
        if part.end:
            self.end = part.end
            if part.end.unmet:
                raise WrongUse(f"{self.mapping_name}: {part.end.unmet[0]}")

    def report(self, *, trouble: str | None = None) -> Report:
        """What would be imported. `trouble`: what ended the reading before its time."""
        error = trouble or self.end.why_cut
        answer: dict[str, object] = {
            "kind": "feed" if self.records else "nothing",
            "vehicle": None,
            "photos": [],
            "listing_urls": [each.listing.url for each in self.shown if each.has_page],
            "next_page": None,
            "vehicles": [fields_of(each.listing) | {"photos": list(each.listing.photos)} for each in self.shown],
            "sources": {},
            "left_out": [asdict(each) for each in self.left_out],
            "feed": {
                "records": self.records,
                "shown": len(self.shown),
                "left_out": self.left_out_records,
                "is_complete": error is None,
            },
        }
        if error:
            answer["error"] = error
        return Report(answer, tuple(self._lines(error)), Exit.ERROR if trouble else Exit.DONE)

    def _lines(self, error: str | None) -> list[str]:
        lines = [f"kind: {'feed' if self.records else 'nothing'}"]
        lines += [f"not read to its end: {error}"] if error else []
        lines.append(f"{self.records} records, {self.left_out_records} of them left out")
        lines += [_line(each) for each in self.shown]
        more = self.records - self.left_out_records - len(self.shown)
        lines += [f"and {more} more vehicles"] if more else []
        lines += [f"left out: {each.url}: {each.why}" for each in self.left_out]
        more = self.left_out_records - len(self.left_out)
        return lines + ([f"and {more} more left out"] if more else [])


def fields_of(listing: Listing) -> dict[str, object]:
    """The columns of `vehicles`, as JSON has them."""
    named = asdict(listing)
    return {"listing_url": named.pop("url")} | {
        name: _number(value) if isinstance(value, Decimal) else value
        for name, value in named.items()
        if name not in _NOT_FIELDS
    }


def _number(price: Decimal) -> int | float:
    return int(price) if price == price.to_integral_value() else float(price)


def _line(vehicle: FeedVehicle) -> str:
    told = vehicle.listing
    name = " ".join(str(each) for each in (told.year, told.make, told.model, told.trim) if each) or told.title or "?"
    price = f"{told.price} {told.currency or ''}".strip() if told.price else "no price"
    by = "" if vehicle.shows_itself else ", read from its page" if vehicle.has_page else ", left out: no photo"
    place = f"{vehicle.counted_in} {vehicle.number}"
    return f"{place}: {name}, {told.vin or 'no VIN'}, {price}, {len(told.photos)} photos, {told.url}{by}"
