# Each target does all its own set-up: git, make and Python 3.11 or newer are enough.

# The environment is remade only when what it comes from has changed.
FROM := pyproject.toml uv.lock tools/install.sh tools/get_uv.py

.PHONY: help install demo test check

help:
	@echo "make demo     the guided tour over three dealer sites on this machine"
	@echo "make install  Forecourt alone, as .venv/bin/forecourt"
	@echo "make test     all tests; make test ONLY='tests/db -k fence' for some"
	@echo "make check    format, lint, types, the order of imports, docs that match the code"

install: .venv/.forecourt
	@echo "ready: .venv/bin/forecourt --help"

demo: .venv/.forecourt
	@.venv/bin/forecourt demo

test: .venv/.development
	@.venv/bin/python tools/get_test_parts.py
	@.venv/bin/pytest -n 2 --dist loadfile $(ONLY)

check: .venv/.development
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo
	@.venv/bin/pytest -q tests/test_house.py tests/test_docs*.py

.venv/.forecourt: $(FROM)
	@sh tools/install.sh --no-dev --inexact
	@touch $@

.venv/.development: $(FROM)
	@sh tools/install.sh
	@touch $@ .venv/.forecourt
