"""When a signed address stops working, as far as it says so."""

import base64
import json
from datetime import UTC, datetime

import pytest

from forecourt.listing.signed_urls import expires_at

WHEN = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SECONDS = int(WHEN.timestamp())
POLICY = {"Statement": [{"Resource": "*", "Condition": {"DateLessThan": {"AWS:EpochTime": SECONDS}}}]}


def in_base64(value: object) -> str:
    """As CloudFront spells it."""
    return base64.b64encode(json.dumps(value).encode()).decode().translate(str.maketrans("+=/", "-_~"))


JWT = base64.urlsafe_b64encode(json.dumps({"sub": "a.jpg", "exp": SECONDS}).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "query",
    [
        "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20260601T110000Z&X-Amz-Expires=3600&X-Amz-Signature=ab",
        f"AWSAccessKeyId=AKIA&Expires={SECONDS}&Signature=ab%3D",
        "X-Goog-Date=20260601T115500Z&X-Goog-Expires=300&X-Goog-Signature=ab",
        f"GoogleAccessId=me%40x.example&Expires={SECONDS}&Signature=ab",
        "x-oss-date=20260601T110000Z&x-oss-expires=3600&x-oss-signature=ab",
        f"q-sign-algorithm=sha1&q-sign-time={SECONDS - 60};{SECONDS}&q-signature=ab",
        "sv=2024-11-04&se=2026-06-01T12%3A00%3A00Z&sr=b&sp=r&sig=ab%3D",
        "se=2026-06-01T14:00:00%2B02:00&sig=ab",
        f"Expires={SECONDS}&Signature=ab&Key-Pair-Id=K1",
        f"Policy={in_base64(POLICY)}&Signature=ab&Key-Pair-Id=K1",
        f"stp=dst-jpg&_nc_cat=1&oh=00_ab&oe={SECONDS:X}",
        f"hdnts=st={SECONDS - 60}~exp={SECONDS}~acl=/*~hmac=ab",
        f"hdnea=exp={SECONDS}~hmac=ab",
        f"token=exp={SECONDS}~acl=%2f*~hmac=ab",
        f"token=eyJhbGciOiJIUzI1NiJ9.{JWT}.ab",
        f"Edge-Cache-Token=URLPrefix=aHR0~Expires={SECONDS}~KeyName=k~Signature=ab",
        f"e={SECONDS}&token=abcdef",
        f"expires={SECONDS}000&hash=abcdef",
        "expiry=2026-06-01T12:00:00&sig=ab",
    ],
)
def test_a_signed_address_says_when_it_dies(query: str) -> None:
    assert expires_at(f"https://cdn.example/a.jpg?w=1200&{query}#top") == WHEN


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?w=1200",
        f"?expires={SECONDS}",  # nothing is signed: it may be anything
        f"?e={SECONDS}&id=4",
        "?X-Amz-Date=20260601T110000Z&X-Amz-Expires=99999999999999999999&X-Amz-Signature=ab",
        "?X-Amz-Date=20260601T110000Z&X-Amz-Expires=soon&X-Amz-Signature=ab",
        "?X-Amz-Date=20261301T110000Z&X-Amz-Expires=60&X-Amz-Signature=ab",
        "?X-Amz-Date=19700101T000000Z&X-Amz-Expires=60&X-Amz-Signature=ab",
        "?Expires=0&Signature=ab",
        "?Expires=9999999999&Signature=ab",
        "?Expires=٣٣٣٣٣٣٣٣٣٣&Signature=ab",
        "?se=9999-12-31T23:59:59-14:00&sig=ab",
        "?se=never&sig=ab",
        "?oh=ab&oe=FFFFFFFFF",
        "?oh=ab&oe=xyz",
        "?Policy=%%%&Signature=ab",
        "?token=eyJ.%ff.x",
        "?hdnts=exp=17",
    ],
)
def test_what_is_no_moment_says_nothing(query: str) -> None:
    """Such a photo is asked for in its turn: nobody may think it dead."""
    assert expires_at(f"https://cdn.example/a.jpg{query}") is None
