"""What `make bench` counts, where a mistake would flatter."""

import sys
from pathlib import Path

import pytest
from bench.chart import Bar, Curve, bars, growth
from bench.contestant import Prepared, Task
from bench.lines import Entry, Line, Turn
from bench.made_photos import Kind, make_photos
from bench.measure import Command, CommandFailed, Measured, measure
from bench.nginx import Nginx, addresses_of
from bench.peers import Curl
from bench.real_photos import with_comment
from bench.table import comparisons, table
from lxml import etree
from photo_made import encoded, picture
from process_tree import with_descendants
from running_program import lives
from servers.dealer_site import wait_until

from forecourt.photo.decode import check_photo

BUSY = "import time\nwhile time.process_time() < {}: pass\n"
LEFT_BEHIND = "import os, sys\nif os.fork() == 0:\n    os.setsid()\n" + "    {}\n" + "    os.kill(os.getpid(), 9)\n"


def test_processor_time_of_a_grandchild_counts_that_lost_its_parent_and_was_killed(tmp_path: Path) -> None:
    code = LEFT_BEHIND.format(BUSY.format(0.5).replace("\n", "\n    "))

    measured = measure(Command([sys.executable, "-c", code], tmp_path))

    assert measured.cpu_seconds >= 0.5


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="code 3"):
        measure(Command([sys.executable, "-c", "raise SystemExit(3)"], tmp_path))


def test_an_interrupted_measurement_leaves_no_process(tmp_path: Path) -> None:
    seen: list[int] = []

    def look(process_id: int) -> None:
        seen[:] = with_descendants(process_id)
        if len(seen) > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure(Command(["sleep", "100"], tmp_path), look=look, look_seconds=0.01)

    wait_until(lambda: not any(lives(each) for each in seen), seconds=10)


def test_the_peak_is_that_of_all_processes_together(tmp_path: Path) -> None:
    code = "import os\ndata = bytearray(60_000_000)\nif os.fork() == 0:\n    data[:] = bytes(60_000_000)\n"
    code += "    import time; time.sleep(1)\n    os._exit(0)\nos.wait()\n"

    measured = measure(Command([sys.executable, "-c", code], tmp_path), look_seconds=0.05)

    assert 110e6 < measured.peak_bytes < 260e6


def test_start_up_is_taken_off_and_only_what_was_stored_counts() -> None:
    line = _line("forecourt-sqlite", photos=101, seconds=12.0, start=2.0, cpu=6.0, start_cpu=1.0)

    assert (line.photos_per_second, line.cpu_ms) == (10.0, 50.0)
    assert "| forecourt-sqlite | 10 | 50.00 |" in list(table([line]))[2]


def test_what_was_left_out_is_told() -> None:
    line = _line("scrapy", photos=101, seconds=12.0, start=2.0, cpu=6.0, start_cpu=1.0, stored=91)

    assert line.photos_per_second == 9.0
    assert "stored 91 of 101" in list(table([line]))[2]


def test_ours_are_compared_with_the_yardsticks_at_the_same_server() -> None:
    ours = _line("forecourt-sqlite", photos=101, seconds=12.0, start=2.0, cpu=6.0, start_cpu=1.0)
    scrapy = _line("scrapy", photos=101, seconds=52.0, start=2.0, cpu=11.0, start_cpu=1.0, nginx=ours.entry.nginx)
    elsewhere = _line("scrapy", photos=101, seconds=52.0, start=2.0, cpu=11.0, start_cpu=1.0)

    [told] = comparisons([ours, scrapy, elsewhere])

    assert told == "- forecourt-sqlite: 5.00 times the rate of scrapy at 0.50 of its CPU"


def test_only_whole_files_under_their_final_names_count_as_stored(tmp_path: Path) -> None:
    for name, data in {"a/1.jpg": b"x", "2.jpg.tmp": b"x", "3.jpg": b"", "4.json": b"{}"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)

    assert Prepared(Command([], tmp_path), tmp_path).stored() == 1


def test_made_photos_differ_and_are_the_same_in_every_run(tmp_path: Path) -> None:
    first, again = (make_photos(tmp_path / name, Kind(120, 90), 3) for name in ("first", "again"))

    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert len({path.read_bytes() for path in first}) == 3


def test_a_comment_makes_another_file_of_the_same_picture() -> None:
    photo = encoded(picture(200, 150))
    one, two = with_comment(photo, b"1"), with_comment(photo, b"2")

    assert one != two
    seen = [check_photo({"max_pixels": 10**6, "alone": False}, data) for data in (photo, one, two)]
    assert seen[0] == seen[1] == seen[2]
    assert isinstance(seen[0], dict)
    assert seen[0]["damage"] is None


def test_each_of_50_000_hosts_has_an_address_of_its_own() -> None:
    addresses = addresses_of(50_000)

    assert len(set(addresses)) == 50_000
    assert all(address.startswith("127.") for address in addresses)


def test_charts_are_drawings_with_every_figure() -> None:
    drawn = bars("1 < 2", [Bar("forecourt-sqlite", 640.4, 2.5, is_ours=True), Bar("scrapy", 84, 12, is_ours=False)])
    grown = growth("by size", "bytes", "ms", [Curve("ours", [(50_000, 1.5), (5_000_000, 40)])])

    assert {"640", "2.50", "84", "12.00", "1 < 2"} <= set(etree.fromstring(drawn.encode()).itertext())
    assert len(etree.fromstring(grown.encode()).findall(".//{*}circle")) == 2


def _line(
    name: str,
    *,
    photos: int,
    seconds: float,
    start: float,
    cpu: float,
    start_cpu: float,
    stored: int | None = None,
    nginx: Nginx | None = None,
) -> Line:
    nginx = nginx or Nginx(1, Path(), ["127.1.0.1"], 80, None)
    task = Task([[f"http://127.1.0.1/{number}.jpg" for number in range(photos)]], 1, 64)
    begun, ended = Measured(start, start_cpu, 10**7), Measured(seconds, cpu, 10**8)
    turns = [Turn(ended, photos if stored is None else stored, photos, 0, 0)]
    return Line(Entry(name, Curl(Path(), name), task, nginx), [Turn(begun, 1, 1, 0, 0)], turns)
