"""The bytes of all bodies that a run reads: counted as they come, and slowed down where there is a bandwidth."""

import asyncio
from dataclasses import dataclass

from forecourt.fetch.bandwidth import SharedBandwidth


@dataclass
class Traffic:
    """One for a run, whatever reads bodies in it."""

    bandwidth: SharedBandwidth | None = None
    received_bytes: int = 0

    async def take(self, size: int, timer: asyncio.Timeout) -> float:
        """So many bytes of a body have come: wait until the line has carried them. For how many seconds it was.

        While we wait we do not read, and TCP slows the server down. That is our doing: neither the time limit of the
        request, which stands still meanwhile, nor the minimum speed may count it against the host.
        """
        self.received_bytes += size
        if self.bandwidth is None:
            return 0.0
        clock = asyncio.get_running_loop().time
        began, deadline = clock(), timer.when()
        timer.reschedule(None)
        await self.bandwidth.take(size)
        waited = clock() - began
        timer.reschedule(None if deadline is None else deadline + waited)
        return waited
