"""How the house is kept (CONTRIBUTING.md), as far as no other tool looks after it."""

import ast
import re
from itertools import chain
from pathlib import Path
from statistics import median

SOURCE = Path(__file__).parent.parent / "src" / "forecourt"
FILES = sorted(SOURCE.rglob("*.py"))
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "base", "core", "service", "misc"}


def test_files_are_small() -> None:
    lengths = [len(file.read_text(encoding="utf-8").splitlines()) for file in FILES if file.name != "__init__.py"]

    assert median(lengths) <= 120


def test_every_file_and_folder_has_a_name_of_its_own() -> None:
    parts = set(chain.from_iterable(file.relative_to(SOURCE).with_suffix("").parts for file in FILES))

    assert not {part for part in parts if NAMES_THAT_SAY_NOTHING & set(part.split("_"))}


def test_one_place_alone_catches_whatever_may_happen() -> None:
    """The worker's: a bug of ours costs a row some time, and neither the worker nor the photo."""
    places = [file.relative_to(SOURCE).parts[0] for file in FILES for _ in _catches_of_everything(file)]

    assert [place.removesuffix(".py") for place in places] == ["worker"]


def test_no_import_is_for_type_checkers_only() -> None:
    """One that is needed shows an import that runs upwards."""
    assert [file for file in FILES if re.search(r"\bTYPE_CHECKING\b", file.read_text(encoding="utf-8"))] == []


def test_only_the_settings_know_the_environment() -> None:
    """The command line hands it to them."""
    reads = re.compile(r"\bos\.environ\b|\bgetenv\b")
    rooms = {file.relative_to(SOURCE).parts[0] for file in FILES if reads.search(file.read_text(encoding="utf-8"))}

    assert {room.removesuffix(".py") for room in rooms} <= {"settings", "cli"}


def _catches_of_everything(file: Path) -> list[ast.ExceptHandler]:
    """But for those that only clean up and raise again."""
    handlers = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.ExceptHandler)]
    wide = [handler for handler in handlers if _names(handler.type) & {"", "Exception", "BaseException"}]
    return [handler for handler in wide if not (isinstance(handler.body[-1], ast.Raise) and not handler.body[-1].exc)]


def _names(caught: ast.expr | None) -> set[str]:
    """What an `except` names; '' if nothing."""
    return set(re.findall(r"\w+", ast.unparse(caught))) if caught else {""}
