"""All who may take part."""

from contextlib import ExitStack
from pathlib import Path

from bench.contestant import Contestant
from bench.ours import Forecourt, on_postgresql, on_sqlite
from bench.peers import BareLoop, Curl, Img2dataset, Scrapy
from get_test_parts import postgres
from postgres import running_postgres


def field(names: frozenset[str], *, programs: Path, bare_loop: Path, stack: ExitStack) -> list[Contestant]:
    """Those with these names, or all; a PostgreSQL server runs until the stack is closed, where it is needed.

    Args:
        programs: Of the peers' environment.

    Raises:
        SystemExit: A name that nobody has, or there is no PostgreSQL.
    """
    everybody: list[Contestant] = [
        Forecourt("forecourt-sqlite", on_sqlite),
        Forecourt("forecourt-sqlite-2", on_sqlite, processes=2),
        *_on_postgresql(names, stack),
        Curl(programs),
        Scrapy(programs),
        Img2dataset(programs),
        Img2dataset(programs, "img2dataset-encoding", "decodes, re-encodes", skips_encoding=False),
    ]
    if bare_loop.exists():
        everybody.append(BareLoop(programs, bare_loop))
    unknown = names - {each.name for each in everybody}
    if unknown:
        raise SystemExit(f"nobody is called {', '.join(sorted(unknown))}; there are {_listed(everybody)}")
    return [each for each in everybody if not names or each.name in names]


def _on_postgresql(names: frozenset[str], stack: ExitStack) -> list[Contestant]:
    wanted = ["forecourt-postgresql", "forecourt-postgresql-2"]
    if names and not names.intersection(wanted):
        return []
    programs = postgres()
    if programs is None:
        raise SystemExit("there are no PostgreSQL programs: run tools/get_bench_parts.py")
    server = stack.enter_context(running_postgres(programs, durable=True))
    database = on_postgresql(server)
    return [Forecourt(name, database, processes=number, server=server) for number, name in enumerate(wanted, 1)]


def _listed(everybody: list[Contestant]) -> str:
    return ", ".join(each.name for each in everybody)
