"""organizations add, import and list."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import Engine

from forecourt.db import organizations
from forecourt.db.engine import database_now, reading, writing
from forecourt.errors import Trouble, WrongUse
from forecourt.fetch.address import split_url
from forecourt.jobs.report import Report

_REQUIRED = ("name", "website")
_OPTIONAL = ("business_type", "feed_url")
_MORE = "more than the header has"


@dataclass(frozen=True)
class Given:
    """An organization as a person wrote it down."""

    name: str
    website: str
    business_type: str | None = None
    feed_url: str | None = None
    feed_mapping: Mapping[str, Any] | None = None


def read_csv(file: Path) -> list[Given]:
    """The organizations of a CSV file with a header; a line that will not do refuses the whole file.

    Raises:
        WrongUse: Names the file, the line and what is missing.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines, restkey=_MORE, restval="", strict=True)
            missing = [name for name in _REQUIRED if name not in (table.fieldnames or ())]
            if missing:
                raise WrongUse(f"{file} has no column {missing[0]}; its first line must be: name,website[,…]")
            return [_given(file, table.line_num, row) for row in table]
    except OSError as error:
        raise WrongUse(f"cannot read {file}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise WrongUse(f"{file} is not a CSV file in UTF-8: {error}") from error


def put(engine: Engine, given: Sequence[Given], *, dry_run: bool = False) -> Report:
    """Write them all down in one transaction, or none.

    Raises:
        WrongUse: One of them will not do.
    """
    websites = [(each, _judged(each)) for each in given]
    if dry_run:
        lines = tuple(f"{each.name}: {website}" for each, website in websites)
        return Report({"success": True, "processed": len(lines), "added": 0, "updated": 0}, lines)
    with writing(engine) as connection:
        now = database_now(connection)
        results = [
            organizations.put(
                connection,
                name=each.name,
                website=website,
                business_type=each.business_type,
                feed_url=each.feed_url,
                feed_mapping=each.feed_mapping,
                now=now,
            )
            for each, website in websites
        ]
    added = sum(is_new for _, is_new in results)
    answer = {
        "success": True,
        "processed": len(results),
        "added": added,
        "updated": len(results) - added,
        "organization_ids": [organization_id for organization_id, _ in results],
    }
    return Report(answer, (f"{added} organizations added, {len(results) - added} known already.",))


def everyone(engine: Engine) -> Report:
    """All of them."""
    with reading(engine) as connection:
        found = organizations.everyone(connection)
    items = [
        {
            "id": each.organization_id,
            "name": each.name,
            "website": each.website,
            "business_type": each.business_type,
            "feed_url": each.feed_url,
            "active_vehicles": each.active_vehicles,
        }
        for each in found
    ]
    lines = [f"{each.organization_id}  {each.name}  {each.website}  {each.active_vehicles} vehicles" for each in found]
    return Report({"items": items}, tuple(lines) or ("There are none; `forecourt organizations add` adds one.",))


def normalised_website(text: str) -> str:
    """Scheme and host in lower case, the path without a trailing slash; https where no scheme is given.

    Raises:
        WrongUse: It is no address of a website.
    """
    text = text.strip()
    try:
        split = split_url(text if "://" in text else f"https://{text}")
    except Trouble as trouble:
        shown = "this" if "@" in text else repr(text)  # a password may stand before it
        raise WrongUse(f"{shown} is not the address of a website: {trouble.detail}") from trouble
    parts = urlsplit(split.url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), parts.query, ""))


def _judged(given: Given) -> str:
    """The website as it is written down, of an organization that will do."""
    if not given.name.strip():
        raise WrongUse("the name is empty")
    if given.feed_url is not None:
        try:
            split_url(given.feed_url)
        except Trouble as trouble:
            raise WrongUse(f"the feed's URL cannot be asked: {trouble.detail}") from trouble
    return normalised_website(given.website)


def _given(file: Path, number: int, row: dict[str, str]) -> Given:
    if _MORE in row:
        raise WrongUse(f"{file}, line {number} has {_MORE}: is a comma not in quotes? nothing was imported")
    required = [row[name].strip() for name in _REQUIRED]
    if not all(required):
        raise WrongUse(f"{file}, line {number}: {_REQUIRED[required.index('')]} is empty; nothing was imported")
    optional = [row.get(name, "").strip() or None for name in _OPTIONAL]
    given = Given(required[0], required[1], business_type=optional[0], feed_url=optional[1])
    try:
        _judged(given)
    except WrongUse as error:
        raise WrongUse(f"{file}, line {number}: {error}; nothing was imported") from error
    return given
