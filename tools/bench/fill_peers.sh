#!/bin/sh
# Fill .cache/bench/peers with what `make bench` measures beside Forecourt, as peers.txt names it; `.venv` is there already.
set -eu
cd "$(dirname "$0")/../.."

uv=$(.venv/bin/python tools/get_uv.py)
[ -e /etc/ssl/certs/ca-certificates.crt ] && export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS-1}" UV_NATIVE_TLS="${UV_NATIVE_TLS-1}"
echo 'installing the peers into .cache/bench/peers' >&2
"$uv" venv --quiet --allow-existing --python .venv/bin/python .cache/bench/peers
VIRTUAL_ENV=.cache/bench/peers "$uv" pip install --quiet --compile-bytecode --require-hashes --requirement tools/bench/peers.txt
