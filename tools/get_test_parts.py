"""Find what the tests need beside Python: a browser, and PostgreSQL's server. Root on Debian gets what is missing.

The tests ask the same functions where the parts are.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Install what is missing, or say in one line what is."""
    missing = [package for package, part in (("chromium", browser()), ("postgresql", postgres())) if part is None]
    return 0 if installed(missing, whose="tests") else 1


def installed(missing: Sequence[str], *, whose: str) -> bool:
    """Whether these packages of Debian are there now; if not, one line says which are wanted."""
    if not missing:
        return True
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(f"the {whose} need {' and '.join(missing)}; your system's package manager has them", file=sys.stderr)
        return False
    print(f"installing {' and '.join(missing)} for the {whose}", file=sys.stderr)
    return _apt_get("update") and _apt_get("install", "--yes", "--no-install-recommends", *missing)


def browser() -> Path | None:
    """Chromium or its sister."""
    return next((Path(path) for name in BROWSERS if (path := shutil.which(name))), None)


def postgres() -> Path | None:
    """The folder of PostgreSQL's programs that the tests use: the machine's own, else those of the wheel."""
    return next(iter(postgres_folders()), None)


def postgres_folders() -> list[Path]:
    """Every folder with PostgreSQL's server, the machine's newest first, the wheel's last."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    folders = [_from_pg_config(), *reversed(debian), *map(Path, os.get_exec_path()), _from_wheel()]
    found = [f.resolve() for f in folders if f and all((f / name).is_file() for name in ("initdb", "postgres"))]
    return list(dict.fromkeys(found))


def _from_pg_config() -> Path | None:
    program = shutil.which("pg_config")
    if program is None:
        return None
    return Path(subprocess.run([program, "--bindir"], capture_output=True, text=True, check=False).stdout.strip())


def _from_wheel() -> Path | None:
    spec = importlib.util.find_spec("pgserver")  # not imported: it starts nothing, but warns about its surroundings
    return Path(spec.origin).parent / "pginstall" / "bin" if spec and spec.origin else None


def _apt_get(*arguments: str) -> bool:
    command = ["apt-get", "--quiet=2", *arguments]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        print(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}", file=sys.stderr)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
