"""The closed list of what can go wrong with a photo or a page, and what each of it means to a person.

What becomes of the row is decided by the class of the error that carries the kind (errors.py): one kind can end in
two ways, as `not_a_photo` does: a web page in place of a photo is looked at again, a one-pixel picture is not.
The tables of `docs/failure-kinds.md` are made from this file by `tools/failure_kinds_page.py`.

A photo store that is full, read-only or away is no kind: it is nobody's failure, no row is touched, the run pauses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """The values of the `failure_kind` columns."""

    HOST_BUSY = "host_busy"
    DNS = "dns"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    FORBIDDEN_ADDRESS = "forbidden_address"

    TIMEOUT = "timeout"
    TOO_SLOW = "too_slow"
    PROTOCOL = "protocol"
    INCOMPLETE = "incomplete"
    EMPTY = "empty"
    SERVER_ERROR = "server_error"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    DAMAGED = "damaged"
    DECODER_DIED = "decoder_died"
    WORKER_DIED = "worker_died"
    INTERNAL_ERROR = "internal_error"

    GONE = "gone"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    ROBOTS = "robots"
    NOT_A_PHOTO = "not_a_photo"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNSUPPORTED_TYPE = "unsupported_type"
    FORBIDDEN_URL = "forbidden_url"

    NOT_A_LISTING = "not_a_listing"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Meaning:
    """What a person is told of a kind: sentences, in Markdown.

    Attributes:
        happened: What went wrong.
        then: Whether and when it is tried again; the words in capitals are explained at the head of the page.
        way_out: What a person can do; empty where it is best left to itself.
    """

    happened: str
    then: str
    way_out: str = ""


OF_THE_HOST: Mapping[FailureKind, Meaning] = {
    FailureKind.HOST_BUSY: Meaning(
        "The answer was 429 or 503.",
        "The host waits.",
        "Ask it less often: `forecourt hosts set`, or `FORECOURT_HOST_INTERVAL_SECONDS` for all hosts.",
    ),
    FailureKind.DNS: Meaning(
        "The name has no address, or the resolver did not answer in time.",
        "The host waits.",
        "Where many hosts have it, look at this machine's resolver; `FORECOURT_HOSTS_FILE` gives a name an address.",
    ),
    FailureKind.UNREACHABLE: Meaning(
        "No connection, or it was reset or silent before an answer.",
        "The host waits; after 14 days without any answer it is paused as dead.",
        "Where many hosts have it, look at this machine's network. `forecourt hosts resume` wakes one that was paused.",
    ),
    FailureKind.TLS: Meaning(
        "The certificate is expired, for another name or from an unknown authority, or the handshake broke.",
        "The host waits.",
        "Tell the dealer; for an authority of your own, `FORECOURT_CA_FILE`. There is no way to look past it.",
    ),
    FailureKind.FORBIDDEN_ADDRESS: Meaning(
        "An address that is not on the public internet.",
        "Where DNS gave it, the host waits; where it stands in the URL itself, rejected.",
        "`FORECOURT_ALLOWED_NETWORKS` opens networks of your own; then "
        "`images retry --failure-kind forbidden_address`.",
    ),
}
"""They are about the host first, and about a photo or page only where the host answers others."""

OF_THE_TRY: Mapping[FailureKind, Meaning] = {
    FailureKind.TIMEOUT: Meaning(
        "Nothing came for 15 seconds in the middle of an answer, or the whole took longer than 2 minutes, "
        "or the answer was 408.",
        "Again later.",
        "Where many photos of one host have it, ask for fewer at once: `forecourt hosts set`.",
    ),
    FailureKind.TOO_SLOW: Meaning(
        "Less than 1 KiB a second over 20 seconds.",
        "Again later.",
        "As for `timeout`. A bandwidth of your own, `--bandwidth`, is never counted against a host.",
    ),
    FailureKind.PROTOCOL: Meaning(
        "The answer is not HTTP, breaks its rules, or is one that was not asked for.", "Again later."
    ),
    FailureKind.INCOMPLETE: Meaning("Fewer bytes came than were announced.", "Again later."),
    FailureKind.EMPTY: Meaning(
        "No bytes at all, or an answer that says there are none (204, 205, 304).", "Again later."
    ),
    FailureKind.SERVER_ERROR: Meaning("The answer was 500 or another of that class, but not 503.", "Again later."),
    FailureKind.TOO_MANY_REDIRECTS: Meaning(
        "A sixth redirect, or a loop.",
        "Again later.",
        "Open the URL in a browser: it may want a cookie, and we keep none.",
    ),
    FailureKind.DAMAGED: Meaning(
        "The picture is cut off or has holes.",
        "Where a browser shows it all the same, we keep the bytes and ask again after an hour. The same bytes again, "
        "a third other damage, or a source that ends without a better one, and it is stored as it is, `is_damaged`. "
        "Where nothing of it can be shown: again later.",
        "Tell the dealer; a photo whose damage was stored is in `vehicle_images` with `is_damaged`.",
    ),
    FailureKind.DECODER_DIED: Meaning(
        "The confined process that looks at the bytes ran out of memory or time, or crashed.",
        "The first two times at once, and it costs nothing; then alone, after a minute and twice as long each time, "
        "up to 6 hours. Rejected after the sixth.",
        "Where many photos have it, this machine is short of memory; then `images retry --failure-kind decoder_died`.",
    ),
    FailureKind.WORKER_DIED: Meaning(
        "A worker died while it had the row: killed, out of memory, or its machine lost. It need not be about the row.",
        "The first two times at once, and it costs nothing; then after a minute and twice as long each time, "
        "up to 6 hours. Never given up.",
        "Where many rows have it, see why workers die: this machine may be short of memory.",
    ),
    FailureKind.INTERNAL_ERROR: Meaning(
        "A bug of ours; the log has the traceback.",
        "Again later.",
        "Report it with that traceback; after an update, `images retry --failure-kind internal_error`.",
    ),
}

OF_THE_PHOTO_OR_PAGE: Mapping[FailureKind, Meaning] = {
    FailureKind.GONE: Meaning(
        "The answer was 404 or 410; or the page of a listing that its inventory has missed twice leads elsewhere.",
        "A second look a day later, then `gone`; at once for a listing that was missed twice.",
        "Nothing, unless the dealer puts it back: then it begins anew by itself, or now by `images retry`.",
    ),
    FailureKind.EXPIRED: Meaning(
        "Photos only: its URL was signed, and the time that it names is over. It was not asked for.",
        "Its listing is read again, at most daily, since it may name the photo by a new URL; then it is due at once. "
        "`failed` after 8 failures and 7 days, and at once if the listing is gone.",
        "Let `forecourt worker` run on, or `process-import-queue` from time to time: they read the listing again. "
        "Where many photos have it, ask the host more often: `forecourt hosts set`.",
    ),
    FailureKind.BLOCKED: Meaning(
        "The answer was 401, 403 or another 4xx without a line of its own here, "
        "or a page that asks whether we are human.",
        "Blocked.",
        "Put an address where you can be reached into `FORECOURT_USER_AGENT`, ask the dealer to let you in, "
        "then `images retry --failure-kind blocked --host …`.",
    ),
    FailureKind.ROBOTS: Meaning(
        "robots.txt does not allow it.", "Blocked: rules change.", "Ask the dealer; nothing of ours looks past it."
    ),
    FailureKind.NOT_A_PHOTO: Meaning(
        "A web page came in place of a photo, or a picture under 100 pixels or of one flat colour.",
        "Blocked if it was a page, rejected if it was a picture.",
        "As for `blocked` if it was a page; a picture of nothing is best left.",
    ),
    FailureKind.TOO_LARGE: Meaning(
        "More bytes than `FORECOURT_MAX_IMAGE_BYTES`.",
        "Rejected.",
        "Raise `FORECOURT_MAX_IMAGE_BYTES`, then `forecourt images retry --failure-kind too_large`.",
    ),
    FailureKind.TOO_MANY_PIXELS: Meaning(
        "More pixels than `FORECOURT_MAX_IMAGE_PIXELS`.",
        "Rejected.",
        "Raise `FORECOURT_MAX_IMAGE_PIXELS`, then `forecourt images retry --failure-kind too_many_pixels`.",
    ),
    FailureKind.UNSUPPORTED_TYPE: Meaning(
        "The bytes are of a type that is not kept: SVG, HEIC, TIFF and so on; `last_error` names it.",
        "Rejected.",
        "Ask the dealer for JPEG, PNG or WebP; after an update that knows the type, `images retry`.",
    ),
    FailureKind.FORBIDDEN_URL: Meaning(
        "The URL is none that we ask: another scheme or port, a broken or ambiguous host, "
        "a name that never leaves the machine.",
        "Rejected.",
        "A port of your own network is opened with its address, by `FORECOURT_ALLOWED_NETWORKS`; "
        "then `images retry --failure-kind forbidden_url`.",
    ),
    FailureKind.NOT_A_LISTING: Meaning(
        "Pages only: it was read and shows no vehicle.",
        "Rejected.",
        "`forecourt preview URL` says what was seen; then `import-queue retry --failure-kind not_a_listing`.",
    ),
    FailureKind.UNREADABLE: Meaning(
        "Pages only: the confined process that reads it ran out of memory or time, or crashed.",
        "Again later.",
        "Where many pages have it, this machine is short of memory.",
    ),
}

MEANINGS: Mapping[str, Mapping[FailureKind, Meaning]] = {
    "The host's": OF_THE_HOST,
    "The try's": OF_THE_TRY,
    "The photo's or the page's": OF_THE_PHOTO_OR_PAGE,
}
"""By the heading that says whose trouble it is."""

DEATHS = frozenset({FailureKind.DECODER_DIED, FailureKind.WORKER_DIED})
"""They count on the row's `deaths`, and not as failures."""

HOST_KINDS = frozenset(OF_THE_HOST)
