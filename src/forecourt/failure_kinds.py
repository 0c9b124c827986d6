"""The closed list of what can go wrong with a photo or a page, and what it means to a person.

What becomes of the row is decided by the class of the error that carries the kind (errors.py): one kind can end in
two ways, as `not_a_photo` does: a web page in place of a photo is looked at again, a one-pixel picture is not.
`docs/failure-kinds.md` has a line for each, and a test holds the two together.
"""

from enum import StrEnum


class FailureKind(StrEnum):
    """The values of the `failure_kind` columns."""

    HOST_BUSY = "host_busy"  # 429 or 503
    DNS = "dns"
    UNREACHABLE = "unreachable"  # refused, reset or silent before an answer
    TLS = "tls"
    FORBIDDEN_ADDRESS = "forbidden_address"  # not on the public internet

    TIMEOUT = "timeout"
    TOO_SLOW = "too_slow"
    PROTOCOL = "protocol"  # an answer that is not HTTP, or breaks its rules
    INCOMPLETE = "incomplete"  # shorter than announced
    EMPTY = "empty"
    SERVER_ERROR = "server_error"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    DAMAGED = "damaged"
    DECODER_DIED = "decoder_died"
    INTERNAL_ERROR = "internal_error"  # a bug of ours

    GONE = "gone"
    BLOCKED = "blocked"
    ROBOTS = "robots"
    NOT_A_PHOTO = "not_a_photo"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    UNSUPPORTED_TYPE = "unsupported_type"
    FORBIDDEN_URL = "forbidden_url"

    NOT_A_LISTING = "not_a_listing"  # pages only
    UNREADABLE = "unreadable"  # pages only


HOST_KINDS = frozenset(
    {
        FailureKind.HOST_BUSY,
        FailureKind.DNS,
        FailureKind.UNREACHABLE,
        FailureKind.TLS,
        FailureKind.FORBIDDEN_ADDRESS,
    }
)
"""Those that are about the host first, and about a photo or page only where the host answers others."""
