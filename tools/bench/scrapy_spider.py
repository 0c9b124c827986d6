"""For Scrapy, in the environment of the peers: items whose images its own pipeline fetches."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import scrapy


class Vehicles(scrapy.Spider):  # type: ignore[misc]  # it is not among our own packages
    """One item for each vehicle; no page is asked for.

    Args:
        vehicles: A JSON file of lists of URLs.
    """

    name = "vehicles"

    def __init__(self, vehicles: str) -> None:
        super().__init__()
        self.vehicles = json.loads(Path(vehicles).read_text(encoding="utf-8"))

    async def start(self) -> AsyncIterator[dict[str, list[str]]]:
        """They are known from the start."""
        for urls in self.vehicles:
            yield {"image_urls": urls}
