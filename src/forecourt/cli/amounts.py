"""Amounts as people write them: 500MB, 2GiB, 20MB/s."""

import re
from collections.abc import Sequence

from cyclopts import Token

from forecourt.errors import WrongUse

_UNITS = {
    unit.lower(): factor
    for power, letter in enumerate(("", "k", "M", "G", "T"))
    for unit, factor in ((f"{letter}B", 1000**power), (f"{letter}iB" if letter else "", 1024**power))
}
_AMOUNT = re.compile(r"(?P<number>[0-9]{1,15}(\.[0-9]{1,9})?) ?(?P<unit>[a-z]{0,3})(?P<rate>/s)?", re.IGNORECASE)
_MOST = 2**63 - 1


def to_bytes(_: object, tokens: Sequence[Token]) -> int:
    """A number of bytes, plain or with a unit: for Cyclopts, as the converter of an option.

    Raises:
        WrongUse: Not an amount, or none at all.
    """
    return _amount(tokens[0], "500MB, 2GiB or a number of bytes", may_be_a_rate=False)


def to_bytes_per_second(_: object, tokens: Sequence[Token]) -> int:
    """The same for a second, with or without `/s`."""
    return _amount(tokens[0], "20MB/s, 512KiB/s or a number of bytes a second", may_be_a_rate=True)


def _amount(token: Token, examples: str, *, may_be_a_rate: bool) -> int:
    found = _AMOUNT.fullmatch(token.value.strip())
    factor = _UNITS.get(found["unit"].lower()) if found else None
    if found is None or factor is None or (found["rate"] and not may_be_a_rate):
        raise WrongUse(f"{token.keyword} {token.value}: write {examples}")
    amount = int(float(found["number"]) * factor)
    if not 1 <= amount <= _MOST:
        raise WrongUse(f"{token.keyword} {token.value}: that is {'nothing' if amount < 1 else 'more than there is'}")
    return amount
