"""`small_disk.py SIZE FOLDER COMMAND …`: `forecourt COMMAND …` on a small file system.

It lies at FOLDER, and what was there is copied onto it. It is mounted in a
namespace that ends with the process: as any user, where the kernel lets users have namespaces. At the end what is on
it is copied back. When there is a file FOLDER.read-only, the folder becomes read-only, for root,
too, and the file is removed; what is open then is written to its end.
"""

import os
import sys
from pathlib import Path

PROGRAM = Path(__file__)
_SCRIPT = """
set -e
size=$1 folder=$2; shift 2
before=$(mktemp -d)
cp -a "$folder/." "$before"
mount -t tmpfs -o size="$size" tmpfs "$folder"
cp -a "$before/." "$folder"
while sleep 0.05; do
    if [ -e "$folder.read-only" ]; then
        mount --bind "$folder" "$folder"
        mount -o remount,bind,ro "$folder"
        rm "$folder.read-only"
        break
    fi
done &
watcher=$!
code=0
"$@" || code=$?
kill $watcher 2>/dev/null || :
rm -r "$before"; mkdir "$before"
cp -a "$folder/." "$before"
while umount -l "$folder" 2>/dev/null; do :; done
cp -a "$before/." "$folder"
exit $code
"""


if __name__ == "__main__":
    arguments = [*sys.argv[1:3], sys.executable, "-m", "forecourt", *sys.argv[3:]]
    script = ["sh", "-c", _SCRIPT, "small-disk", *arguments]
    os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--mount", *script])  # noqa: S606
