"""Walk through spoilt JPEGs for a while, compiled so that a byte read or written beyond its place ends the program.

Needs a C compiler with AddressSanitizer and UndefinedBehaviorSanitizer (gcc, clang). Exit 0: nothing was found.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from photo_made import encoded, picture

DRIVER = Path(__file__).with_suffix(".c")
WALK = DRIVER.parent.parent / "src/forecourt/photo/walk"
FLAGS = ("-std=c11", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
SIZES = ((160, 120), (657, 491), (33, 700))
WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"optimize": True, "quality": 97},
    {"subsampling": 0, "quality": 30},
    {"subsampling": 1, "restart_marker_blocks": 5},
    {"subsampling": "4:1:1", "restart_marker_rows": 1},
)


def main() -> int:
    """Compile the driver, make photos to spoil, and let it run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60, help="how long (default 60)")
    parser.add_argument("--seed", type=int, default=1, help="other cases (default 1)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "fuzz_walk"
        sources = [DRIVER, *sorted(WALK.glob("*.c"))]
        subprocess.run([os.environ.get("CC", "cc"), *FLAGS, *map(str, sources), "-o", str(program)], check=True)
        photos = [encoded(picture(*size), "JPEG", **way) for size in SIZES for way in WAYS]
        photos += [encoded(picture(*size, mode="L"), "JPEG") for size in SIZES]
        files = [Path(folder) / f"{number}.jpg" for number in range(len(photos))]
        for file, photo in zip(files, photos, strict=True):
            file.write_bytes(photo)
        command = [str(program), str(options.seconds), str(options.seed), *map(str, files)]
        # The driver ends with its photos in memory, as programs do.
        return subprocess.run(command, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
