"""Whether a redirect has led away: from a vehicle's page to its list, to the home page, or only to https."""

from urllib.parse import urlsplit


def is_same_page(one: str, other: str) -> bool:
    """The same but for scheme, a leading www, the case of the host, a last slash and the fragment."""
    return _page(one) == _page(other)


def is_above(url: str, page: str) -> bool:
    """Whether an address is the home page, or the folder or script that a page of the same site lies in."""
    site, path, query = _page(url)
    page_site, page_path, _ = _page(page)
    return site == page_site and f"{page_path}/".startswith(f"{path}/") and (path != page_path or not query)


def _page(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), parts.query
