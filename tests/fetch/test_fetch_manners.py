"""Time is virtual here: the loop's clock jumps to the next timer, so nothing waits and every figure is exact."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any

import pytest

from forecourt.fetch.manners import Pace


class _JumpingSelector(selectors.DefaultSelector):
    """Never sleeps; remembers for how long it was to."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0
        return super().select(0)


class _JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def in_virtual_time(story: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=_JumpingLoop) as runner:
        runner.run(story)


async def visit(
    pace: Pace, name: str, seconds: float, log: list[tuple[str, float]], *, connects_for: float = 0
) -> None:
    async with pace.turn() as is_on_its_way:
        await asyncio.sleep(connects_for)
        is_on_its_way()
        log.append((name, asyncio.get_running_loop().time()))
        await asyncio.sleep(seconds)


def test_starts_are_an_interval_apart_in_the_order_of_asking() -> None:
    async def story() -> None:
        pace, log = Pace(2, 10), list[tuple[str, float]]()
        await asyncio.gather(*(visit(pace, name, 0.1, log) for name in "abcd"))
        assert log == [("a", 0), ("b", 2), ("c", 4), ("d", 6)]

    in_virtual_time(story())


def test_the_interval_counts_from_what_the_host_sees() -> None:
    """A connection that takes long would else bring its request to the host side by side with the next one."""

    async def story() -> None:
        pace, log = Pace(2, 10), list[tuple[str, float]]()
        await asyncio.gather(visit(pace, "slow", 1, log, connects_for=1.5), visit(pace, "next", 1, log))
        assert log == [("slow", 1.5), ("next", 3.5)]

    in_virtual_time(story())


def test_a_connection_that_fails_holds_up_nobody_else() -> None:
    async def story() -> None:
        pace, log = Pace(2, 10), list[tuple[str, float]]()
        broken = asyncio.create_task(visit(pace, "broken", 1, log, connects_for=10))
        other = asyncio.create_task(visit(pace, "next", 1, log))
        await asyncio.sleep(5)
        broken.cancel()
        await other
        assert log == [("next", 5)]

    in_virtual_time(story())


def test_without_an_interval_connections_are_made_side_by_side() -> None:
    async def story() -> None:
        pace, log = Pace(0, 2), list[tuple[str, float]]()
        await asyncio.gather(*(visit(pace, name, 1, log, connects_for=3) for name in "ab"))
        assert log == [("a", 3), ("b", 3)]

    in_virtual_time(story())


def test_no_more_than_so_many_at_once() -> None:
    async def story() -> None:
        pace, log = Pace(0, 2), list[tuple[str, float]]()
        await asyncio.gather(*(visit(pace, name, 10, log) for name in "abcde"))
        assert log == [("a", 0), ("b", 0), ("c", 10), ("d", 10), ("e", 20)]

    in_virtual_time(story())


def test_the_interval_counts_between_starts_not_from_an_end() -> None:
    async def story() -> None:
        pace, log = Pace(3, 1), list[tuple[str, float]]()
        await asyncio.gather(visit(pace, "a", 10, log), visit(pace, "b", 1, log), visit(pace, "c", 1, log))
        assert log == [("a", 0), ("b", 10), ("c", 13)]

    in_virtual_time(story())


@pytest.mark.parametrize("leaves_at", [0.5, 3, 6])
def test_whoever_is_cancelled_takes_no_turn_along(leaves_at: float) -> None:
    """While queueing for a slot, while waiting out the interval, and in the middle of the request."""

    async def story() -> None:
        pace, log = Pace(4, 1), list[tuple[str, float]]()
        first = asyncio.create_task(visit(pace, "first", 2, log))
        leaver = asyncio.create_task(visit(pace, "leaver", 9, log))
        heir = asyncio.create_task(visit(pace, "heir", 1, log))
        await asyncio.sleep(leaves_at)
        leaver.cancel()
        await asyncio.gather(first, heir)
        assert log[-1] == ("heir", 8 if leaves_at > 4 else 4)
        await visit(pace, "later", 0, log)

    in_virtual_time(story())


def test_a_request_that_fails_gives_its_slot_back() -> None:
    async def story() -> None:
        pace, log = Pace(0, 1), list[tuple[str, float]]()
        with pytest.raises(ValueError, match="broken"):
            async with pace.turn():
                raise ValueError("broken")
        await visit(pace, "next", 0, log)
        assert log == [("next", 0)]

    in_virtual_time(story())


@pytest.mark.parametrize(("new_interval", "start"), [(30, 30), (2, 2), (0, 1)])
def test_a_new_interval_counts_for_who_waits_already(new_interval: float, start: float) -> None:
    async def story() -> None:
        pace, log = Pace(10, 2), list[tuple[str, float]]()
        visits = [asyncio.create_task(visit(pace, name, 0, log)) for name in "ab"]
        await asyncio.sleep(1)
        pace.set_interval(new_interval)
        await asyncio.gather(*visits)
        assert log == [("a", 0), ("b", start)]
        assert pace.interval_seconds == new_interval

    in_virtual_time(story())


def test_fewer_at_once_counts_for_who_comes_and_not_for_who_is_there() -> None:
    async def story() -> None:
        pace, log = Pace(0, 2), list[tuple[str, float]]()
        visits = [asyncio.create_task(visit(pace, name, 10, log)) for name in "abcd"]
        await asyncio.sleep(1)
        pace.set_concurrency(1)
        await asyncio.gather(*visits)
        assert log == [("a", 0), ("b", 0), ("c", 10), ("d", 20)]

    in_virtual_time(story())


def test_more_at_once_counts_for_who_waits_already() -> None:
    async def story() -> None:
        pace, log = Pace(0, 1), list[tuple[str, float]]()
        visits = [asyncio.create_task(visit(pace, name, 10, log)) for name in "abc"]
        await asyncio.sleep(1)
        pace.set_concurrency(3)
        await asyncio.gather(*visits)
        assert log == [("a", 0), ("b", 1), ("c", 1)]

    in_virtual_time(story())


def test_whoever_comes_as_one_leaves_and_another_gives_up_is_let_in() -> None:
    """All three in one round of the loop: the slot that is free then is nobody's but the newcomer's."""

    async def story() -> None:
        pace, log = Pace(0, 1), list[tuple[str, float]]()
        leaves = asyncio.Event()

        async def hold() -> None:
            async with pace.turn():
                await leaves.wait()

        holder = asyncio.create_task(hold())
        await asyncio.sleep(1)
        quitter = asyncio.create_task(visit(pace, "quitter", 1, log))
        await asyncio.sleep(1)
        leaves.set()
        newcomer = asyncio.create_task(visit(pace, "newcomer", 1, log))
        quitter.cancel()
        await asyncio.wait([holder, quitter, newcomer], timeout=60)
        assert log == [("newcomer", 2)]

    in_virtual_time(story())
