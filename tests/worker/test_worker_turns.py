"""Host leases among workers of one process: whoever waits gets its turn, and nobody is held up by another's host."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from forecourt.db import tables, workers
from forecourt.db.database import Database
from forecourt.db.engine import database_now, reading, writing
from forecourt.db.hosts import HostLease, Manners, ids_of
from forecourt.errors import HostTrouble, LeaseLost
from forecourt.worker.lifeline import Lifeline, bury_dead
from forecourt.worker.turns import HostTurns

Enter = Callable[..., Awaitable[HostTurns]]


def test_a_host_that_somebody_waited_for_is_not_taken_back_at_once(db: Engine, tmp_path: Path) -> None:
    """One has had it for long enough and lets it go; the other finds it free when it looks again."""

    async def story(enter: Enter) -> None:
        one, other = await enter(hold_seconds=0), await enter()
        [host_id] = _hosts(db, "a.example")
        one.hold(_lease(db, one, host_id))
        assert _lease(db, other, host_id) == []
        await one.let_go(working=[host_id])
        assert one.leases() == []
        await one.let_go()

        assert _lease(db, one, host_id) == []
        assert [lease.host for lease in _lease(db, other, host_id)] == ["a.example"]

    _run(db, tmp_path, story)


def test_as_many_hosts_are_let_go_as_others_wait_the_longest_held_first(db: Engine, tmp_path: Path) -> None:
    async def story(enter: Enter) -> None:
        turns = await enter(hold_seconds=0)
        held = _hosts(db, "a.example", "b.example", "c.example")
        for host_id in held:
            turns.hold(_lease(db, turns, host_id))
        [waiting] = _hosts(db, "d.example")
        with writing(db) as connection:
            turns.make_place(connection, [*held, waiting], now=database_now(connection))
        await turns.let_go(working=held)

        assert [lease.host for lease in turns.leases()] == ["b.example", "c.example"]

    _run(db, tmp_path, story)


def test_nobody_is_sent_to_a_host_that_is_paused(db: Engine, tmp_path: Path) -> None:
    """A row that went there would wait until somebody resumes it, and nothing would say why."""

    async def story(enter: Enter) -> None:
        turns = await enter()
        _hosts(db, "a.example")
        with writing(db) as connection:
            connection.execute(update(tables.hosts).values(paused_reason="by hand"))
        with pytest.raises(HostTrouble, match="paused: by hand"):
            async with turns.turn("a.example", at_once=True):
                pass

    _run(db, tmp_path, story)


def test_waiting_for_one_host_holds_up_no_other(db: Engine, tmp_path: Path) -> None:
    async def story(enter: Enter) -> None:
        one, other = await enter(), await enter()
        async with one.turn("a.example"):
            waiting = asyncio.create_task(_take_a_turn(other, "a.example"))
            async with asyncio.timeout(2):
                await _take_a_turn(other, "b.example")
            assert not waiting.done()
        await one.let_go()
        await waiting

    _run(db, tmp_path, story)


def test_a_patience_that_is_longer_than_ours_is_not_waited_for(db: Engine, tmp_path: Path) -> None:
    async def story(enter: Enter) -> None:
        turns = await enter()
        _hosts(db, "a.example")
        _leave_alone(db, timedelta(hours=1))
        async with asyncio.timeout(2):
            with pytest.raises(HostTrouble, match="asked for patience until"):
                await _take_a_turn(turns, "a.example")

    _run(db, tmp_path, story)


def test_who_was_buried_takes_no_host(db: Engine, tmp_path: Path) -> None:
    """It does not know yet: its own clock has not told it."""

    async def story(enter: Enter) -> None:
        turns = await enter()
        with writing(db) as connection:
            workers.bury(connection, {turns.worker_id}, now=database_now(connection), interval_seconds=0)
        with pytest.raises(LeaseLost):
            await _take_a_turn(turns, "a.example")

    _run(db, tmp_path, story)


def test_a_host_whose_lease_was_granted_without_an_answer_is_ours(db: Engine, tmp_path: Path) -> None:
    """The COMMIT went through and its answer was lost."""

    async def story(enter: Enter) -> None:
        turns = await enter()
        [host_id] = _hosts(db, "a.example")
        _lease(db, turns, host_id)
        async with asyncio.timeout(2):
            await _take_a_turn(turns, "a.example")
            assert _lease(db, turns, host_id) == []  # now it knows

    _run(db, tmp_path, story)


def test_the_living_are_not_buried_and_looking_writes_nothing(db: Engine, tmp_path: Path) -> None:
    async def story(enter: Enter) -> None:
        turns = await enter()
        database = turns.database
        assert await bury_dead(database, tmp_path, interval_seconds=0) == 0
        (tmp_path / f"{turns.worker_id}.lock").unlink()  # as if it had never been there
        (tmp_path / "buried-elsewhere.left").touch()
        assert await bury_dead(database, tmp_path, interval_seconds=0) == 1
        with reading(db) as connection:
            assert connection.scalars(select(tables.workers.c.id)).all() == []

    _run(db, tmp_path, story)
    assert not list(tmp_path.glob("*.left"))


def _run(db: Engine, folder: Path, story: Callable[[Enter], Awaitable[None]]) -> None:
    async def tell() -> None:
        async with AsyncExitStack() as leaving:
            database = Database(db)
            leaving.callback(database.close)

            async def enter(*, hold_seconds: float = 30.0) -> HostTurns:
                return await leaving.enter_async_context(_worker(database, folder, hold_seconds))

            await story(enter)

    asyncio.run(tell())


@asynccontextmanager
async def _worker(database: Database, folder: Path, hold_seconds: float) -> AsyncIterator[HostTurns]:
    async with Lifeline(database, folder, interval_seconds=0) as lifeline:
        yield HostTurns(database, lifeline, Manners(0, 2), concurrency=4, hold_seconds=hold_seconds)


async def _take_a_turn(turns: HostTurns, host: str) -> None:
    async with turns.turn(host):
        pass


def _lease(db: Engine, turns: HostTurns, host_id: int) -> list[HostLease]:
    with writing(db) as connection:
        return turns.lease(connection, [host_id], most=1, now=database_now(connection))


def _hosts(db: Engine, *names: str) -> list[int]:
    with writing(db) as connection:
        return list(ids_of(connection, names).values())


def _leave_alone(db: Engine, time: timedelta) -> None:
    with writing(db) as connection:
        connection.execute(update(tables.hosts).values(next_allowed_at=datetime.now(UTC) + time))
