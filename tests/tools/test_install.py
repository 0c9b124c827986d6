"""How the environment is made: what uv is told."""

import shutil
import subprocess
import sys
from pathlib import Path

import get_uv
import pytest

STORE = Path("/etc/ssl/certs/ca-certificates.crt")
UV = """#!/bin/sh
[ "$1" = --version ] && { echo 'uv 1.0'; exit; }
mkdir -p .venv/bin
printf '#!/bin/sh\\n' > .venv/bin/python
chmod +x .venv/bin/python
env > told
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """One whose uv writes down what it is told; its path has a blank and letters from beyond ASCII."""
    folder = tmp_path / "für mich"
    tools = get_uv.ROOT / "tools"
    shutil.copytree(tools, folder / "tools")
    uv = folder / ".cache" / "uv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text(UV)
    uv.chmod(0o755)
    return folder


@pytest.mark.parametrize(("said", "heard"), [({}, "1"), ({"UV_SYSTEM_CERTS": "0"}, "0")], ids=["usual", "his own"])
def test_certificates_of_the_system_count_unless_its_user_says_no(
    checkout: Path, said: dict[str, str], heard: str
) -> None:
    """Behind a company's proxy only they are of use; where the system has none, uv's own are all there is."""
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"

    subprocess.run(["sh", checkout / "tools" / "install.sh"], env={"PATH": path} | said, check=True)

    told = (checkout / "told").read_text().splitlines()
    assert (f"UV_SYSTEM_CERTS={heard}" in told) == (STORE.exists() or bool(said))
