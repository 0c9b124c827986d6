"""A mapping file of an operator, read from disk."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forecourt.errors import WrongUse
from forecourt.listing.feed_mapping import parse_mapping


def read_mapping_file(file: Path) -> Mapping[str, Any]:
    """The checked table of a mapping file, as it is kept and as the readers take it.

    Raises:
        WrongUse: Names the file and the key.
    """
    try:
        return parse_mapping(file.read_text(encoding="utf-8-sig"), name=str(file))
    except OSError as error:
        raise WrongUse(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WrongUse(f"{file} is not written in UTF-8") from error
