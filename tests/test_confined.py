"""A byte from a stranger costs at most one job (P7, I14)."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO, TypeVar

import pytest

from forecourt.children import process as child_process
from forecourt.children.serving import MOST_JOBS
from forecourt.confined import pool as pool_module
from forecourt.confined.grouped import Grouped
from forecourt.confined.pool import ConfinedPool
from forecourt.confined.turn import ConfinedDied
from forecourt.errors import Paused, WrongUse

T = TypeVar("T")


def in_pool(
    story: Callable[[ConfinedPool], Awaitable[T]],
    *,
    processes: int = 1,
    wall_seconds: float = 30,
    cpu_seconds: int = 20,
) -> T:
    async def tell() -> T:
        async with ConfinedPool(
            "confined_tasks:serve",
            processes=processes,
            memory_bytes=200 * 1024 * 1024,
            cpu_seconds=cpu_seconds,
            wall_seconds=wall_seconds,
            parts_task="confined_tasks:serve_in_parts",
        ) as pool:
            return await story(pool)

    return asyncio.run(tell())


async def echo(pool: ConfinedPool, say: str = "") -> Any:
    return await pool.run({"do": "echo", "say": say})


def test_the_child_gets_arguments_and_the_file_and_answers(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(bytes(range(256)) * 5_000)

    async def story(pool: ConfinedPool) -> tuple[Any, Any]:
        from_file = await pool.run({"do": "echo", "say": "ä\0\ud800"}, file=file)
        return from_file, await pool.run({"do": "echo"}, data=b"\0\xff" * 3_000_000)

    from_file, from_data = in_pool(story)

    assert from_file["said"] == "ä\0\ud800"
    assert from_file["data"].encode("latin-1") == file.read_bytes()
    assert from_data["data"].encode("latin-1") == b"\0\xff" * 3_000_000


def test_an_answer_of_megabytes_arrives_whole() -> None:
    assert in_pool(lambda pool: pool.run({"do": "large"})) == "\ud800\0ä" * 1_000_000


@pytest.mark.parametrize(
    ("bad", "last_words"),
    [
        ("exit", "code 3"),
        ("raise", "ValueError: a bug of ours"),
        ("crash", "SIGSEGV"),
        ("eat_memory", "MemoryError"),
        ("rubbish", "not JSON"),
        ("boast", "SIGKILL"),
    ],
)
def test_a_child_that_dies_or_answers_rubbish_costs_its_own_job_only(bad: str, last_words: str) -> None:
    async def story(pool: ConfinedPool) -> Any:
        with pytest.raises(ConfinedDied, match=last_words):
            await pool.run({"do": bad})
        return await echo(pool, "the next one")

    assert in_pool(story)["said"] == "the next one"


def test_a_job_has_its_own_processor_time() -> None:
    """Five jobs of 0.5 s fit under a limit of 1 s each; one that never ends is stopped by the kernel."""

    async def story(pool: ConfinedPool) -> None:
        for _ in range(5):
            await pool.run({"do": "work"})
        with pytest.raises(ConfinedDied, match="SIGXCPU"):
            await pool.run({"do": "spin"})

    in_pool(story, cpu_seconds=1)


def test_a_child_that_hangs_is_killed_and_replaced() -> None:
    async def story(pool: ConfinedPool) -> Any:
        first = await echo(pool)
        with pytest.raises(ConfinedDied, match="no answer within"):
            await pool.run({"do": "hang"})
        return first["pid"], await echo(pool)

    hung, answer = in_pool(story, wall_seconds=1)

    assert answer["pid"] != hung
    assert not is_alive(hung)


def test_the_answer_to_a_cancelled_job_reaches_nobody() -> None:
    async def story(pool: ConfinedPool) -> list[Any]:
        await echo(pool)
        answers = []
        for number in range(20):
            late = asyncio.ensure_future(echo(pool, "late"))
            for _ in range(number % 7):
                await asyncio.sleep(0)
            late.cancel()
            answers.append((await echo(pool, f"mine {number}"))["said"])
        return answers

    assert in_pool(story, processes=2) == [f"mine {number}" for number in range(20)]


def test_a_child_that_died_while_it_was_idle_costs_no_job() -> None:
    async def story(pool: ConfinedPool) -> Any:
        first = await echo(pool)
        os.kill(first["pid"], signal.SIGKILL)
        await asyncio.to_thread(wait_until_dead, first["pid"])
        return await echo(pool, "still here")

    assert in_pool(story)["said"] == "still here"


def test_no_more_jobs_run_at_once_than_there_are_processes() -> None:
    async def story(pool: ConfinedPool) -> set[int]:
        return {answer["pid"] for answer in await asyncio.gather(*[echo(pool) for _ in range(50)])}

    assert len(in_pool(story, processes=3)) <= 3


def test_a_child_is_replaced_after_many_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "_MOST_JOBS", 3)

    async def story(pool: ConfinedPool) -> list[int]:
        return [(await echo(pool))["pid"] for _ in range(7)]

    pids = in_pool(story)

    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]


def test_a_child_can_do_little_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "that no decoder needs")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        question = {"do": "confess", "folder": str(tmp_path), "port": listener.getsockname()[1]}
        confession: Any = in_pool(lambda pool: pool.run(question))

    network_was_left = confession.pop("network") != str(Path("/proc/self/ns/net").readlink())
    assert confession.pop("descriptors") <= MOST_JOBS + 8
    assert all(each.startswith("MALLOC_") for each in confession.pop("environment").split("\0") if each)
    assert confession == {
        "written": False,
        "reached": not network_was_left,
        "core": 0,
        "no_new_privileges": 1,
        "session": True,
    }


def test_a_closed_pool_leaves_no_process_behind() -> None:
    async def story(pool: ConfinedPool) -> tuple[list[int], asyncio.Future[Any]]:
        pids = [answer["pid"] for answer in await asyncio.gather(*[echo(pool) for _ in range(3)])]
        return pids, asyncio.ensure_future(pool.run({"do": "spin"}))

    async def tell() -> list[int]:
        async with ConfinedPool(
            "confined_tasks:serve", processes=3, memory_bytes=2**28, cpu_seconds=20, wall_seconds=30
        ) as pool:
            pids, endless = await story(pool)
            await asyncio.sleep(0.05)
        with pytest.raises(ConfinedDied):
            await endless
        with pytest.raises(RuntimeError, match="closed"):
            await pool.run({"do": "echo"})
        return pids

    pids = asyncio.run(tell())

    assert not any(is_alive(pid) for pid in pids)


@pytest.mark.parametrize("last_job", ["echo", "spin"], ids=["idle", "busy"])
def test_children_die_with_a_parent_that_is_killed(last_job: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, last_job],
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
    )
    assert parent.stdout
    child = int(parent.stdout.readline())
    assert is_alive(child)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    wait_until_dead(child)


def test_a_task_that_cannot_be_imported_is_said_in_one_line() -> None:
    async def story() -> None:
        async with ConfinedPool(
            "no_such_module:task", processes=1, memory_bytes=2**28, cpu_seconds=1, wall_seconds=1
        ) as pool:
            await pool.run({})

    with pytest.raises(WrongUse, match="does not start: ModuleNotFoundError: No module named 'no_such_module'"):
        asyncio.run(story())


def test_children_that_start_no_more_are_a_passing_reason_and_the_pool_goes_on_when_they_do() -> None:
    """A machine without memory, say: the job's run pauses, it neither waits for ever nor blames the installation."""

    async def story(pool: ConfinedPool, patch: pytest.MonkeyPatch) -> Any:
        first = await echo(pool)
        patch.setattr(child_process, "_BOOT", "raise SystemExit('no memory')")
        os.kill(first["pid"], signal.SIGKILL)
        await asyncio.to_thread(wait_until_dead, first["pid"])
        with pytest.raises(Paused, match="does not start: no memory"):
            await echo(pool)
        patch.undo()
        return await echo(pool, "here again")

    with pytest.MonkeyPatch.context() as patch:
        assert in_pool(lambda pool: story(pool, patch))["said"] == "here again"


