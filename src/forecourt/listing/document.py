"""Bytes of a page → a parsed page. Bounded in time and memory whatever the bytes are."""

import codecs
import re
from dataclasses import dataclass, field
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser

from forecourt.listing.bounded_markup import bounded
from forecourt.listing.locales import Locale, locale_of
from forecourt.listing.outline import Outline, outline_of
from forecourt.listing.photo_urls import absolute, refusal

LONGEST_PAGE_BYTES = 16 * 1024 * 1024
_HEAD_BYTES = 4096
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w\-:]+)", re.IGNORECASE)
# Character sets that web pages use, and none of Python's codecs that only look like one ("unicode_escape").
_KNOWN = re.compile(
    r"utf-?8|utf-?16(-?[lb]e)?|iso-?8859-?\d+|latin-?\d|windows-?\d+|cp\d+|x-cp125\d|koi8-?[ru]|us-ascii|ascii"
    r"|(x-)?s(hift[_-]?)?jis|ms932|windows-31j|euc-?(jp|kr)|ks_c_5601-1987|gbk?|gb2312|gb18030|big5(-hkscs)?|macintosh"
    r"|tis-620",
    re.IGNORECASE,
)
# What browsers take these names for (WHATWG Encoding Standard).
_MEANT = {
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252", "gb2312": "gb18030",
    "utf-16": "utf-16-le", "utf16": "utf-16-le",
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A parsed page.

    Args:
        url: Where it was served from, after redirects.
        base: What its relative addresses are resolved against: `<base href>`, else `url`.
        canonical: What the page calls its own address; `url` where it says nothing, or what is no address.
        source: Its markup as text.
    """

    url: str
    base: str
    canonical: str
    source: str
    tree: LexborHTMLParser
    locale: Locale
    _made_absolute: dict[str, str] = field(default_factory=dict, repr=False, compare=False)  # goes with the page

    @cached_property
    def outline(self) -> Outline:
        """The elements and texts of the page, in its order."""
        return outline_of(self.tree)

    @cached_property
    def heading(self) -> str:
        """The first h1, else the page's title."""
        return self.text_of("h1") or self.text_of("title")

    def text_of(self, selector: str) -> str:
        """The text of the first element with words in it."""
        for node in self.tree.css(selector)[:5]:
            if text := " ".join(node.text(separator=" ").split()):
                return text[:500]
        return ""

    def absolute(self, url: str) -> str:
        """An address on this page, made absolute."""
        made = self._made_absolute.get(url)
        if made is None:
            made = self._made_absolute[url] = absolute(url, self.base)
        return made


def parse(body: bytes, *, url: str, content_type: str | None) -> Page:
    """Decode and parse. What is too long is cut, as is what costs too much, and the rest read."""
    text = bounded(decode(body[:LONGEST_PAGE_BYTES], content_type))
    tree = LexborHTMLParser(text)
    base = url
    if (named := tree.css_first("base[href]")) and not refusal(found := absolute(named.attributes["href"] or "", url)):
        base = found
    root = tree.root
    language = root.attributes.get("lang") if root else None
    link = tree.css_first("link[rel=canonical][href]")
    canonical = absolute(link.attributes["href"] or "", base) if link else url
    canonical = url if refusal(canonical) else canonical
    return Page(url, base, canonical, text, tree, locale_of(url, language))


def decode(body: bytes, content_type: str | None) -> str:
    """Text of a page whose header, meta element and bytes may disagree.

    A byte order mark wins; then bytes that are whole UTF-8, which no other charset's text is by accident; then the
    header, the meta element and windows-1252. What does not fit becomes U+FFFD.
    """
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end >= len(body) or error.start >= LONGEST_PAGE_BYTES - 4:  # cut inside its last letter
            return body.decode("utf-8", "replace")
    for said in (content_type or "", body[:_HEAD_BYTES].decode("latin-1")):
        found = _CHARSET.search(said)
        if found and (known := known_charset(found[1])):
            return body.decode(known, "replace")
    return body.decode("cp1252", "replace")


def known_charset(name: str) -> str | None:
    """The codec that a character set of the web stands for; None for any other name."""
    if not _KNOWN.fullmatch(name):
        return None
    try:
        return codecs.lookup(_MEANT.get(name.lower(), name)).name
    except LookupError:
        return None
