"""The pages in docs/ and the code say the same: nothing is missing, and nothing is told that is not there."""

import json
import re
from pathlib import Path

import pytest
from docs_pages import DOCS, ROOT, rows, sections, text_of
from failure_kinds_page import made
from made import DAY, NOW, organization, photo, read_listing
from pydantic_core import PydanticUndefined
from sqlalchemy import Engine, select, text

from forecourt.db.engine import reading, writing
from forecourt.db.tables import metadata, vehicle_images
from forecourt.failure_kinds import MEANINGS, FailureKind
from forecourt.settings import PREFIX, Settings

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]


def test_each_setting_has_its_line_and_each_line_its_setting() -> None:
    assert set(rows(text_of("settings.md"))) == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_default_of_a_setting_is_the_one_in_its_line(name: str) -> None:
    default = Settings.model_fields[name].default
    line = rows(text_of("settings.md"))[f"{PREFIX}{name.upper()}"]
    if default is PydanticUndefined or default == "":
        return  # it depends on the machine or on another setting, and the line says so in words
    if default is None or default == ():
        assert line.startswith("no"), "none, or not set"
        return
    assert line.startswith(f"`{default if isinstance(default, str) else json.dumps(default)}`")


def test_each_failure_kind_has_its_meaning_once() -> None:
    assert sorted(kind for kinds in MEANINGS.values() for kind in kinds) == sorted(FailureKind)


def test_the_page_of_failure_kinds_is_made_from_the_list() -> None:
    page = text_of("failure-kinds.md")
    assert page == made(page), "make it anew: .venv/bin/python tools/failure_kinds_page.py"


@pytest.mark.parametrize("table", metadata.tables)
def test_each_column_has_its_line_and_each_line_its_column(table: str) -> None:
    assert set(rows(sections("data-model.md")[table])) == set(metadata.tables[table].columns.keys())


@pytest.mark.parametrize("query", re.findall(r"```sql\n(.*?)```", text_of("data-model.md"), flags=re.DOTALL))
def test_the_queries_on_the_page_run_as_they_stand(db: Engine, query: str) -> None:
    with reading(db) as connection:
        connection.execute(text(query)).all()


def test_a_photo_that_was_taken_down_as_the_page_says_stays_away(db: Engine) -> None:
    """Also when its listing names it again."""
    dealer = organization(db)
    photos = [photo(number) for number in range(2)]
    read_listing(db, organization_id=dealer, photos=photos)
    [statement] = re.findall(r"```sql\n(UPDATE .*?)```", text_of("when-a-site-is-read-wrongly.md"), flags=re.DOTALL)

    with writing(db) as connection:
        connection.execute(text(statement.replace("1234", "1")))
    read_listing(db, organization_id=dealer, photos=photos, now=NOW + 30 * DAY)

    with reading(db) as connection:
        kept = connection.scalars(select(vehicle_images.c.status).order_by(vehicle_images.c.id)).all()
    assert kept == ["removed", "pending"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert target.startswith(("http:", "https:", "mailto:")) or (page.parent / target).exists(), target
