"""How a machine without uv gets one."""

import hashlib
import io
import platform
import stat
import sys
import zipfile
from pathlib import Path

import get_uv
import pytest

LOCKED = get_uv.locked_uv()


@pytest.fixture
def wheel(tmp_path: Path) -> dict[str, str]:
    """A wheel with a program in it, at an address."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("uv/__init__.py", "")
        archive.writestr("uv-1.0.data/scripts/uv", "#!/bin/sh\necho uv 1.0\n")
    path = tmp_path / "uv-1.0-py3-none-any.whl"
    path.write_bytes(content.getvalue())
    return {"url": path.as_uri(), "hash": f"sha256:{hashlib.sha256(content.getvalue()).hexdigest()}"}


def test_a_wheel_that_is_what_was_locked_becomes_a_program(wheel: dict[str, str], tmp_path: Path) -> None:
    program = tmp_path / "bin" / "uv"

    get_uv.unpack(get_uv.download(wheel), to=program)

    assert program.stat().st_mode & stat.S_IXUSR
    assert program.read_text() == "#!/bin/sh\necho uv 1.0\n"


def test_a_wheel_with_other_bytes_is_refused(wheel: dict[str, str]) -> None:
    with pytest.raises(get_uv.CannotGetUv, match=r"is not what uv\.lock names"):
        get_uv.download(wheel | {"hash": "sha256:0"})


def test_no_network_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(get_uv.CannotGetUv) as raised:
        get_uv.download({"url": (tmp_path / "nowhere.whl").as_uri(), "hash": ""})

    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("system", "libc", "machine", "tag"),
    [
        ("linux", "glibc", "x86_64", "manylinux_2_17_x86_64"),
        ("linux", "glibc", "aarch64", "manylinux_2_17_aarch64"),
        ("linux", "", "x86_64", "musllinux_1_1_x86_64"),
        ("linux", "", "aarch64", "musllinux_1_1_aarch64"),
        ("darwin", "", "arm64", "macosx_11_0_arm64"),
        ("darwin", "", "x86_64", "macosx_10_12_x86_64"),
    ],
)
def test_the_lock_has_a_wheel_for_each_usual_machine(
    monkeypatch: pytest.MonkeyPatch, system: str, libc: str, machine: str, tag: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "libc_ver", lambda: (libc, ""))
    monkeypatch.setattr(platform, "machine", lambda: machine)

    assert tag in get_uv.pick_wheel(LOCKED["wheels"])["url"]


def test_a_machine_that_the_lock_does_not_know_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "vax")

    with pytest.raises(get_uv.CannotGetUv, match="vax"):
        get_uv.pick_wheel(LOCKED["wheels"])
