"""JSON-LD: what a page says of itself in `<script type="application/ld+json">`."""

from forecourt.listing import lenient_json
from forecourt.listing.document import Page
from forecourt.listing.schema_org import Graph, graph_of

READER = "jsonld"
_LONGEST_BYTES = 8 * 1024 * 1024
MOST_SCRIPTS = 300


def read_jsonld(page: Page) -> Graph:
    """The vehicles in all the page's scripts. A script that cannot be read costs only itself."""
    roots: list[object] = []
    for script in page.tree.css('script[type*="ld+json" i]')[:MOST_SCRIPTS]:
        text = script.text_content or script.text(deep=True)
        if text and len(text) <= _LONGEST_BYTES:
            roots.extend(lenient_json.loads(text))
    return graph_of(roots)