async def parts_of(pool: ConfinedPool, do: str, file: BinaryIO | None = None, **more: Any) -> AsyncGenerator[Any]:
    with TemporaryFile() as nothing:
        parts = pool.run_in_parts({"do": do, **more}, descriptor=(file or nothing).fileno())
        async with aclosing(parts):
            async for part in parts:
                yield part


async def before_it_died(parts: AsyncGenerator[Any]) -> tuple[list[Any], str]:
    """The parts that came, and the child's last words."""
    good = []
    try:
        async for part in parts:
            good.append(part)  # noqa: PERF401 (what came before the end counts)
    except ConfinedDied as died:
        return good, str(died)
    return good, "it lives"


def test_a_long_answer_comes_in_parts_of_a_file_that_is_read_from_its_beginning(tmp_path: Path) -> None:
    with (tmp_path / "feed").open("w+b") as file:
        file.write(b"abcdefgh" * 100_000)
        file.flush()

        async def story(pool: ConfinedPool) -> tuple[list[Any], Any]:
            parts = [part async for part in parts_of(pool, "read", file, size=300_000)]
            return parts, await echo(pool, "the next one")

        parts, answer = in_pool(story)

    assert "".join(part["piece"] for part in parts) == "abcdefgh" * 100_000
    assert len(parts) == 3
    assert (answer["said"], answer["pid"]) == ("the next one", parts[0]["pid"])


