"""XML as strangers write it: without its document type, and with names whatever their prefixes."""

import re

_BEGIN = re.compile(rb"<!DOCTYPE", re.IGNORECASE)
_STRAY = re.compile(rb"<(?!!)(?=[^<>]*+<)")
_WHOLE = re.compile(rb"<!DOCTYPE[^\[>]*+(\[[^\]]*+\]\s*+)?>", re.IGNORECASE)


def without_doctype(body: bytes) -> bytes:
    """No entity of a stranger's is ever declared: the first document type is taken out.

    Only the first is looked at. A document has no second one, and a search among thousands of beginnings costs the
    square of their length.
    """
    begin = _BEGIN.search(body)
    found = _WHOLE.match(body, begin.start()) if begin else None
    return body[: found.start()] + body[found.end() :] if found else body


def without_stray_brackets(body: bytes) -> bytes:
    """Each "<" that is followed by another before any ">" is taken out, as XML has none but in comments and CDATA.

    libxml2 looks for the end of the tag from each of them, which takes the square of "<a<a<a…".
    """
    return _STRAY.sub(b"", body)


def local_name(tag: object) -> str:
    """An element's name in lower case without its namespace, declared or not ("a:loc"); '' of what is no element."""
    return re.split(r"[}:]", tag)[-1].lower() if isinstance(tag, str) else ""
