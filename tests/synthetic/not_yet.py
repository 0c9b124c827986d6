"""Made pages that are read wrongly today. Who teaches a reader takes its line out: a test fails while it stands."""

from fnmatch import fnmatch

_WAITING = {
    "jsonld-graph-*": "photos that are references to nodes of their own",
    "jsonld-product-*": "facts in additionalProperty",
    "rdfa-*": "RDFa",
    "next-data-*": "inline JSON state",
    "initial-state-*": "inline JSON state",
    "json-parse-*": "inline JSON state",
    "apollo-*": "inline JSON state with references",
    "json-script-*": "inline JSON state",
    "server-chunks-*": "inline JSON state in chunks",
    "data-attributes-*": "JSON in attributes",
    "element-attributes-*": "facts in attributes of elements that only this site has",
    "definition-list-ja": "prices in ten thousands of yen, and the VIN's Japanese label",
    "table-ja": "prices in ten thousands of yen, and the VIN's Japanese label",
    "label-divs-ja": "prices in ten thousands of yen, and the VIN's Japanese label",
    "mileage *-ja": "prices in ten thousands of yen, and the VIN's Japanese label",
    "price *-ja": "prices in ten thousands of yen, and the VIN's Japanese label",
    "gallery-*-dom-ja": "prices in ten thousands of yen, and the VIN's Japanese label",
    "gallery-templates-*": "addresses with {size}",
    "stale-price-*": "what a page shows goes before what its JSON-LD says",
    "wrong-currency-*": "what a page shows goes before what its JSON-LD says",
    "*-by-offset-*": "pages by offset",
    "*-by-state-*": "pages by JSON state",
    "state-with-paths-*": "lists in inline JSON state",
    "state-with-ids-*": "lists in inline JSON state",
    "state-in-attribute-*": "lists in inline JSON state",
    "state-in-chunks-*": "lists in inline JSON state",
}


def not_yet(page: str) -> str | None:
    """Why a page waits; None where it is read."""
    return next((why for pattern, why in _WAITING.items() if fnmatch(page, pattern)), None)
