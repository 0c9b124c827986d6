"""What is ready of each host, in order, as numbers side by side.

At a hundred thousand photos objects would take ten times as much memory.
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

from forecourt.db.due_images import Due


@dataclass(slots=True)
class _OfHost:
    """Ids that belong together stand at the same place; those before `taken` are gone."""

    image_ids: "array[int]" = field(default_factory=lambda: array("q"))
    vehicle_ids: "array[int]" = field(default_factory=lambda: array("q"))
    taken: int = 0


class DuePhotos:
    """Each image is handed out once.

    Args:
        due: In the order in which they are to be fetched.
    """

    def __init__(self, due: Iterable[Due] = ()) -> None:
        self._of_host: dict[int, _OfHost] = {}  # only those that have some left
        for each in due:
            of_host = self._of_host.setdefault(each.host_id, _OfHost())
            of_host.image_ids.append(each.image_id)
            of_host.vehicle_ids.append(each.vehicle_id)

    def hosts(self) -> list[int]:
        """Those that have some left, the host of the first image at the head."""
        return list(self._of_host)

    def first(self, host_id: int, most: int) -> list[int]:
        """Image ids, which are still to be taken."""
        of_host = self._of_host.get(host_id, _OfHost())
        return of_host.image_ids[of_host.taken : of_host.taken + most].tolist()

    def take(self, host_id: int, *, most: int, most_vehicles: int) -> list[int]:
        """The first image ids, of as many vehicles at most."""
        of_host = self._of_host.get(host_id, _OfHost())
        vehicles: set[int] = set()
        begin = of_host.taken
        for vehicle_id in of_host.vehicle_ids[begin : begin + most]:
            vehicles.add(vehicle_id)
            if len(vehicles) > most_vehicles:
                break
            of_host.taken += 1
        self._forget_empty(host_id)
        return of_host.image_ids[begin : of_host.taken].tolist()

    def take_one(self, host_id: int, image_id: int) -> None:
        """One that `first` has told of, though others stand before it."""
        of_host = self._of_host[host_id]
        place = of_host.image_ids.index(image_id, of_host.taken)
        del of_host.image_ids[place], of_host.vehicle_ids[place]
        self._forget_empty(host_id)

    def _forget_empty(self, host_id: int) -> None:
        of_host = self._of_host.get(host_id)
        if of_host and of_host.taken == len(of_host.image_ids):
            del self._of_host[host_id]
