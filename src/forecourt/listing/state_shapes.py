"""The vehicles of a state, by their shape.

item    a kernel in a list of such, or in a store of such by number: the list's element that holds it
lone    any other, with all that speaks of the same vehicle: it reaches up to the largest container in which no
second vehicle stands alone
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from forecourt.listing.state_kernels import Identity, Kernel, Node, Place, walk

_MOST_LONE = 60
_FEWEST_ITEMS = 2
_FEWEST_IN_STORE = 3


@dataclass(slots=True)
class StateVehicle:
    """One vehicle of a state.

    Attributes:
        scope: The largest container that speaks of it alone.
        identity: As its first kernel says.
        kernels: The ids of its objects that name several facts together.
        trail: The ids of the containers that lead to them.
        closed: The ids of containers that hold lists of vehicles.
        is_others: A key above it says so: similar, recommended, recently seen.
        cache: Where references of this state lead to.
    """

    scope: object
    identity: Identity
    kernels: frozenset[int]
    trail: frozenset[int]
    closed: frozenset[int]
    is_others: bool
    cache: Node


@dataclass(frozen=True, slots=True)
class StateList:
    """Vehicles side by side, in their order. A store holds them by number, shown or not."""

    vehicles: list[StateVehicle]
    is_store: bool


@dataclass(frozen=True, slots=True)
class Shapes:
    """The vehicles of a state: those that stand alone, and those that stand in lists, list by list."""

    lone: list[StateVehicle] = field(default_factory=list)
    lists: list[StateList] = field(default_factory=list)


def find_shapes(root: object) -> Shapes:
    """Walk a state once and sort its vehicles."""
    cache: Node = root if isinstance(root, dict) else {}
    places, kernels = walk(root, cache)
    if not kernels:
        return Shapes()
    sorter = _Sorter(places, cache, kernels)
    return Shapes(list(sorter.lone()), list(sorter.lists()))


class _Sorter:
    def __init__(self, places: list[Place], cache: Node, kernels: Sequence[Kernel]) -> None:
        self._places = places
        self._cache = cache
        held: dict[int, set[int]] = defaultdict(set)  # container → its children that hold kernels
        for kernel in kernels:
            trail = list(self._trail(kernel.at))
            for child, parent in pairwise(trail):
                held[parent].add(child)
        lists = {at for at, children in held.items() if self._is_list(at, children)}
        self._closed = frozenset(id(places[at].value) for at in lists)
        self._items: dict[int, dict[int, list[Kernel]]] = defaultdict(lambda: defaultdict(list))
        self._lone: list[Kernel] = []
        for kernel in kernels:
            trail = list(self._trail(kernel.at))
            up = next((step for step, at in enumerate(trail) if at in lists and step), None)
            if up is None:
                self._lone.append(kernel)
            else:
                self._items[trail[up]][trail[up - 1]].append(kernel)

    def lists(self) -> Iterator[StateList]:
        for at, children in self._items.items():
            vehicles = [self._vehicle(child, found) for child, found in children.items()]
            yield StateList(vehicles, is_store=isinstance(self._places[at].value, dict))

    def lone(self) -> Iterator[StateVehicle]:
        """Each with all that speaks of the same vehicle, up to where a second one comes in."""
        lone = self._lone[:_MOST_LONE]
        trails = {kernel.at: set(self._trail(kernel.at)) for kernel in lone}
        scopes: dict[int, list[Kernel]] = defaultdict(list)
        for kernel in lone:
            scope = kernel.at
            for ancestor in self._trail(kernel.at):
                others = [other for other in lone if ancestor in trails[other.at]]
                if not all(kernel.identity.agrees(other.identity) for other in others):
                    break
                if self._places[ancestor].is_others != self._places[kernel.at].is_others:
                    break
                scope = ancestor
            scopes[scope].append(kernel)
        for scope, found in scopes.items():
            yield self._vehicle(scope, found)

    def _vehicle(self, scope: int, kernels: Sequence[Kernel]) -> StateVehicle:
        return StateVehicle(
            self._places[scope].value,
            kernels[0].identity,
            frozenset(id(self._places[kernel.at].value) for kernel in kernels),
            frozenset(id(self._places[at].value) for kernel in kernels for at in self._trail(kernel.at)),
            self._closed,
            any(self._places[kernel.at].is_others for kernel in kernels),
            self._cache,
        )

    def _is_list(self, at: int, children: set[int]) -> bool:
        if isinstance(self._places[at].value, list):
            return len(children) >= _FEWEST_ITEMS
        numbered = [child for child in children if any(map(str.isdigit, self._places[child].key))]
        return len(numbered) >= _FEWEST_IN_STORE

    def _trail(self, at: int) -> Iterator[int]:
        while at >= 0:
            yield at
            at = self._places[at].parent
