"""FORECOURT_* and forecourt.toml become settings, or one line that names what is wrong."""

from pathlib import Path

import pytest

from forecourt.errors import SettingsError
from forecourt.settings import Settings, load_settings, read_settings
from forecourt.storage import open_store


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "forecourt.toml").write_text("concurrency = 3\nhost_concurrency = 4\n")

    settings = load_settings({"FORECOURT_CONCURRENCY": "5"}, folder=tmp_path)

    assert (settings.concurrency, settings.host_concurrency) == (5, 4)


def test_an_empty_value_is_none(tmp_path: Path) -> None:
    """What `forecourt settings` prints can be given back, and a container may leave a variable empty."""
    empty = {f"FORECOURT_{name.upper()}": "" for name in Settings.model_fields}

    assert load_settings(empty, folder=tmp_path) == load_settings({}, folder=tmp_path)


@pytest.mark.parametrize("name", ["für mich", "100%", "a%41", "a#b", "'quoted'"])
def test_a_home_may_have_any_usual_name(tmp_path: Path, name: str) -> None:
    settings = load_settings({"FORECOURT_HOME": str(tmp_path / name)}, folder=tmp_path)

    assert settings.database_url == f"sqlite:///{tmp_path / name / 'forecourt.db'}"
    open_store(settings.store_url, public_url=None).close()
    assert (tmp_path / name / "images").is_dir()


def test_a_home_that_a_database_url_cannot_hold_is_refused(tmp_path: Path) -> None:
    """`a?b/forecourt.db` would be a database `a`, far from its photos."""
    with pytest.raises(SettingsError, match="FORECOURT_HOME: a question mark"):
        load_settings({"FORECOURT_HOME": str(tmp_path / "a?b")}, folder=tmp_path)


def test_the_file_is_found_in_a_home_that_begins_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "cars").mkdir()
    (tmp_path / "cars" / "forecourt.toml").write_text("concurrency = 3\n")

    assert load_settings({"FORECOURT_HOME": "~/cars"}, folder=tmp_path).concurrency == 3


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A name too long for any file stands for all: root may read what others may not."""
    with pytest.raises(SettingsError, match=r"cannot read .*File name too long"):
        load_settings({"FORECOURT_HOME": str(tmp_path / ("x" * 300))}, folder=tmp_path)


def test_a_current_folder_that_is_gone_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    with pytest.raises(SettingsError, match="current folder"):
        read_settings()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:secret@db.example/cars",
        "postgresql://:secret@db.example/cars",
        "postgresql://db.example/cars?user=me&password=secret&sslmode=require",
    ],
)
def test_no_password_is_shown(tmp_path: Path, url: str) -> None:
    shown = load_settings({"FORECOURT_DATABASE_URL": url}, folder=tmp_path).for_people()["database_url"]

    assert shown == url.replace("secret", "***")