def test_a_child_does_not_run_ahead_of_whoever_reads_its_parts(tmp_path: Path) -> None:
    """Its file is read as far as the parts that have been asked for need it, and what fits between two processes."""
    with (tmp_path / "feed").open("w+b") as file:
        file.truncate(100_000_000)

        async def story(pool: ConfinedPool) -> int:
            async with aclosing(parts_of(pool, "read", file, size=100_000)) as parts:
                await anext(parts)
                await asyncio.to_thread(wait_until_still, file)
                return os.lseek(file.fileno(), 0, os.SEEK_CUR)  # the child reads through the same open file

        assert in_pool(story) < 2_000_000


def test_each_part_has_its_own_processor_time() -> None:
    async def story(pool: ConfinedPool) -> tuple[list[Any], str]:
        assert [part async for part in parts_of(pool, "work")] == [None] * 5
        return await before_it_died(parts_of(pool, "spin"))

    good, last_words = in_pool(story, cpu_seconds=1)

    assert good == ["good"]
    assert "SIGXCPU" in last_words


def test_a_child_that_dies_between_parts_costs_the_rest_of_them() -> None:
    async def story(pool: ConfinedPool) -> tuple[list[Any], str, Any]:
        return *await before_it_died(parts_of(pool, "die")), await echo(pool, "the next one")

    good, last_words, answer = in_pool(story)

    assert good == ["good"]
    assert "code 3" in last_words
    assert answer["said"] == "the next one"


def test_parts_that_nobody_reads_out_reach_nobody_else() -> None:
    async def story(pool: ConfinedPool) -> Any:
        async with aclosing(parts_of(pool, "count", most=1_000)) as parts:
            await anext(parts)
        return await echo(pool, "mine")

    assert in_pool(story)["said"] == "mine"


def test_long_answers_leave_a_child_for_short_ones() -> None:
    async def story(pool: ConfinedPool) -> Any:
        async with aclosing(parts_of(pool, "count", most=100)) as first:
            await anext(first)
            second = asyncio.ensure_future(anext(parts_of(pool, "count", most=1)))
            answer = await echo(pool, "between them")
            assert not second.done()
        await second
        return answer

    assert in_pool(story, processes=2)["said"] == "between them"


_PARENT = """
import asyncio, sys
from forecourt.confined.pool import ConfinedPool

async def main():
    async with ConfinedPool(
        "confined_tasks:serve", processes=1, memory_bytes=2**28, cpu_seconds=60, wall_seconds=60
    ) as pool:
        print((await pool.run({"do": "echo"}))["pid"], flush=True)
        await pool.run({"do": sys.argv[1]})
        await asyncio.sleep(60)

asyncio.run(main())
"""


def wait_until_dead(pid: int) -> None:
    wait_until(lambda: not is_alive(pid))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def wait_until_still(file: BinaryIO) -> None:
    """Until nobody has moved on in it between two looks."""
    seen = [-1]

    def is_still() -> bool:
        seen.append(os.lseek(file.fileno(), 0, os.SEEK_CUR))
        return len(seen) > 50 and seen[-1] == seen[-50]

    wait_until(is_still)


