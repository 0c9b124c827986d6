"""To which step of a photo's life `make profile` counts what it saw."""

import pytest
from bench.by_process import of_one_photo
from bench.steps import START, Place, place_of, places

WORKER = ['process 1:"python .venv/bin/forecourt trickle-backfill-images"', "<module> (forecourt:10)"]
DECODER = [WORKER[0], 'process 2:"python -c from forecourt.confined.child import main"', "<module> (<string>:1)"]


@pytest.mark.parametrize(
    ("stack", "place"),
    [
        ([*WORKER, "Run._settle (forecourt/worker/run.py:1)", "execute (sqlalchemy/engine/base.py:1)"], "settle"),
        ([*WORKER, "Run._take (forecourt/worker/run.py:1)", "execute (sqlalchemy/engine/base.py:1)"], "claim"),
        ([*WORKER, "execute (sqlalchemy/engine/base.py:1)"], "database, not told apart"),
        ([*WORKER, "Body.feed (forecourt/fetch/body.py:1)", "NewFile.write (forecourt/fetch/files.py:1)"], "hash"),
        ([*WORKER, "NewFile.write (forecourt/fetch/files.py:1)", "_append (forecourt/fetch/files.py:2)"], "write"),
        ([*WORKER, "run_job (forecourt/cli/running.py:1)", "<module> (sqlalchemy/__init__.py:1)"], START),
        ([*WORKER, "nobody knows (elsewhere.py:1)"], "other"),
    ],
)
def test_the_innermost_frame_that_says_what_is_done_counts(stack: list[str], place: str) -> None:
    assert place_of(stack) == Place("worker", place)


def test_a_child_is_known_by_its_command_line() -> None:
    assert place_of([*DECODER, "_check (forecourt/photo/decode.py:1)"]) == Place("decoder", "decode")


def test_who_waits_for_work_does_nothing() -> None:
    assert place_of([*DECODER, "_next_question (forecourt/children/serving.py:1)", "recv_fds (socket.py:1)"]) is None


def test_samples_are_added_up_over_all_stacks_of_a_step() -> None:
    lines = [";".join([*WORKER, f"_take (forecourt/worker/run.py:{number})"]) + f" {number}\n" for number in (3, 4)]

    assert places(lines) == {Place("worker", "claim"): 7}


def test_start_up_is_taken_off_each_kind_of_process() -> None:
    taken = of_one_photo({"worker": 1.0, "decoder": 0.5}, {"worker": 2.0, "decoder": 0.4, "keeper": 0.1}, 101)

    assert taken == {"worker": 10.0, "decoder": 0.0, "keeper": 1.0}
