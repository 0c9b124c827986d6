"""For Scrapy, in the environment of the peers: items whose images its own pipeline fetches."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import scrapy


class Vehicles(scrapy.Spider):  # type: ignore[misc]  # it is not among our own packages
    """One item for each vehicle; no page is asked for.

    The items come from an answer, as in any spider: of those that come without one Scrapy notices only every five
    seconds that they are done.

    Args:
        vehicles: A JSON file of lists of URLs.
    """

    name = "vehicles"

    def __init__(self, vehicles: str) -> None:
        super().__init__()
        self.vehicles = json.loads(Path(vehicles).read_text(encoding="utf-8"))

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """An answer that needs no server."""
        yield scrapy.Request("data:,vehicles")

    def parse(self, _: object) -> Iterator[dict[str, list[str]]]:
        """They are known from the start."""
        for urls in self.vehicles:
            yield {"image_urls": urls}
