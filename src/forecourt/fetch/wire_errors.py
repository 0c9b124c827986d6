"""What can go wrong on the wire, for `fetch/outcome.py` to translate. Beside these: AddressRefused, TLS, time-outs.

    OSError
    ├── NameUnknown      the name has no address
    ├── NoAnswer         the connection ended before the headers had come
    │   └── EndedUnseen    a kept one, and without a single byte: it had ended before we asked
    ├── NotHttp          what came is no answer, or can be read in two ways
    ├── BodyBroken       the connection ended before the body did
    └── BodyLate         the body did not end in time, or stood still

They are OSErrors, as all that a socket raises is.
"""


class NameUnknown(OSError):
    """The name has no address, or nobody said so in time."""


class NoAnswer(OSError):
    """The connection broke after it was made and before the headers had come."""


class EndedUnseen(NoAnswer):
    """A kept connection ended without a byte of the answer: the request may be repeated."""


class NotHttp(OSError):
    """What came is not HTTP/1, contradicts itself, or is larger than a head may be."""


class BodyBroken(OSError):
    """The connection ended before the body did."""


class BodyLate(OSError):
    """The body did not end in time, or stood still for too long."""
