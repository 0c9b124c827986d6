"""Read the tables of docs/*.md, to hold them against the code."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def sections(page: str) -> dict[str, str]:
    """What stands under each `## heading`, by the heading without its backticks; before the first one by ''."""
    parts = re.split(r"^## (.+)$", text_of(page), flags=re.MULTILINE)
    return {"": parts[0]} | {
        heading.replace("`", "").strip(): body for heading, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def rows(text: str) -> dict[str, str]:
    """The rest of each row of a table, by what stands in backticks at its beginning."""
    return {name: rest.strip() for name, rest in re.findall(r"^\| `([^`]+)` \|(.*)$", text, flags=re.MULTILINE)}
