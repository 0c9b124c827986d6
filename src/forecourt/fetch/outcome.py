"""The one place where a status code or a network exception becomes one of errors.py.

    nothing came         of_error(error)         the host's trouble: it is left alone
    an answer came       of_status(status, …)    2xx is no trouble
    the body broke off   of_error(error)         this photo's or page's trouble

Other 4xx than 401, 403, 404, 408, 410 and 429 (400, 402, 405, 406, 451, …) mean that the server will not have *this
request*. A repeat a minute later is pointless and rude, so they are `blocked`: looked at every six hours, and given
up after a week.
"""

import re
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from forecourt.errors import Blocked, Gone, HostTrouble, PermanentError, TransientError, Trouble
from forecourt.failure_kinds import FailureKind
from forecourt.fetch.address import AddressRefused
from forecourt.fetch.wire_errors import BodyBroken, BodyLate, NameUnknown, NotHttp

LONGEST_WAIT_SECONDS = 24 * 3600.0


def of_status(  # noqa: PLR0911 (a table)
    status: int, *, retry_after: str | None, now: datetime
) -> Trouble | None:
    """What a final status means; None for one whose body we want. Redirects are not final.

    Args:
        status: The code of the answer.
        retry_after: The header, as it came.
        now: Aware, in UTC; a date in the header is compared with it.
    """
    detail = f"HTTP {status}"
    match status:
        case 204 | 205 | 304:
            return TransientError(FailureKind.EMPTY, detail)
        case 404 | 410:
            return Gone(detail)
        case 408:
            return TransientError(FailureKind.TIMEOUT, detail)
        case 429 | 503:
            return HostTrouble(FailureKind.HOST_BUSY, detail, wait_seconds=retry_after_seconds(retry_after, now=now))
        case _ if 200 <= status < 300:  # noqa: PLR2004
            return None
        case _ if 400 <= status < 500:  # noqa: PLR2004
            return Blocked(FailureKind.BLOCKED, detail)
        case _ if 500 <= status < 600:  # noqa: PLR2004
            return TransientError(FailureKind.SERVER_ERROR, detail)
        case _:
            return TransientError(FailureKind.PROTOCOL, detail)


def of_error(error: OSError) -> Trouble:  # noqa: PLR0911 (a table)
    """What it means that no answer came, or only a part of it. Timeouts are OSErrors too."""
    match error:
        case AddressRefused(kind=FailureKind.FORBIDDEN_URL):
            return PermanentError(error.kind, str(error))
        case AddressRefused():
            return HostTrouble(error.kind, str(error))
        case NameUnknown():
            return HostTrouble(FailureKind.DNS, str(error))
        case ssl.SSLError():
            return HostTrouble(FailureKind.TLS, _tls_detail(error))
        case NotHttp():
            return TransientError(FailureKind.PROTOCOL, str(error))
        case BodyLate():
            return TransientError(FailureKind.TIMEOUT, str(error))
        case BodyBroken():
            return TransientError(FailureKind.INCOMPLETE, str(error))
        case TimeoutError():
            return HostTrouble(FailureKind.UNREACHABLE, "no answer in time")
        case _:
            return HostTrouble(FailureKind.UNREACHABLE, "refused, reset or closed before an answer")


def retry_after_seconds(value: str | None, *, now: datetime) -> float | None:
    """How long the host asks us to wait; None if it does not say.

    Args:
        value: The Retry-After header: whole seconds ("120") or an HTTP date.
        now: Aware, in UTC.

    What has passed, or is negative, gives 0. More than a day is cut to a day: no host may park a photo for a year. A
    value in neither form is None, since a broken header must not cost us the photo.

    Source: RFC 9110, section 10.2.3.
    """
    text = (value or "").strip()
    if re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        seconds = float(text)
    else:
        try:
            date = parsedate_to_datetime(text)
            seconds = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now.timestamp()
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT_SECONDS)


def _tls_detail(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return error.reason or "the handshake failed"
