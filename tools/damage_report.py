"""How well damage is noticed, whether good photos are refused, and what a very large one takes.

    damage_report.py [--photos 100] [--seed 1]

Needs what `make test` installs. The photographs of ../shared/photos are used where they are there, and shown to a
browser: what it shows and we refuse is named.
"""

import argparse
import asyncio
import base64
import sys
from pathlib import Path
from random import Random

from damage import KINDS, Noticed, cut, good_photos, verdicts, with_hole
from get_test_parts import browser
from heavy_photo import HEAVY, decode_among_others
from playwright.async_api import async_playwright
from saved_pages import photographs

_BAR = {"cut": 1.0, "zeros": 0.98}  # of JPEGs, of which most of the world's photos are
_SHOWS = """url => new Promise(done => {
    const image = new Image()
    image.onload = () => done(image.naturalWidth > 0)
    image.onerror = () => done(false)
    image.src = url
})"""
_TOO_SMALL = "not_a_photo"


def main() -> int:
    """0 where JPEGs reach the bar and nothing is refused that a browser shows, but for what is too small."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=int, default=100, help="how many of each kind are spoilt")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    reached = _tell_damage(options.photos, Random(options.seed))  # noqa: S311 (the same places on every run)
    refused = _tell_refusals(photographs())
    asyncio.run(_tell_heavy())
    return 0 if reached and not refused else 1


def _tell_damage(photos: int, random: Random) -> bool:
    print(f"{photos} good photos of each kind, noticed as damaged (of these a browser shows something):")
    print(f"{'':20}{'cut anywhere':>16}{'2 KB of zeros':>16}")
    reached = True
    for kind in KINDS:
        found = {"cut": Noticed(), "zeros": Noticed()}
        for photo in good_photos(kind, photos):
            found["cut"].look_at(cut(photo, random))
            found["zeros"].look_at(with_hole(photo, random))
        print(f"{kind:20}{_of(found['cut']):>16}{_of(found['zeros']):>16}", flush=True)
        if kind.startswith("JPEG"):
            reached &= all(each.damaged >= _BAR[spoilt] * each.photos for spoilt, each in found.items())
    return reached


def _of(noticed: Noticed) -> str:
    return f"{noticed.damaged} ({noticed.shown})"


def _tell_refusals(photos: list[Path]) -> list[Path]:
    """Names what a browser shows and we do not store; those that are no photos by their size are none of them."""
    if not photos:
        print("\nthere are no photographs in ../shared/photos: left out")
        return []
    found, shown = verdicts(photos), asyncio.run(_shown_by_browser(photos))
    seen = [path for path in photos if path in shown]
    ours = [path for path in seen if found[path] in ("whole", "damaged, can be shown")]
    print(f"\nOf {len(photos)} photographs a browser shows {len(seen)}; {len(ours)} of these are stored,", end=" ")
    print(f"{sum(found[path] != 'whole' for path in ours)} of them an hour later as damaged.")
    for path in photos:
        if path not in shown or found[path] != "whole":
            print(f"  {path.parent.name}/{path.name}: {found[path]}{'' if path in shown else '; no browser shows it'}")
    return [path for path in seen if path not in ours and found[path] != _TOO_SMALL]


async def _shown_by_browser(photos: list[Path]) -> set[Path]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox", "--disable-gpu"])
        page = await chromium.new_page()
        shown = set()
        for path in photos:
            data = base64.b64encode(path.read_bytes()).decode()
            if await page.evaluate(_SHOWS, f"data:image/jpeg;base64,{data}"):
                shown.add(path)
        await chromium.close()
        return shown


async def _tell_heavy() -> None:
    print("\nA photo of 50 megapixels, with 40 of 2 megapixels at the same time in two children:")
    print(f"{'':20}{'size':>9}{'alone':>9}{'among them':>12}{'largest child':>15}{'slowest other':>15}")
    for kind in HEAVY:
        taken = await decode_among_others(kind)
        print(
            f"{kind:20}{taken.size_bytes / 1e6:6.1f} MB{taken.alone_seconds:7.1f} s{taken.seconds:10.1f} s"
            f"{taken.peak_bytes / 1e6:12.0f} MB{taken.slowest_other_seconds:13.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())
