"""How well and how fast pages are read: the saved pages of real sites, the synthetic set, and speed beside extruct.

    extraction_report.py [FOLDER] [--misses]

FOLDER holds saved pages with their expected.json, ../shared/pages where none is given; they are scored by
../shared/tools/score_pages.py, which asks `forecourt preview`. Without it the synthetic set alone is told.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from reading_speed import Timed, ms_per_200_kb, time_pages
from saved_pages import SHARED, SavedPage, pages_in
from synthetic_score import Column, lines_of_misses, score_synthetic

FORECOURT = Path(sys.executable).parent / "forecourt"


def main() -> int:
    """0 where the real pages reach the bar and no synthetic page is read wrongly, else 1."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=SHARED / "pages", help="saved pages to score and to time"
    )
    parser.add_argument("--misses", action="store_true", help="name each wrong answer")
    options = parser.parse_args()
    code = 0
    if options.folder.is_dir():
        code = _score(options.folder, misses=options.misses)
        _say_speed(pages_in(options.folder))
    else:
        print(f"there are no saved pages in {options.folder}: left out", file=sys.stderr)
    return max(code, _synthetic(misses=options.misses))


def _score(folder: Path, *, misses: bool) -> int:
    print(f"Real pages ({folder.name}), by score_pages.py:", flush=True)
    command = f"{FORECOURT} preview {{file}} --base-url {{base_url}} --json"
    words = [sys.executable, str(SHARED / "tools" / "score_pages.py"), str(folder), "--command", command]
    return subprocess.run([*words, *(["--misses"] if misses else [])], check=False).returncode


def _say_speed(pages: list[SavedPage]) -> None:
    timed = time_pages([page for page in pages if page.file.suffix in (".html", ".htm")])
    if not timed:
        return
    print(f"\nSpeed on {len(timed)} real pages, CPU, {sum(each.size for each in timed) / 1e6:.1f} MB of HTML:")
    print(f"{'':12}{'median':>10}{'worst':>10}{'per 200 KB':>12}")
    for name, seconds in (("forecourt", [each.ours for each in timed]), ("extruct", [each.extruct for each in timed])):
        ordered = sorted(seconds)
        middle, worst = ordered[len(ordered) // 2] * 1000, ordered[-1] * 1000
        print(f"{name:12}{middle:7.1f} ms{worst:7.0f} ms{ms_per_200_kb(timed, seconds):9.1f} ms")
    slow = max(timed, key=lambda each: each.ours)
    ratio = sum(each.extruct for each in timed) / sum(each.ours for each in timed)
    print(f"slowest: {slow.name}, {slow.size / 1000:.0f} kB; extruct takes {ratio:.1f} times as long, all its syntaxes")
    for each in timed:
        if each.fault:
            print(f"extruct gives up on {each.name}: {each.fault}")
    _say_slow(timed)


def _say_slow(timed: list[Timed]) -> None:
    """Pages beyond 15 ms for 200 KB, the worst first."""
    beyond = [(ms_per_200_kb([each], [each.ours]), each) for each in timed if each.size > 20_000]  # noqa: PLR2004 (below, the start counts)
    for ms, each in sorted(beyond, key=lambda one: -one[0])[:5]:
        print(f"  {each.name}: {ms:.1f} ms per 200 KB, {each.size / 1000:.0f} kB")


def _synthetic(*, misses: bool) -> int:
    pages, columns, missed = score_synthetic()
    wrong = {miss.page for miss in missed}
    print(f"\nSynthetic set: {pages - len(wrong)} of {pages} pages read without a fault")
    print(f"{'':16}{'precision':>10}{'recall':>8}{'right':>7}{'said':>6}{'true':>6}")
    for name, column in columns.items():
        print(f"{name:16}{_part(column.right, column.said):>10}{_part(column.right, column.true):>8}{_counts(column)}")
    for line in lines_of_misses(missed) if misses else []:
        print(f"  {line}")
    return 1 if wrong else 0


def _part(right: int, of: int) -> str:
    return f"{right / of:.3f}" if of else "-"


def _counts(column: Column) -> str:
    return f"{column.right:7}{column.said:6}{column.true:6}"


if __name__ == "__main__":
    sys.exit(main())
