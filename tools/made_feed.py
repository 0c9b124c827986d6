"""Write a dealer's feed of any length, with made vehicles: `made_feed.py ROWS > feed.csv`.

Every VIN has its right check digit and no two are alike; a bad line stands wherever `--bad-every` says.
"""

import argparse
import csv
import sys
from collections.abc import Iterator
from typing import TextIO

from forecourt.listing.vin import check_digit

HEADER = (
    "Dealer ID", "Stock #", "VIN", "New/Used", "Year", "Make", "Model", "Trim", "Body", "Odometer", "Ext Color",
    "Int Color", "Transmission", "Engine", "Drivetrain", "Fuel", "MSRP", "Selling Price", "Description", "PhotoURLs",
)  # fmt: skip
_MODELS = (
    ("Ford", "F-150", "Lariat", "Crew Cab"), ("Toyota", "Camry", "XLE", "4D Sedan"), ("Honda", "CR-V", "EX-L", "SUV"),
    ("Chevrolet", "Tahoe", "LT", "SUV"), ("Subaru", "Outback", "Premium", "Wagon"), ("BMW", "330i", "M Sport", "Sedan"),
)  # fmt: skip
_COLORS = ("Black", "White", "Silver", "Blue", "Red")
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"


def vin(number: int) -> str:
    """A North American VIN of a vehicle that was never built."""
    place, letters = number // 1_000_000, ""
    for _ in range(3):
        place, rest = divmod(place, len(_LETTERS))
        letters += _LETTERS[rest]
    plain = f"1F{letters}XE10KF{number % 1_000_000:06d}"
    plain = plain[:8] + "0" + plain[9:17]
    return plain[:8] + check_digit(plain) + plain[9:]


def row(number: int, *, photos: int, host: str) -> list[str]:
    """One vehicle, as an export of a US dealer system has it."""
    make, model, trim, body = _MODELS[number % len(_MODELS)]
    price = 9_000 + number % 50_000
    urls = "|".join(f"{host}/{number}/{photo}.jpg" for photo in range(photos))
    text = f'{make} {model} with one owner, "clean" history, and a very long list of options. ' * 3
    return [
        "4711", f"S{number:07d}", vin(number), "Used", str(2005 + number % 20), make, model, trim, body,
        str(1_000 + number % 150_000), _COLORS[number % 5], "Gray", "Automatic", "3.5L V6", "AWD", "Gasoline",
        str(price + 4_000), str(price), text, urls,
    ]  # fmt: skip


def rows(count: int, *, photos: int, host: str, bad_every: int = 0) -> Iterator[list[str]]:
    """The header, then the vehicles; every so many a line with too few cells."""
    yield list(HEADER)
    for number in range(count):
        made = row(number, photos=photos, host=host)
        yield made[:5] if bad_every and (number + 1) % bad_every == 0 else made


def write(
    out: TextIO, count: int, *, photos: int = 4, host: str = "https://photos.example", bad_every: int = 0
) -> None:
    """The whole feed, as CSV."""
    csv.writer(out).writerows(rows(count, photos=photos, host=host, bad_every=bad_every))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("--photos", type=int, default=4)
    parser.add_argument("--host", default="https://photos.example")
    parser.add_argument("--bad-every", type=int, default=0)
    given = parser.parse_args()
    write(sys.stdout, given.rows, photos=given.photos, host=given.host, bad_every=given.bad_every)
