"""Names to addresses: the hosts file, else the system, asked once per connect and never remembered.

One private address among public ones refuses the whole answer: that is what a rebinding attack looks like, and no
honest name does it.
"""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from forecourt.fetch.address import judge_connect
from forecourt.fetch.special_networks import IPAddress, IPNetwork
from forecourt.fetch.wire_errors import NameUnknown

LookUp = Callable[[str], Awaitable[Sequence[IPAddress]]]


class Resolver:
    """Tells where a name leads, if that is for us."""

    def __init__(
        self,
        *,
        allowed_networks: Collection[IPNetwork],
        hosts_file: Path | None,
        seconds: float,
        look_up: LookUp,
    ) -> None:
        self._allowed_networks = allowed_networks
        self._hosts_file = hosts_file
        self._seconds = seconds
        self._look_up = look_up

    async def resolve(self, host: str, port: int) -> Sequence[IPAddress]:
        """Give all addresses of the name; at least one.

        Raises:
            AddressRefused: One of them is not for us.
            NameUnknown: There is none, or nobody said so in time.
        """
        addresses = self._from_file(host)
        if not addresses:
            try:
                async with asyncio.timeout(self._seconds):
                    addresses = await self._look_up(host)
            except TimeoutError as error:
                raise NameUnknown("the name server did not answer in time") from error
            except OSError as error:
                raise NameUnknown(error.strerror or str(error)) from error
        judge_connect(addresses, port, self._allowed_networks)
        if not addresses:
            raise NameUnknown("the name has no address")
        return addresses

    def _from_file(self, host: str) -> Sequence[IPAddress]:
        """Read anew each time, as the system reads its own: a correction counts at once."""
        if self._hosts_file is None:
            return ()
        return read_hosts(self._hosts_file.read_text(encoding="utf-8", errors="replace")).get(host, ())


def read_hosts(text: str) -> dict[str, list[IPAddress]]:
    """Read the /etc/hosts format: an address, then its names; `#` opens a comment. Other lines are skipped."""
    names: dict[str, list[IPAddress]] = {}
    for line in text.splitlines():
        match line.partition("#")[0].split():
            case [literal, *aliases]:
                try:
                    address = ip_address(literal)
                except ValueError:
                    continue
                for name in aliases:
                    names.setdefault(name.lower().removesuffix("."), []).append(address)
    return names


async def ask_system(host: str) -> Sequence[IPAddress]:
    """Ask the system's own resolver.

    In a thread of its own that may be left behind: a hanging look-up neither takes a place in a pool from another
    host's, nor holds up the end of the program.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[IPAddress]] = loop.create_future()

    def settle(addresses: Sequence[IPAddress], error: OSError | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(addresses)
        else:
            answer.set_exception(error)

    def ask() -> None:
        addresses: Sequence[IPAddress] = ()
        failed: OSError | None = None
        try:
            addresses = _ask(host)
        except UnicodeError:
            failed = OSError("a name that cannot be asked for")
        except OSError as error:
            failed = error
        with suppress(RuntimeError):  # the loop may have closed meanwhile
            loop.call_soon_threadsafe(settle, addresses, failed)

    threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
    return await answer


def _ask(host: str) -> Sequence[IPAddress]:
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return list(dict.fromkeys(ip_address(sockaddr[0]) for *_, sockaddr in answers))
