"""Where the figures come from: the machine, and which version of what."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from get_bench_parts import nginx
from get_test_parts import postgres

_ROOT = Path(__file__).parent.parent.parent
_OF_PEERS = ("scrapy", "img2dataset", "pillow", "opencv-python-headless", "aiohttp", "uvloop", "simplejpeg")


def machine(folder: Path) -> dict[str, str]:
    """What it is, and how busy it was before; `folder` is where the photos are written."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "when": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": f"{os.cpu_count()} x {_processor()}",
        "memory": f"{memory / 2**30:.0f} GiB",
        "system": f"Linux {platform.release()}",
        "file system": _file_system(folder),
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def versions(programs: Path) -> dict[str, str]:
    """By name; those of the peers from their own environment."""
    found = {
        "forecourt": f"{version('forecourt')} at {_said(['git', '-C', _ROOT, 'describe', '--always', '--dirty'])}",
        "python": platform.python_version(),
        "nginx": _said([nginx() or "nginx", "-v"]).rpartition("/")[2],
        "curl": _said(["curl", "--version"]).split(" ")[1],
        "openssl": _said([sys.executable, "-c", "import ssl; print(ssl.OPENSSL_VERSION)"]).split(" ")[1],
    }
    server = postgres()
    if server:
        found["postgresql"] = _said([server / "postgres", "--version"]).split(" ")[2]
    listing = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    of_peers = _said([programs / "python", "-c", listing, *_OF_PEERS]).split()
    return found | {f"{name} (peers)": number for name, number in zip(_OF_PEERS, of_peers, strict=True)}


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _file_system(folder: Path) -> str:
    if shutil.which("findmnt") is None:
        return "unknown"
    return _said(["findmnt", "-n", "-o", "FSTYPE", "--target", folder])


def _said(words: Sequence[str | Path]) -> str:
    """The first line of what a program says; nginx says its version on stderr."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return (done.stdout.splitlines() or [""])[0]
