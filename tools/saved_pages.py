"""The saved pages of real sites in ../shared/pages, each with what is true of it, and the photographs beside them.

They are read where they lie and are no part of the project.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

SHARED = Path(__file__).parent.parent.parent / "shared"

_NAMES = re.compile(r"//((?:[a-z0-9-]{1,63}\.)+[a-z]{2,24})(?![a-z0-9_.-])", re.IGNORECASE)


@dataclass(frozen=True)
class SavedPage:
    """One page, and what a person found on it (the keys are explained in the pages' own README).

    Attributes:
        kind: What it is: vehicle, inventory, not_a_listing, blocked or sitemap; of JSON the same.
        url: Where it was saved from.
    """

    name: str
    file: Path
    kind: str
    url: str
    truth: Mapping[str, Any]

    @property
    def site(self) -> str:
        """Scheme and host."""
        return urljoin(self.url, "/").rstrip("/")

    @property
    def hosts(self) -> set[str]:
        """Every host that the page or its truth names, however it is escaped."""
        text = f"{self.file.read_text('utf-8', 'replace')} {json.dumps(dict(self.truth))}"
        plain = text.replace("\\/", "/").replace("\\u002F", "/").replace("%2F", "/")
        return {name.lower() for name in _NAMES.findall(plain)} | {urlsplit(self.url).netloc.lower()}


def saved_pages(shared: Path = SHARED) -> list[SavedPage]:
    """All of them, by name."""
    return pages_in(shared / "pages")


def pages_in(folder: Path) -> list[SavedPage]:
    """The pages of one folder, by name."""
    found = []
    for path in sorted(folder.glob("*/expected.json")):
        told = json.loads(path.read_text("utf-8"))
        for truth in told if isinstance(told, list) else [told]:
            file = path.parent / (truth.get("file") or truth["page"])
            name = f"{path.parent.name}/{file.stem}" if isinstance(told, list) else path.parent.name
            found.append(SavedPage(name, file, truth["kind"].removeprefix("api_"), truth["base_url"], truth))
    return found


def rounds(pages: Sequence[SavedPage]) -> list[list[SavedPage]]:
    """The pages in groups, none of which has two pages of one address: a server can show one at a time."""
    groups: list[dict[str, SavedPage]] = []
    for page in pages:
        group = next((group for group in groups if page.url not in group), None)
        if group is None:
            group = {}
            groups.append(group)
        group[page.url] = page
    return [list(group.values()) for group in groups]


def photographs(shared: Path = SHARED) -> list[Path]:
    """Straight out of cameras, some of them damaged; three are smaller than a photo may be."""
    return sorted((shared / "photos").glob("*/*.jp*g"))
