"""POST /functions/v1/…: a job in a process of its own, and its answer."""

import http.client
import json
import os
import sys
import time
from pathlib import Path

import pytest
from served import Answer, Serve, Served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # no row is read here

TOKEN = "a-token-for-tests"
# Stands for the command line: says what it was asked, or does what its business type tells it to.
COMMAND = """
import json, os, pathlib, signal, sys, time
words = sys.argv[1:]
kind = next((word.partition("=")[2] for word in words if word.startswith("--business-type=")), "")
if kind.startswith("exit "):
    code = int(kind[5:])
    print("a line of progress\\nthe reason in one line", file=sys.stderr)
    if code in (0, 3, 75):
        print(json.dumps({"success": True, "processed": 1}))
    sys.exit(code)
if kind == "babble":
    print("no json")
elif kind.startswith("wait "):
    folder = pathlib.Path(kind[5:])
    def leave(*_):
        (folder / "told").write_text("once" if not (folder / "told").exists() else "twice")
    signal.signal(signal.SIGTERM, leave)
    (folder / "started").write_text(str(os.getpid()))
    while not (folder / "told").exists():
        time.sleep(0.01)
    print(json.dumps({"success": True, "stopped": True}))
else:
    print(json.dumps({"success": True, "words": words}))
"""


@pytest.fixture
def with_jobs(serve: Serve, tmp_path: Path) -> Served:
    script = tmp_path / "command.py"
    script.write_text(COMMAND)
    return serve(api_token=TOKEN, job_command=[sys.executable, "-S", str(script)])


def call(served: Served, name: str, body: object, *, token: str = TOKEN) -> Answer:
    return served.ask(f"/functions/v1/{name}", "POST", body=json.dumps(body), Authorization=f"Bearer {token}")


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        (
            "extract-all-orgs-inventory",
            {"limit": 50, "offset": 5, "min_vehicle_threshold": 1, "business_type": "dealer", "dry_run": True},
            "extract-all-orgs --limit=50 --offset=5 --threshold=1 --business-type=dealer --dry-run --json",
        ),
        ("extract-all-orgs-inventory", {}, "extract-all-orgs --limit=10 --offset=0 --threshold=10 --json"),
        (
            "process-import-queue",
            {"batch_size": 20, "skip_image_upload": True, "fast_mode": True, "priority_only": False},
            "process-import-queue --batch-size=20 --skip-image-upload --json",
        ),
        (
            "trickle-backfill-images",
            {"limit": 500, "batch_size": 20, "organization_id": "7", "max_images_per_vehicle": 0},
            "trickle-backfill-images --limit=500 --batch-size=20 --max-images=0 --organization-id=7 --json",
        ),
        (
            "backfill-images",
            {
                "vehicle_id": 3,
                "image_urls": ["https://a.example/1.jpg", "--dry-run"],
                "run_analysis": False,
                "sleep_ms": 9,
            },
            "backfill-images 3 --image-url=https://a.example/1.jpg --image-url=--dry-run --max-images=0 --json",
        ),
    ],
)
def test_a_request_becomes_the_command_of_the_same_name(with_jobs: Served, name: str, body: object, words: str) -> None:
    answer = call(with_jobs, name, body)

    assert answer.status == 200
    assert answer.json() == {"success": True, "words": words.split()}


def test_no_body_at_all_means_the_defaults(with_jobs: Served) -> None:
    answer = with_jobs.ask("/functions/v1/process-import-queue", "POST", Authorization=f"Bearer {TOKEN}")

    assert answer.json()["words"] == ["process-import-queue", "--batch-size=40", "--json"]


@pytest.mark.parametrize("name", ["extract-all-orgs-inventory", "process-import-queue", "trickle-backfill-images"])
def test_without_the_token_nothing_starts(with_jobs: Served, name: str) -> None:
    answers = [call(with_jobs, name, {}, token=token) for token in ("", "wrong", TOKEN + "x", "ä")]
    answers.append(with_jobs.ask(f"/functions/v1/{name}", "POST", body="{}"))

    assert {answer.status for answer in answers} == {401}
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"


def test_where_no_token_is_set_the_routes_are_closed_and_say_how_to_open_them(served: Served) -> None:
    answer = call(served, "backfill-images", {})

    assert answer.status == 403
    assert answer.json()["success"] is False
    assert "FORECOURT_API_TOKEN" in answer.json()["error"]


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("backfill-images", {"image_urls": ["https://a.example/1.jpg"]}, "vehicle_id"),
        ("backfill-images", {"vehicle_id": 1}, "image_urls"),
        ("backfill-images", {"vehicle_id": 1, "image_urls": []}, "image_urls"),
        ("backfill-images", {"vehicle_id": 1, "image_urls": ["a\0b"]}, "image_urls"),
        ("trickle-backfill-images", {"limit": 0}, "limit"),
        ("trickle-backfill-images", {"limit": "many"}, "limit"),
        ("process-import-queue", [], "object"),
    ],
)
def test_a_wrong_request_is_400_and_names_the_field(with_jobs: Served, name: str, body: object, field: str) -> None:
    answer = call(with_jobs, name, body)

    assert answer.status == 400
    assert answer.json()["success"] is False
    assert field in answer.json()["error"]


@pytest.mark.parametrize(("code", "status"), [(0, 200), (3, 200), (75, 200), (2, 400), (1, 500), (9, 500)])
def test_the_exit_code_decides_what_is_answered(with_jobs: Served, code: int, status: int) -> None:
    answer = call(with_jobs, "extract-all-orgs-inventory", {"business_type": f"exit {code}"})

    assert answer.status == status
    good = {"success": True, "processed": 1}
    assert answer.json() == (good if status == 200 else {"success": False, "error": "the reason in one line"})


def test_an_answer_that_is_none_is_500(with_jobs: Served) -> None:
    answer = call(with_jobs, "extract-all-orgs-inventory", {"business_type": "babble"})

    assert (answer.status, answer.json()["success"]) == (500, False)


def test_a_body_beyond_all_measure_is_not_read(with_jobs: Served) -> None:
    body = json.dumps({"padding": "x" * 2_000_000})

    answer = with_jobs.ask("/functions/v1/backfill-images", "POST", body=body, Authorization=f"Bearer {TOKEN}")

    assert answer.status == 413


def test_when_the_caller_hangs_up_the_job_is_told_once(with_jobs: Served, tmp_path: Path) -> None:
    connection = start_waiting(with_jobs, tmp_path)

    connection.close()

    assert told(tmp_path) == "once"


def test_when_the_server_stops_the_job_finishes_and_its_answer_arrives(with_jobs: Served, tmp_path: Path) -> None:
    connection = start_waiting(with_jobs, tmp_path)

    with_jobs.stop()

    assert json.loads(connection.getresponse().read()) == {"success": True, "stopped": True}
    connection.close()
    assert told(tmp_path) == "once"


def start_waiting(served: Served, folder: Path) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    body = json.dumps({"business_type": f"wait {folder}"})
    headers = {"Authorization": f"Bearer {TOKEN}"}
    connection.request("POST", "/functions/v1/extract-all-orgs-inventory", body, headers)
    pid = int(wait_for(folder / "started"))
    assert os.getpgid(pid) != os.getpgid(0)  # Ctrl-C on our terminal is not for it
    return connection


def told(folder: Path) -> str:
    return wait_for(folder / "told")


def wait_for(path: Path) -> str:
    deadline = time.monotonic() + 10
    while not path.exists() or not path.read_text():
        assert time.monotonic() < deadline, path
        time.sleep(0.01)
    return path.read_text()
