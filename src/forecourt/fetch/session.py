"""aiohttp, told to do only what it is asked: one request for one call, no cookies, no redirects, no decoding.

aiohttp repeats a GET by itself when a connection breaks before the answer. A resetting server would see two requests
for one turn, so a repeat is left to us, and happens only where a kept connection had ended unseen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
from yarl import URL

from forecourt.fetch.connector import open_connector
from forecourt.fetch.limits import Limits
from forecourt.fetch.resolver import LookUp
from forecourt.settings import Settings

_TRIES_OVER_KEPT_CONNECTIONS = 3
_LONGEST_LINE = 16 * 1024  # bytes of one header; all of them together are counted when they have come


class NoAnswer(aiohttp.ClientConnectionError):
    """The connection broke after it was made and before the headers had come."""


class Send:
    """An open session. `get` gives the headers of one answer; its body is still to be read."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def get(self, url: URL, headers: dict[str, str], is_on_its_way: Callable[[], None]) -> aiohttp.ClientResponse:
        """Ask once. `url` is sent as it is spelt; `is_on_its_way` is called when it has been.

        Raises:
            aiohttp.ClientError, OSError: No answer; `fetch/outcome.py` says what that means.
        """
        tries = 0
        while True:
            attempt = _Attempt(is_on_its_way)
            tries += 1
            try:
                return await self._session.get(url, headers=headers, allow_redirects=False, trace_request_ctx=attempt)
            except NoAnswer:
                if not attempt.over_a_kept_connection or tries == _TRIES_OVER_KEPT_CONNECTIONS:
                    raise

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


def open_session(settings: Settings, limits: Limits, look_up: LookUp) -> Send:
    """Open a session in the running event loop.

    Raises:
        SettingsError: The hosts file or the CA file cannot be read.
    """
    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(_note_reuse)
    trace.on_request_headers_sent.append(_note_start)
    return Send(
        aiohttp.ClientSession(
            connector=open_connector(settings, limits, look_up),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            headers={"User-Agent": settings.user_agent},
            timeout=aiohttp.ClientTimeout(
                total=None, connect=limits.connect_seconds, sock_read=limits.idle_seconds, ceil_threshold=3600
            ),
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
            middlewares=[_never_again],
            trace_configs=[trace],
        )
    )


@dataclass
class _Attempt:
    is_on_its_way: Callable[[], None]
    over_a_kept_connection: bool = False


async def _never_again(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Turn what aiohttp would answer with a second request into what it passes on."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise NoAnswer from error


async def _note_reuse(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _params: aiohttp.TraceConnectionReuseconnParams
) -> None:
    context.trace_request_ctx.over_a_kept_connection = True


async def _note_start(
    _session: aiohttp.ClientSession, context: SimpleNamespace, _params: aiohttp.TraceRequestHeadersSentParams
) -> None:
    context.trace_request_ctx.is_on_its_way()
