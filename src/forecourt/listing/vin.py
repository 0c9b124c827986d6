"""Vehicle identification numbers: 17 characters that say which vehicle it is."""

import re

_SHAPE = re.compile(r"[A-HJ-NPR-Z0-9]{17}")
_LETTERS = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True))
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_NORTH_AMERICA = "12345"
_CHECK_DIGIT_AT = 8
_FEWEST_DIFFERENT = 5  # "00000000000000000" and its like fill in for a VIN


def valid_vin(text: str) -> str | None:
    """The VIN in `text`, in capitals; None if it is none.

    Blanks and hyphens inside are dropped. I, O and Q never occur. The check digit is asked of vehicles that were
    built in North America (first character 1 to 5): elsewhere the ninth place is free.

    Source: ISO 3779; 49 CFR 565.15.
    """
    vin = re.sub(r"[\s\-]", "", text).upper()
    if not _SHAPE.fullmatch(vin) or len(set(vin)) < _FEWEST_DIFFERENT or not vin[-2:].isdigit():
        return None
    if vin[0] in _NORTH_AMERICA and vin[_CHECK_DIGIT_AT] != check_digit(vin):
        return None
    return vin


def check_digit(vin: str) -> str:
    """What the ninth place of a North American VIN must be: 0 to 9 or X."""
    total = sum(weight * int(_LETTERS.get(letter, letter)) for weight, letter in zip(_WEIGHTS, vin, strict=True))
    return "0123456789X"[total % 11]
