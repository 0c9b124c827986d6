"""The bytes of all bodies that a run reads: counted as they come, and slowed down where there is a bandwidth."""

import asyncio
from dataclasses import dataclass

from forecourt.fetch.bandwidth import SharedBandwidth


@dataclass
class Traffic:
    """One for a run, whatever reads bodies in it."""

    bandwidth: SharedBandwidth | None = None
    received_bytes: int = 0

    async def carry(self, size: int) -> float:
        """Wait until the line has carried so many bytes. For how many seconds it was.

        While we wait we do not read, and TCP slows the server down. That is our doing: neither the time limit of the
        request nor the minimum speed may count it against the host.
        """
        if self.bandwidth is None:
            return 0.0
        clock = asyncio.get_running_loop().time
        began = clock()
        await self.bandwidth.take(size)
        return clock() - began
