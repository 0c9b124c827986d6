"""Make docs/images/vehicle-page.png: a vehicle's page in the middle of a trickle over the demo's dealers.

Needs what `make test` installs.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from get_test_parts import browser
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, async_playwright

from forecourt.demo.sites import DemoSites

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "images" / "vehicle-page.png"
PORT = 8765
SOME = 4
FORECOURT = [sys.executable, "-m", "forecourt"]


async def main() -> None:
    """Import, serve, trickle slowly, and take the picture when some of the photos are ours."""
    with tempfile.TemporaryDirectory() as home, DemoSites() as sites:
        environment = os.environ | {
            "FORECOURT_HOME": home,
            "FORECOURT_ALLOWED_NETWORKS": "127.0.0.0/8",
            "FORECOURT_HOST_INTERVAL_SECONDS": "0.2",
            "FORECOURT_MIN_FREE_BYTES": "0",
        }
        for dealer in sites.organizations:
            _run(environment, "organizations", "add", dealer.name, dealer.website)
        _run(environment, "extract-all-orgs")
        server = await asyncio.create_subprocess_exec(*FORECOURT, "serve", "--port", str(PORT), env=environment)
        try:
            await _take_picture(environment)
        finally:
            server.terminate()
            await server.wait()


async def _take_picture(environment: dict[str, str]) -> None:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = await chromium.new_page(viewport={"width": 1280, "height": 1200})
        await _open(page, f"http://127.0.0.1:{PORT}/vehicles/1")
        trickle = await asyncio.create_subprocess_exec(*FORECOURT, "trickle-backfill-images", env=environment)
        await page.locator("[data-image]:not([data-external])").nth(SOME - 1).wait_for(timeout=60_000)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=PICTURE)
        trickle.terminate()
        await trickle.wait()
        await chromium.close()


async def _open(page: Page, url: str) -> None:
    for _ in range(100):
        try:
            await page.goto(url, wait_until="networkidle", timeout=5_000)
        except PlaywrightError as error:  # the server may not listen yet; the last try tells
            last = error
            await asyncio.sleep(0.1)
        else:
            return
    raise last


def _run(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([*FORECOURT, *arguments], env=environment, check=True)


if __name__ == "__main__":
    asyncio.run(main())
