"""Signatures and expiry dates in addresses, by how object stores and CDNs write them.

A signed address stops working, and the page then names the same photo by another one. What changes from one
signing to the next is taken out to recognise the photo, and never to ask for it.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote_plus

# Amazon SigV4, Google V4, Alibaba, Tencent.
_VENDOR_PREFIXES = ("x-amz-", "x-goog-", "x-oss-", "q-sign-", "q-ak", "q-key-time", "q-header-list", "q-url-param-list")
_VENDOR_NAMES = frozenset(
    {"awsaccesskeyid", "googleaccessid", "ossaccesskeyid", "key-pair-id", "hdnts", "hdnea", "hdntl", "__token__"}
)
_AZURE = frozenset(
    """
    sv ss srt sr se sp st spr sip sig skoid sktid skt ske sks skv sdd
    """.split()
)
_FACEBOOK = frozenset({"oe", "oh", "ccb", "efg", "edm"})
_EXPIRY_NAMES = frozenset({"expires", "expire", "expiry", "exp", "expires_at", "expiration", "valid_until", "e"})
_SIGNATURE_NAMES = frozenset({"signature", "sig", "hmac", "policy", "sign", "token", "hash", "md5", "s", "st", "mac"})
# These are a signature even where no expiry stands beside them, if something else tells which photo it is.
_PLAIN_SIGNATURES = frozenset({"signature", "sig", "hmac"})
_TIME = re.compile(r"\d{10}(\d{3})?|\d{4}-\d\d-\d\d[T ].*", re.ASCII)
_CLOUDINARY = re.compile(r"/s--[A-Za-z0-9_\-]{8,32}--(?=/)")
_FILE = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_TOKENS = ("hdnts", "hdnea", "hdntl", "__token__", "token", "edge-cache-token")
_IN_TOKEN = re.compile(r"(?i)(?:^|[~/:;])(?:exp|expires)=(\d{10})(?!\d)")
_IN_PAYLOAD = re.compile(rb'"(?:AWS:EpochTime|exp)"\s*:\s*(\d{10})(?!\d)')
# What lies outside is a mistake, or no moment at all: a photo is asked for rather than thought dead.
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)

Pair = tuple[str, str, str]  # name in lower case, value, and both as written


def without_signature(path: str, query: str) -> tuple[str, str]:
    """Path and query of an address without what signing adds. The order of the rest stays."""
    if "/s--" in path:
        path = _CLOUDINARY.sub("", path, count=1)
    if not query:
        return path, query
    pairs = _pairs(query)
    signing = _signing_names(pairs, path)
    return path, "&".join(written for name, _, written in pairs if name not in signing)


def expires_at(url: str) -> datetime | None:
    """When a signed address stops working, in whole seconds; None if it does not say, or says what cannot be."""
    query = url.partition("?")[2].partition("#")[0]
    if not query:
        return None
    values = {name: value for name, value, _ in _pairs(query)}
    found = _by_vendor(values) or _by_token(values) or _beside_signature(values)
    return found.replace(microsecond=0) if found and _FIRST < found < _LAST else None


def _by_vendor(values: Mapping[str, str]) -> datetime | None:
    for vendor in ("x-amz-", "x-goog-", "x-oss-"):
        if f"{vendor}date" in values and f"{vendor}expires" in values:
            return _signed_for(values[f"{vendor}date"], values[f"{vendor}expires"])
    if "oe" in values and "oh" in values:
        return _moment(int(values["oe"], 16)) if re.fullmatch(r"[0-9A-Fa-f]{6,9}", values["oe"]) else None
    if "se" in values and "sig" in values:
        return _date(values["se"])
    times = re.fullmatch(r"\d{10};(\d{10})", values.get("q-sign-time", ""))  # Tencent: from; until
    return _moment(int(times[1])) if times else None


def _by_token(values: Mapping[str, str]) -> datetime | None:
    """Akamai and Google's CDN write it into the token, CloudFront into a policy, others into a JWT."""
    for name in _TOKENS:
        if found := _IN_TOKEN.search(values.get(name, "")):
            return _moment(int(found[1]))
    policy = values.get("policy", "").translate(str.maketrans("-_~", "+=/"))
    payload = values.get("token", "").split(".")[1:2] if values.get("token", "").startswith("eyJ") else []
    for encoded in (policy, *(part.translate(str.maketrans("-_", "+/")) for part in payload)):
        if found_in := _IN_PAYLOAD.search(_decoded(encoded)):
            return _moment(int(found_in[1]))
    return None


def _beside_signature(values: Mapping[str, str]) -> datetime | None:
    """A number called "expires" alone may be anything."""
    names = values.keys()
    if not any(name in _SIGNATURE_NAMES or name in _VENDOR_NAMES for name in names):
        return None
    for name in sorted(_EXPIRY_NAMES & names, key=lambda name: (-len(name), name)):
        if _TIME.fullmatch(value := values[name]):
            return _moment(int(value[:10])) if value.isdecimal() else _date(value)
    return None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _pairs(query: str) -> list[Pair]:
    written = [one for one in query.split("&") if one]
    return [(unquote_plus(one.partition("=")[0]).lower(), unquote_plus(one.partition("=")[2]), one) for one in written]


def _signing_names(pairs: list[Pair], path: str) -> set[str]:
    names = {name for name, _, _ in pairs}
    signing = {name for name in names if name in _VENDOR_NAMES or name.startswith(_VENDOR_PREFIXES)}
    if {"sig", "sv"} <= names or {"sig", "se"} <= names:
        signing |= names & _AZURE
    if {"oe", "oh"} <= names:
        signing |= {name for name in names if name in _FACEBOOK or name.startswith("_nc_")}
    expiring = {name for name, value, _ in pairs if name in _EXPIRY_NAMES and _TIME.fullmatch(value)}
    # A lone "token" may be the photo's own name; beside an expiry it is not.
    if expiring - {"e"} or (expiring and names & _SIGNATURE_NAMES):
        signing |= expiring | {name for name, value, _ in pairs if name in _SIGNATURE_NAMES and len(value) >= 6}  # noqa: PLR2004
    if _FILE.search(path) or names - signing - _PLAIN_SIGNATURES:
        signing |= names & _PLAIN_SIGNATURES
    signing |= {name for name, value, _ in pairs if name == "verify" and re.match(r"\d{10}-", value)}
    signing |= {
        name for name, value, _ in pairs if name == "token" and value.startswith("eyJ") and value.count(".") > 1
    }
    return signing


def _signed_for(signed: str, seconds: str) -> datetime | None:
    try:
        begun = datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return begun + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        return None


def _date(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError):
        return None
