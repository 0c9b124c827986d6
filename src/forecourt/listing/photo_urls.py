"""Addresses as pages write them: made absolute, told apart, and refused where they get no row."""

import re
from functools import lru_cache
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from forecourt.listing.signed_urls import without_signature
from forecourt.listing.values import LeftOut

LONGEST_URL = 8192
_LONGEST_SHOWN = 120
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_WEB = re.compile(r"https?:", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_AMPERSAND = re.compile(r"&(?:amp|#0*38|#x0*26);", re.IGNORECASE)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# RFC 3986: reserved, unreserved and "%"; what is not in here gets percent-encoded.
_SAFE = "!$&'()*+,;=:@/?%-._~[]"
# Absolute, encoded and without anything that needs a look: most addresses of photos.
_AS_IT_IS = re.compile(
    r"https?://[a-z0-9.\-]+/(?!\.)(?:[A-Za-z0-9!$'()*+,;=:@\-_~/?]|&(?!amp;|#)|\.(?!\.|/|$)|%[0-9A-Fa-f]{2}){1,2000}"
)
# The same from the root of a site: it needs nothing but the site in front of it.
_ROOTED = re.compile(
    r"/(?![./])(?:[A-Za-z0-9!$'()*+,=:@\-_~/?]|&(?!amp;|#)|\.(?!\.|/|$)|%[0-9A-Fa-f]{2}){0,2000}(?<!\?)"
)
_SITE = re.compile(r"https?://([a-z0-9.\-]+)(?=/)")
_UNSIGNED = re.compile(r"https?:(//[a-z0-9.\-]*[a-z0-9\-]/[!-\"$->@-~]*)")  # in ASCII, without a query
_WHOLE = re.compile(r"https?://[^/\\?# ]++(?![\\ ])")
_DEFAULT_PORTS = {"http": 80, "https": 443}


def absolute(url: str, base: str) -> str:  # noqa: PLR0911 (the plain ones leave first)
    """The address that a browser on the page at `base` would ask for.

    `&amp;` is decoded once, blanks and letters beyond ASCII are percent-encoded once, what is encoded already stays
    so, and the fragment is dropped. What cannot be resolved comes back as it is, so that `refusal` can say why.
    """
    if _AS_IT_IS.fullmatch(url):
        return url
    if _ROOTED.fullmatch(url) and (site := _SITE.match(base)):
        return site[0] + url
    url = _AMPERSAND.sub("&", url.strip(" \t\r\n\f"))
    if len(url) > LONGEST_URL or _CONTROL.search(url):
        return url
    if _SCHEME.match(url):
        if not re.match(r"https?://[^/\\]", url, re.IGNORECASE):
            return url
    elif not url.startswith(("//", "\\\\", "/\\", "\\/")):
        url = url.replace("\\", "/")
    try:
        is_whole = _WHOLE.match(url) and ";" not in url  # joining takes an empty ";" away
        joined = url if is_whole else urljoin(base, url)
        parts = urlsplit(joined)
    except ValueError:
        return url
    if "\\" in parts.netloc or " " in parts.netloc:
        return joined
    return urlunsplit((parts.scheme, parts.netloc, _encoded(parts.path), _encoded(parts.query), ""))


@lru_cache(maxsize=512)
def source_key(url: str) -> str:
    """What tells one photo of a vehicle from another: the address without scheme, signature and expiry.

    An address that is signed anew, or served by https instead of http, keeps its key. The order of the other
    parameters stays: servers may care. What is no address is its own key.
    """
    if (plain := _UNSIGNED.fullmatch(url)) and "/s--" not in url:
        return plain[1]
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    host = (parts.hostname or "").rstrip(".")
    if not host:
        return url
    if port and port != _DEFAULT_PORTS.get(parts.scheme.lower()):
        host += f":{port}"
    path, query = without_signature(parts.path, parts.query)
    return f"//{host}{path or '/'}{'?' if query else ''}{query}"


def site_of(url: str) -> str:
    """The host without a leading www."""
    if plain := _SITE.match(url):
        return plain[1].removeprefix("www.")
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def refusal(url: str) -> str | None:  # noqa: PLR0911 (each line a reason)
    """Why an absolute address gets no row; None if it may have one. The reason never holds the address.

    Which host it is, and on which port, is judged again where the connection is made.
    """
    if len(url) <= LONGEST_URL and _AS_IT_IS.fullmatch(url):
        return None
    if len(url) <= LONGEST_URL and _CONTROL.search(url):
        return "blanks or control characters"
    scheme = _SCHEME.match(url)
    if scheme is None:
        return "no scheme"
    if not _WEB.match(url):
        return f"scheme {scheme[1].lower()[:20]}"
    if len(url) > LONGEST_URL:
        return f"longer than {LONGEST_URL} characters"
    if re.search(r"\s", url):
        return "blanks or control characters"
    if "\\" in url:
        return "a backslash"
    return _refused_authority(url)


def _refused_authority(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "no host"
    if "@" in parts.netloc:
        return "user name or password"
    try:
        port = parts.port
    except ValueError:
        return "port"
    if not parts.hostname or (":" in parts.hostname and "[" not in parts.netloc):
        return "no host"
    return "port" if port == 0 else None


def left_out(url: str, why: str) -> LeftOut:
    """For the report. Userinfo and parameters, which may be secrets, are not shown."""
    shown = re.sub(r"//.*@", "//…@", _CONTROL.sub("", url[: 2 * LONGEST_URL]), count=1, flags=re.DOTALL)
    shown = re.split(r"[?#,]", shown, maxsplit=1)[0]
    return LeftOut(shown if len(shown) <= _LONGEST_SHOWN else shown[: _LONGEST_SHOWN - 1] + "…", why)


def _encoded(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_SAFE, errors="replace")
