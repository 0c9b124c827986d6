#!/bin/sh
# Fill .venv from uv.lock; arguments go to `uv sync`. Needs Python 3.11 or newer, and gets uv itself where it is missing.
set -eu
cd "$(dirname "$0")/.."

for python in python3 python3.14 python3.13 python3.12 python3.11 ''; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
done
if [ -z "$python" ]; then
    echo 'Forecourt needs Python 3.11 or newer; none is on PATH' >&2
    exit 1
fi
uv=$("$python" tools/get_uv.py)

# An environment that works keeps its Python; an activated one elsewhere is none of our business.
unset VIRTUAL_ENV
[ -x .venv/bin/python ] && python=.venv/bin/python
# A company's own certificates lie in the system's store, and pip knows them too; uv alone would look only in its own.
[ -e /etc/ssl/certs/ca-certificates.crt ] && export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS-1}" UV_NATIVE_TLS="${UV_NATIVE_TLS-1}"
# Compiled once here, not at each start: the machine may forbid Python to write bytecode as it goes.
export UV_COMPILE_BYTECODE=1 UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON_DOWNLOADS=never
# uv knows the sources by their times, and does not look whether what it compiled from them still lies there.
[ -e src/forecourt/photo/libbaseline.so ] || set -- --reinstall-package forecourt "$@"
"$uv" sync --quiet --frozen --python "$python" "$@"
.venv/bin/python -m compileall -q src
[ -e src/forecourt/photo/libbaseline.so ] || echo 'no C compiler worked here: photos are decoded to prove them, for twice the CPU' >&2
