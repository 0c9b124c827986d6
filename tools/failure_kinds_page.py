"""Make the tables of docs/failure-kinds.md from src/forecourt/failure_kinds.py; the page's head is written by hand.

.venv/bin/python tools/failure_kinds_page.py
"""

from pathlib import Path

from forecourt.failure_kinds import MEANINGS

PAGE = Path(__file__).parent.parent / "docs" / "failure-kinds.md"
_HEADER = "| kind | what happened | then | what you can do |\n|---|---|---|---|\n"


def made(page: str) -> str:
    """The page's own head, and under it the tables as they must be."""
    head = page.partition("\n## ")[0].rstrip()
    tables = [
        f"## {whose}\n\n{_HEADER}"
        + "".join(f"| `{kind}` | {each.happened} | {each.then} | {each.way_out} |\n" for kind, each in kinds.items())
        for whose, kinds in MEANINGS.items()
    ]
    return "\n\n".join([head, "\n".join(tables)])


def main() -> None:
    """Write the page."""
    PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