def is_alive(pid: int) -> bool:
    """A zombie counts as dead here: who reaps an orphan is not ours to say."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_of_jobs_that_go_together_each_has_its_own_answer_and_a_deadly_one_costs_itself_only(tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(40)]
    for file in files:
        file.write_text(file.name)
    deadly = {3, 17, 18, 39}

    async def ask(grouped: Grouped, number: int) -> Any:
        try:
            return await grouped.run({"do": "crash" if number in deadly else "echo"}, files[number])
        except ConfinedDied as died:
            return died

    async def story(pool: ConfinedPool) -> list[Any]:
        grouped = Grouped(pool)
        return await asyncio.gather(*[ask(grouped, number) for number in range(40)])

    answers = in_pool(story, processes=2)

    assert {number for number, answer in enumerate(answers) if isinstance(answer, ConfinedDied)} == deadly
    assert all(answer["data"] == str(number) for number, answer in enumerate(answers) if number not in deadly)


def test_a_job_that_is_cancelled_while_it_waits_with_others_costs_them_nothing(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(b"a photo")

    async def story(pool: ConfinedPool) -> list[Any]:
        grouped = Grouped(pool)
        jobs = [asyncio.ensure_future(grouped.run({"do": "echo", "say": str(number)}, file)) for number in range(20)]
        for job in jobs[:9:3]:  # before any has been handed over
            asyncio.get_running_loop().call_soon(job.cancel)
        await jobs[1]
        for job in jobs[9::3]:  # while others are under way
            job.cancel()
        return await asyncio.gather(*jobs, return_exceptions=True)

    answers = in_pool(story)

    assert [answer["said"] for number, answer in enumerate(answers) if number % 3] == [
        str(number) for number in range(20) if number % 3
    ]


def test_jobs_that_wait_go_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hand-over for each would cost a tenth of what the decode of a photo costs."""
    file = tmp_path / "photo"
    file.write_bytes(b"a photo")
    handed_over = _handed_over(monkeypatch)

    async def story(pool: ConfinedPool) -> list[Any]:
        grouped = Grouped(pool)
        return await asyncio.gather(*[grouped.run({"do": "echo"}, file) for _ in range(65)])

    assert len(in_pool(story)) == 65
    assert [handed_over.get_nowait() for _ in range(handed_over.qsize())] == [*[MOST_JOBS] * 4, 1]


def test_a_busy_child_has_its_next_jobs_before_it_has_answered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A parent that is busy itself would let it wait between one answer and the next question."""
    file = tmp_path / "photo"
    file.write_bytes(b"a photo")
    handed_over = _handed_over(monkeypatch)

    async def story(pool: ConfinedPool) -> tuple[bool, list[Any]]:
        grouped = Grouped(pool)
        first = asyncio.ensure_future(grouped.run({"do": "work"}, file))
        await handed_over.get()
        others = [asyncio.ensure_future(grouped.run({"do": "echo"}, file)) for _ in range(10)]
        asked = await handed_over.get()
        return (first.done(), asked) == (False, 4), await asyncio.gather(first, *others)

    is_ahead, answers = in_pool(story)

    assert is_ahead  # as soon as they are worth a group; the others wait
    assert len(answers) == 11


def test_whoever_asks_alone_has_a_turn_while_groups_keep_coming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "photo"
    file.write_bytes(b"a photo")
    handed_over = _handed_over(monkeypatch)

    async def story(pool: ConfinedPool) -> int:
        grouped = Grouped(pool)

        async def keep_coming() -> None:
            while True:
                await grouped.run({"do": "echo"}, file)

        streams = [asyncio.ensure_future(keep_coming()) for _ in range(64)]
        for _ in range(10):
            await handed_over.get()
        [child] = pool._children
        before = child.jobs
        await echo(pool)
        asked = child.jobs - before
        for stream in streams:
            stream.cancel()
        return asked

    assert in_pool(story) == 1  # and no group more before it


def _handed_over(monkeypatch: pytest.MonkeyPatch) -> asyncio.Queue[int]:
    """How many jobs each group has, as it is handed over."""
    asked: asyncio.Queue[int] = asyncio.Queue()
    ask = child_process.ChildProcess.ask_at_once

    def counted(child: child_process.ChildProcess, jobs: Sequence[Any], descriptors: Sequence[int]) -> None:
        asked.put_nowait(len(jobs))
        ask(child, jobs, descriptors)

    monkeypatch.setattr(child_process.ChildProcess, "ask_at_once", counted)
    return asked
