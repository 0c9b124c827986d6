"""A few hundred odd URLs and answers, and as many spoilt photos, the same each time.

`make fuzz-fetch` and `make fuzz-photos` go on for longer. They run in processes of their own: the one refuses to
connect beyond this machine, whatever a spoilt address says, and could not be told otherwise again.
"""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from odd_answers import odd_answer
from odd_photos import good_photos, odd_photo
from odd_urls import odd_url, url_faults

from forecourt.errors import PermanentError
from forecourt.fetch.address import judge_url

TOOLS = Path(__file__).parent.parent.parent / "tools"
SEED = 20_261


@pytest.mark.parametrize("tool", ["fuzz_fetch.py", "fuzz_photos.py --no-real"])
def test_what_is_spoilt_costs_itself_and_nothing_else(tool: str) -> None:
    script, *more = tool.split()
    command = [sys.executable, str(TOOLS / script), *more, "--cases", "200", "--seed", str(SEED)]

    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=False
    )

    assert (done.stdout.splitlines()[-1], done.returncode) == ("0 findings", 0), done.stdout + done.stderr


def test_no_odd_url_breaks_a_promise_of_the_policy() -> None:
    found = [fault for number in range(4_000) for fault in url_faults(odd_url(Random(f"{SEED} {number}")))]

    assert found == []


def test_some_odd_urls_pass_and_most_do_not() -> None:
    """Else nothing would be proven."""
    passed = sum(_passes(odd_url(Random(f"{SEED} {number}"))) for number in range(4_000))

    assert 100 < passed < 1_000


def test_a_case_is_known_by_its_seed_and_its_number() -> None:
    good = good_photos(real=False)

    assert odd_answer(Random("1 7")) == odd_answer(Random("1 7")) != odd_answer(Random("2 7"))
    assert odd_photo(Random("1 7"), good) == odd_photo(Random("1 7"), good) != odd_photo(Random("2 7"), good)


def _passes(url: str) -> bool:
    try:
        judge_url(url)
    except PermanentError:
        return False
    return True
