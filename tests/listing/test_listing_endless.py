"""Texts that make a careless pattern take the square of their length. Where one does, the test takes for ever.

Each was found by tools/fuzz_listing.py or beside what it found.
"""

import pytest

from forecourt.listing import lenient_json
from forecourt.listing.claims import clean_text

FEED = "https://dealer.example/feed"


@pytest.mark.parametrize(
    "text",
    ["1 " * 2_000_000, '\\"' * 2_000_000, "/*" * 2_000_000, '{"a": "' + "x" * 4_000_000, ", " * 2_000_000],
    ids=["values", "escaped-quotes", "comments", "open-string", "commas"],
)
def test_a_script_of_megabytes_costs_its_length(text: str) -> None:
    """X03, X06."""
    assert len(lenient_json.loads(text)) in (0, 2_000_000)


def test_a_long_text_in_a_script_that_needs_mending_is_read() -> None:
    assert lenient_json.loads('{"a": "' + "x" * 3_000_000 + '",}') == [{"a": "x" * 3_000_000}]


@pytest.mark.parametrize("tag", ["<a", "<br", "</p"])
def test_tags_that_never_end_cost_their_length(tag: str) -> None:
    """X05."""
    assert clean_text(tag * 1_000_000, longest=250_000, lines=True)
