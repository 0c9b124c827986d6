"""How one worker claims photos: where it is in the order of each host that it holds.

It goes on from where it was, so that dead row versions beside an old snapshot are not read again and again, and begins
at the head again once a minute, and where it has just leased the host: there may be photos now that are more urgent.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Connection

from forecourt.db import due_images, image_claims, image_places, vehicle_images
from forecourt.db.due_images import ReadyHost
from forecourt.db.hosts import Room
from forecourt.db.image_claims import END, HEAD, ImageClaim, Place, Range
from forecourt.schedule import EXPIRING, VANISHING

_BEGINS_AGAIN = timedelta(minutes=1)
_MANY = 1000  # claims of one host that leave more dead row versions than a look should read each second
_EXPIRING_END: Place = (EXPIRING + 1, -1)
_MOST_ROUNDS = 20


@dataclass(slots=True)
class _Reader:
    """Where we are at one host.

    Attributes:
        place: Of the last image that was claimed; END where there were no more.
        began_at: When we last were at the head.
        claimed: All that we have ever claimed there.
    """

    place: Place
    began_at: datetime
    claimed: int = 0

    def is_recent(self, now: datetime) -> bool:
        """The head need not be looked at again yet."""
        return timedelta(0) <= now - self.began_at < _BEGINS_AGAIN


@dataclass
class PhotoClaims:
    """The claims of one worker.

    Attributes:
        cap: The most photos of one vehicle that are ours; 0 is all.
    """

    cap: int
    _readers: dict[int, _Reader] = field(default_factory=dict)

    def claim(
        self,
        connection: Connection,
        rooms: Sequence[Room],
        *,
        worker_id: str,
        now: datetime,
        only_expiring: bool = False,
    ) -> list[ImageClaim]:
        """The first of each host, in the order of schedule.py.

        Those whose URLs have died come along: they are settled without a request.
        """
        until = _EXPIRING_END if only_expiring else END
        kept: list[ImageClaim] = []
        left = [room for room in rooms if self._begin(room, now=now).place < until or room.is_new]
        for _ in range(_MOST_ROUNDS):
            claims = self._next(connection, left, until, worker_id=worker_id, now=now)
            over = self._fallen_back(connection, claims, now=now)
            kept += [claim for claim in claims if claim.image_id not in over]
            back = Counter(claim.host_id for claim in claims if claim.image_id in over)
            left = [Room(host_id, most) for host_id, most in back.items()]
            if not left:
                break
        return kept

    def hosts_with_ready(self, connection: Connection, *, random: Random, now: datetime) -> list[ReadyHost]:
        """As `due_images` finds them; where we have claimed many, also this look goes on from where we were.

        It is taken once a second by every worker that has room for more, or hosts that could make place for others.
        """
        begun = {host_id: reader for host_id, reader in self._readers.items() if reader.claimed >= _MANY}
        places = {host_id: reader.place if reader.is_recent(now) else HEAD for host_id, reader in begun.items()}
        first = due_images.first_from(connection, places)
        for host_id, place in first.items():
            if not begun[host_id].is_recent(now):
                begun[host_id].place, begun[host_id].began_at = place or END, now
        found = due_images.hosts_with_ready(connection, random=random, but=begun)
        return [*(ReadyHost(host_id, place[0]) for host_id, place in first.items() if place), *found]

    def _begin(self, room: Room, *, now: datetime) -> _Reader:
        reader = self._readers.get(room.host_id)
        if reader is None or room.is_new or not reader.is_recent(now):
            reader = self._readers[room.host_id] = _Reader(HEAD, now, reader.claimed if reader else 0)
        return reader

    def _next(
        self, connection: Connection, rooms: Sequence[Room], until: Place, *, worker_id: str, now: datetime
    ) -> list[ImageClaim]:
        alive = image_claims.first_alive(now)
        ranges = []
        for room in rooms:
            place = self._readers[room.host_id].place
            if place == HEAD:
                ranges.append(image_claims.dead(room.host_id, now=now))
            ranges.append(Range(room.host_id, room.most, max(place, alive), until))
        claims = image_claims.claim_ranges(connection, ranges, worker_id=worker_id, now=now) if ranges else []
        last = {claim.host_id: claim.place for claim in claims if claim.place >= alive}
        found = Counter(claim.host_id for claim in claims if claim.place >= alive)
        for room in rooms:
            reader = self._readers[room.host_id]
            reader.claimed += found[room.host_id]
            reader.place = until if found[room.host_id] < room.most else last[room.host_id]
        return claims

    def _fallen_back(self, connection: Connection, claims: Sequence[ImageClaim], *, now: datetime) -> set[int]:
        """Those of auctions that have ended meanwhile: back in the row, and at their usual place."""
        first = [claim for claim in claims if claim.place[0] == VANISHING]
        over = (
            image_places.auctions_over(connection, {claim.vehicle_id for claim in first}, now=now) if first else set()
        )
        if not over:
            return set()
        image_places.assign_priorities(connection, over, cap=self.cap, now=now)
        ids = [claim.image_id for claim in first if claim.vehicle_id in over]
        fallen = set(ids) - image_places.vanishing(connection, ids)
        vehicle_images.hand_back(connection, [claim for claim in first if claim.image_id in fallen])
        return fallen
