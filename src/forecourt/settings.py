"""FORECOURT_* and forecourt.toml become one frozen Settings. The only module that reads the environment.

    defaults  <  forecourt.toml (in the current folder, else in FORECOURT_HOME)  <  FORECOURT_* in the environment

`docs/settings.md` has a line for each field; a test holds the two together.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError, field_validator

from forecourt.errors import SettingsError

PREFIX = "FORECOURT_"
# What Kubernetes injects for a service that is called "forecourt" or "forecourt-…".
_INJECTED = re.compile(r"_SERVICE_HOST$|_SERVICE_PORT(_|$)|_PORT(_\d+_(TCP|UDP).*)?$")

_PASSWORD = re.compile(r"(://[^:@/]*:)[^@/]*(?=@)|([?&]password=)[^&]*")  # in a database's URL


class Settings(BaseModel):
    """What an operator can set. Frozen, and handed to whoever needs it; nobody looks it up."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default_factory=lambda: user_data_path("forecourt"))
    database_url: str = ""
    store_url: str = ""
    public_image_url: HttpUrl | None = None
    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = ()
    user_agent: str = "forecourt/0.1 (photo backfill; the operator has not set a contact in FORECOURT_USER_AGENT)"
    host_interval_seconds: float = Field(default=0.5, ge=0, le=3600)
    host_concurrency: int = Field(default=2, ge=1, le=64)
    concurrency: int = Field(default=64, ge=1, le=4096)
    max_images_per_vehicle: int = Field(default=20, ge=0)
    max_image_bytes: int = Field(default=50 * 1024 * 1024, ge=1)
    max_image_pixels: int = Field(default=50_000_000, ge=1)
    min_free_bytes: int = Field(default=1024**3, ge=0)
    api_token: str | None = Field(default=None, repr=False)
    photos_obey_robots: bool = False
    obey_noai: bool = False
    listing_reread_hours: float = Field(default=168, ge=0)
    hosts_file: Path | None = None
    ca_file: Path | None = None

    @field_validator("allowed_networks", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        return [part for part in re.split(r"[\s,]+", value) if part] if isinstance(value, str) else value

    @field_validator("home")
    @classmethod
    def _no_query(cls, value: Path) -> Path:
        if "?" in str(value):
            raise ValueError("a question mark in its path would end the database's URL; name another folder")
        return value

    @field_validator("user_agent")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.strip() or not value.isprintable():
            raise ValueError("must be one line of printable text")
        return value

    def for_people(self) -> dict[str, str]:
        """Each setting as text; secrets are not shown."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        values["api_token"] = "(set)" if self.api_token else None
        values["database_url"] = _PASSWORD.sub(r"\1\2***", self.database_url)
        return {name: _as_text(value) for name, value in values.items()}

    def model_post_init(self, _: Any, /) -> None:  # noqa: ANN401 (pydantic's signature)
        """Fill what depends on the home folder."""
        home = self.home.expanduser().absolute()
        for name, value in {
            "home": home,
            "database_url": self.database_url or f"sqlite:///{home / 'forecourt.db'}",
            "store_url": self.store_url or f"file://{home / 'images'}".replace("%", "%25"),
        }.items():
            object.__setattr__(self, name, value)


def read_settings() -> Settings:
    """The settings of this process: its environment and its current folder.

    Raises:
        SettingsError: As `load_settings` does, and where the current folder is gone.
    """
    try:
        folder = Path.cwd()
    except OSError as error:
        raise SettingsError(f"the current folder: {error.strerror}; change to another") from error
    return load_settings(os.environ, folder=folder)


def load_settings(environment: Mapping[str, str], *, folder: Path) -> Settings:
    """Merge defaults, file and environment.

    Args:
        environment: Usually os.environ. Names are exact: FORECOURT_ and the field in capitals. An empty value is none,
            as `forecourt settings` writes it.
        folder: Where forecourt.toml is looked for first; FORECOURT_HOME second.

    Raises:
        SettingsError: An unknown name, a value of the wrong type, a file that is not TOML or cannot be read.
    """
    given: dict[str, object] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or _INJECTED.search(name):
            continue
        field = name.removeprefix(PREFIX).lower()
        if field not in Settings.model_fields or name != name.upper():
            raise SettingsError(f"{name} is not a setting; `forecourt settings` lists them all")
        if value:
            given[field] = value
    home = Path(str(given.get("home") or Settings.model_fields["home"].get_default(call_default_factory=True)))
    from_file, source = _read_file(folder / "forecourt.toml", home.expanduser() / "forecourt.toml")
    for field in from_file:
        if field not in Settings.model_fields:
            raise SettingsError(f"{field} in {source} is not a setting; `forecourt settings` lists them all")
    try:
        return Settings(**(from_file | given))  # type: ignore[arg-type]  # pydantic checks each
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        where = f"{PREFIX}{field.upper()}" if field in given else f"{field} in {source}"
        raise SettingsError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from error


def _as_text(value: object) -> str:
    if value is None:
        return ""
    return ",".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def _read_file(*candidates: Path) -> tuple[dict[str, object], Path]:
    for path in candidates:
        try:
            return tomllib.loads(path.read_text(encoding="utf-8")), path
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            continue
        except OSError as error:
            raise SettingsError(
                f"cannot read {path}: {error.strerror}; FORECOURT_HOME may name another folder"
            ) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is not TOML: {error}") from error
    return {}, candidates[0]
