"""Find what `make bench` needs beside Python: nginx, curl, PostgreSQL's server. Root on Debian gets what is missing."""

import os
import shutil
import sys
from pathlib import Path

from get_test_parts import installed, postgres

ECHO_MODULE = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")


def main() -> int:
    """Install what is missing, or say in one line what is."""
    parts = {
        "curl": shutil.which("curl"),
        "nginx": nginx(),
        "libnginx-mod-http-echo": ECHO_MODULE.exists(),
        "postgresql": postgres(),
    }
    return 0 if installed([package for package, part in parts.items() if not part], whose="benchmarks") else 1


def nginx() -> Path | None:
    """The program; it lies where only root looks."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    return Path(found) if found else None


if __name__ == "__main__":
    sys.exit(main())
