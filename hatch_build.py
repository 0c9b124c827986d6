"""Compiles the walk through a JPEG (src/forecourt/photo/walk) as the package is built.

With the system's C compiler; where there is none, with the one that the wheel `ziglang` brings. Where it does not
compile, the package is built without it, and every photo is decoded instead: slower, and nothing else.
"""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_SOURCES: Final = "src/forecourt/photo/walk/*.c"
_LIBRARY: Final = "src/forecourt/photo/libbaseline.so"
_FLAGS: Final = ("-std=c11", "-O2", "-fPIC", "-shared")


class CompileWalk(BuildHookInterface[Any]):
    """The wheel's hook; an editable install's as well."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling."""
        return [] if _compiler() else ["ziglang>=0.15"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling's signature)
        """Compile, and name the platform in the wheel."""
        root = Path(self.root)
        compiler = _compiler() or [sys.executable, "-m", "ziglang", "cc"]
        library = root / _LIBRARY
        half = library.with_suffix(".half.so")  # as ignored as the whole one
        command = [*compiler, *_FLAGS, *sorted(map(str, root.glob(_SOURCES))), "-o", str(half)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            library.unlink(missing_ok=True)
            self.app.display_warning(f"built without {_LIBRARY}, photos are proved more slowly: {done.stderr.strip()}")
            return
        half.replace(library)
        build_data["artifacts"].append(_LIBRARY)
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


def _compiler() -> list[str] | None:
    """The one that CC names, or the system's."""
    named = shlex.split(os.environ.get("CC", "cc"))
    return named if named and shutil.which(named[0]) else None
