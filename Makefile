# Each target does all its own set-up: git, make and Python 3.11 or newer are enough.

# The environment is remade only when what it comes from has changed.
FROM := pyproject.toml uv.lock tools/install.sh tools/get_uv.py hatch_build.py $(wildcard src/forecourt/photo/walk/*)

SECONDS ?= 60
SEED ?= 1

KILLS ?= 200
PHOTOS ?= 2000
DATABASE ?= sqlite
ROWS ?= 100000 1000000
MINUTES ?= 10
ROUNDS ?= 3
AWAY ?= 120
SET ?= plain
CONCURRENCY ?= 64
RESULTS ?= .cache/bench/results

.PHONY: help install demo test check extraction-report fuzz fuzz-fetch fuzz-photos fuzz-walk campaign-kills campaign-away soak damage-report manners bench profile bench-scale

help:
	@echo "make demo     the guided tour over three dealer sites on this machine"
	@echo "make install  Forecourt alone, as .venv/bin/forecourt"
	@echo "make test     all tests; make test ONLY='tests/db -k fence' for some"
	@echo "make check    format, lint, types, the order of imports, docs that match the code"
	@echo "make extraction-report    how well and how fast pages are read; make extraction-report PAGES=folder for others"
	@echo "make damage-report    how well damaged photos are noticed, and what a photo of 50 megapixels takes; SEED=2 for other damage"
	@echo "make fuzz     spoilt pages for a minute; make fuzz SECONDS=600 SEED=2 for longer and for others"
	@echo "make fuzz-fetch    odd URLs, and servers that answer nonsense; make fuzz-photos    spoilt photos; SECONDS and SEED as above"
	@echo "make fuzz-walk    the walk through a JPEG, compiled with sanitizers; it needs gcc or clang"
	@echo "make campaign-kills    200 kills over 2,000 photos; KILLS=100 PHOTOS=1000 DATABASE=postgresql SEED=2 for others"
	@echo "make campaign-away    two workers whose database is away for two minutes; AWAY=60 DATABASE=postgresql for others"
	@echo "make soak     ten minutes of a worker in a misbehaving world, and 64 photos of 50 MB at once; MINUTES=30 for longer"
	@echo "make bench    photos a second, CPU and memory against the peers; SET=tls, latency, real, large, sizes, hosts or counts; ONLY=forecourt-sqlite,bare-loop ROUNDS=1 PHOTOS=500"
	@echo "make profile  where the CPU of one photo goes, by step; DATABASE=postgresql for the other"
	@echo "make bench-scale    what claims, pages and commands read and take in long tables; DATABASE=postgresql ROWS='100000 10000000'"
	@echo "make manners  four workers, thirty hosts: what each saw, and what it allows; DATABASE=postgresql for the other"

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

extraction-report: .venv/.development
	@PYTHONPATH=tests .venv/bin/python tools/extraction_report.py $(PAGES)

damage-report: .venv/.development
	@.venv/bin/python tools/get_test_parts.py
	@PYTHONPATH=tests .venv/bin/python tools/damage_report.py --seed $(SEED)

fuzz: .venv/.development
	@PYTHONPATH=tests nice -n 15 .venv/bin/python tools/fuzz_listing.py --seconds $(SECONDS) --seed $(SEED)

fuzz-fetch: .venv/.development
	@PYTHONPATH=tests nice -n 15 .venv/bin/python tools/fuzz_fetch.py --seconds $(SECONDS) --seed $(SEED)

fuzz-photos: .venv/.development
	@PYTHONPATH=tests nice -n 15 .venv/bin/python tools/fuzz_photos.py --seconds $(SECONDS) --seed $(SEED)

fuzz-walk: .venv/.development
	@PYTHONPATH=tests .venv/bin/python tools/fuzz_walk.py --seconds $(SECONDS) --seed $(SEED)

campaign-kills: .venv/.development
	@PYTHONPATH=tests nice -n 5 .venv/bin/python tools/campaign_kills.py --kills $(KILLS) --photos $(PHOTOS) --database $(DATABASE) --seed $(SEED)

campaign-away: .venv/.development
	@PYTHONPATH=tests nice -n 5 .venv/bin/python tools/campaign_away.py --away $(AWAY) --database $(DATABASE)

soak: .venv/.development
	@PYTHONPATH=tests nice -n 5 .venv/bin/python tools/soak.py --minutes $(MINUTES) --database $(DATABASE) --seed $(SEED)

manners: .venv/.development
	@PYTHONPATH=tests .venv/bin/python tools/manners_bench.py --database $(DATABASE)

bench-scale: .venv/.development
	@.venv/bin/python tools/get_test_parts.py
	@PYTHONPATH=tests nice -n 5 .venv/bin/python tools/bench_scale.py --database $(DATABASE) --rows $(ROWS)

bench: PHOTOS := $(if $(filter file,$(origin PHOTOS)),0,$(PHOTOS))
bench: .venv/.development .cache/bench/peers/.filled
	@.venv/bin/python tools/get_bench_parts.py
	@PYTHONPATH=tests:tools .venv/bin/python -m bench --set $(SET) --photos $(PHOTOS) --rounds $(ROUNDS) --concurrency $(CONCURRENCY) --only "$(ONLY)" --results $(RESULTS)

profile: PHOTOS := $(if $(filter file,$(origin PHOTOS)),0,$(PHOTOS))
profile: .venv/.development .cache/bench/peers/.filled
	@.venv/bin/python tools/get_bench_parts.py
	@PYTHONPATH=tests:tools .venv/bin/python -m bench.profiled --photos $(PHOTOS) --rounds $(ROUNDS) --database $(DATABASE)

.cache/bench/peers/.filled: tools/bench/peers.txt tools/bench/fill_peers.sh
	@sh tools/bench/fill_peers.sh
	@touch $@

.venv/.forecourt: $(FROM)
	@sh tools/install.sh --no-dev --inexact
	@touch $@

.venv/.development: $(FROM)
	@sh tools/install.sh
	@touch $@ .venv/.forecourt
