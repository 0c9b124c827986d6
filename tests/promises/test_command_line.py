"""The command line as a script sees it: exit codes, one line for what is wrong, one object for --json."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App
from running_program import Program, ended, shown
from servers.dealer_site import dealer_site

from forecourt.cli import app

WRONG = {
    "an unknown command": ["trickle-forward"],
    "an unknown option": ["trickle-backfill-images", "--fast"],
    "a word for a number": ["trickle-backfill-images", "--limit", "many"],
    "too small a number": ["trickle-backfill-images", "--limit", "0"],
    "a negative number": ["extract-all-orgs", "--offset", "-1"],
    "a number that no database holds": ["trickle-backfill-images", "--organization-id", f"{2**63}"],
    "a vehicle that no database holds": ["backfill-images", f"{2**63}"],
    "more than there can be": ["import-queue", "list", "--limit", f"{2**63}"],
    "a value for a flag": ["trickle-backfill-images", "--dry-run=perhaps"],
    "nothing where a word is needed": ["organizations", "add", "Dealer"],
    "to look only, for ever": ["trickle-backfill-images", "--follow", "--dry-run"],
    "an unknown organization": ["process-import-queue", "--organization-id", "17"],
    "an unknown vehicle": ["backfill-images", "17"],
    "a file that is not there": ["organizations", "import", "nowhere.csv"],
    "no URL": ["import-queue", "add"],
    "an address that is never asked": ["import-queue", "add", "ftp://dealer.example/1"],
    "an unknown status": ["import-queue", "list", "--status", "tired"],
    "an unknown kind of failure": ["images", "retry", "--failure-kind", "tired"],
    "an unknown host": ["images", "list", "--host", "nowhere.example"],
    "photos that are ours already": ["images", "retry", "--status", "stored"],
    "a page that is not there": ["preview", "nowhere.html"],
    "an address of a page that is none": ["preview", __file__, "--base-url", "http://["],
    "no processes": ["worker", "--processes", "0"],
}
WRONG_SETTINGS = {
    "an unknown name": {"concurency": 3},
    "a wrong type": {"concurrency": "many"},
    "another kind of database": {"database_url": "mysql://127.0.0.1/x"},
    "no URL": {"database_url": "forecourt.db"},
    "a database that does not answer": {"database_url": "postgresql://nobody@127.0.0.1:9/x"},
    "a database that is a folder": {"database_url": "sqlite:////"},
    "a home that is a file": {"home": __file__, "database_url": ""},
    "a store of another kind": {"store_url": "ftp://127.0.0.1/images"},
    "a store that is a file": {"store_url": f"file://{__file__}"},
}
JSON = {
    "settings": ["settings"],
    "status": ["status"],
    "organizations add": ["organizations", "add", "Dealer", "dealer.example"],
    "organizations list": ["organizations", "list"],
    "import-queue list": ["import-queue", "list"],
    "import-queue retry": ["import-queue", "retry"],
    "images list": ["images", "list"],
    "images retry": ["images", "retry", "--dry-run"],
    "db upgrade": ["db", "upgrade"],
    "extract-all-orgs": ["extract-all-orgs"],
    "process-import-queue": ["process-import-queue"],
    "trickle-backfill-images": ["trickle-backfill-images"],
}


def _commands(parent: App, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name in parent:
        if not name.startswith("-"):
            if parent[name].default_command:
                yield (*path, name)
            yield from _commands(parent[name], (*path, name))


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_wrong_use_is_one_line_and_exit_code_2(fresh_program: Program, arguments: list[str]) -> None:
    wrong = fresh_program.run(*arguments)

    assert (wrong.code, wrong.out, wrong.err.count("\n")) == (2, "", 1), wrong.err
    assert wrong.err.startswith("forecourt: ")


@pytest.mark.parametrize("settings", WRONG_SETTINGS.values(), ids=WRONG_SETTINGS)
def test_a_wrong_setting_is_one_line_that_names_it(fresh_program: Program, settings: dict[str, object]) -> None:
    """Where the run needs it: a store is opened when there is a photo to fetch."""
    if "store_url" in settings:
        fresh_program.run("db", "upgrade")
        with dealer_site(vehicles=1, photos=1) as site:
            shown(fresh_program.engine, site)
    wrong = fresh_program.run("trickle-backfill-images", **settings)

    assert (wrong.code, wrong.out, wrong.err.count("\n")) == (2, "", 1), wrong.err
    assert "FORECOURT_" in wrong.err


@pytest.mark.parametrize("command", list(_commands(app)), ids=" ".join)
def test_every_command_explains_itself_with_an_example(fresh_program: Program, command: tuple[str, ...]) -> None:
    told = fresh_program.run(*command, "--help")

    assert (told.code, told.err) == (0, "")
    assert f"Example: forecourt {' '.join(command)}" in told.out


@pytest.mark.parametrize("arguments", JSON.values(), ids=JSON)
def test_json_is_one_object_on_stdout(fresh_program: Program, arguments: list[str]) -> None:
    """Also where there is nothing to do; progress and log go to stderr, which is empty here."""
    done = fresh_program.run(*arguments, "--json")

    assert (done.code, done.err, done.out.count("\n")) == (0, "", 1)
    assert isinstance(done.json(), dict)


def test_json_of_commands_that_need_something_to_work_on(fresh_program: Program, tmp_path: Path) -> None:
    (tmp_path / "dealers.csv").write_text("name,website\nDealer,dealer.example\n")
    imported = fresh_program.run("organizations", "import", str(tmp_path / "dealers.csv"), "--json")
    with dealer_site(vehicles=2, photos=2) as site:
        (tmp_path / "page.html").write_bytes(site._car(0))
        previewed = fresh_program.run("preview", site.listing_urls[0], "--json")
        read = fresh_program.run("preview", str(tmp_path / "page.html"), "--base-url", site.listing_urls[0], "--json")
        queued = fresh_program.run("import-queue", "add", *site.listing_urls, "--json")
        processed = fresh_program.run("process-import-queue", "--skip-image-upload", "--json")
        filled = fresh_program.run("backfill-images", "1", "--json")

    ends = (imported, previewed, read, queued, processed, filled)
    assert [(end.code, end.out.count("\n")) for end in ends] == [(0, 1)] * 6
    assert [end.json()["kind"] for end in (previewed, read)] == ["vehicle", "vehicle"]
    assert previewed.json()["photos"] == site.photo_urls_of(0)
    assert (imported.json()["added"], queued.json()["added"], processed.json()["succeeded"]) == (1, 2, 2)
    assert filled.json()["uploaded"] == 2


def test_preview_of_a_sitemap_names_the_sitemaps_that_it_names(fresh_program: Program, tmp_path: Path) -> None:
    file, named = tmp_path / "sitemap.xml", "https://dealer.example/cars.xml"
    file.write_text(f"<sitemapindex><sitemap><loc>{named}</loc></sitemap></sitemapindex>", encoding="utf-8")
    told = fresh_program.run("preview", str(file), "--json").json()

    assert (told["kind"], told["sitemaps"]) == ("sitemap", [named])
    assert f"sitemap: {named}" in fresh_program.run("preview", str(file)).out


def test_an_option_may_come_before_the_word_it_belongs_to(fresh_program: Program) -> None:
    assert fresh_program.run("organizations", "add", "--business-type", "dealer", "A", "a.example").code == 0


def test_a_reader_that_has_gone_is_no_error_to_shout_about(fresh_program: Program) -> None:
    """`forecourt settings | head -0`."""
    with fresh_program.started("settings") as process:
        assert process.stdout
        process.stdout.close()
        process.stdout = None
        assert ended(process).code in (0, 1)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_closed_stream_is_as_good_as_the_null_device(fresh_program: Program, closed: str) -> None:
    """Some supervisors and cron jobs close what they do not read."""
    command = f'exec "$0" -m forecourt status {closed}'
    environment = fresh_program.environment
    done = subprocess.run(["sh", "-c", command, sys.executable], env=environment, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, b"")


def test_a_result_that_finds_no_room_is_one_line(fresh_program: Program) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "forecourt", "status"]
        done = subprocess.run(
            command, env=fresh_program.environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert (done.returncode, done.stderr.count("\n")) == (75, 1), done.stderr
    assert "No space left on device" in done.stderr


def test_a_name_that_the_locale_lacks_is_written_all_the_same(fresh_program: Program) -> None:
    fresh_program.environment["PYTHONIOENCODING"] = "ascii"
    fresh_program.run("organizations", "add", "Škoda für alle", "dealer.example")

    told, found = fresh_program.run("organizations", "list"), fresh_program.run("organizations", "list", "--json")

    assert (told.code, "\\u0160koda" in told.out) == (0, True)
    assert found.json()["items"][0]["name"] == "Škoda für alle"


def test_the_installed_name_is_the_module(fresh_program: Program) -> None:
    script = Path(sys.executable).with_name("forecourt")
    told = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)

    assert told.stdout == fresh_program.run("--version").out
