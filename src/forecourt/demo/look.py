"""What a drawn car looks like: a value that says everything the drawing needs, so that a photo is always the same."""

from dataclasses import dataclass
from typing import Literal

Body = Literal["sedan", "hatchback", "estate", "suv", "pickup", "coupe", "van"]
Rims = Literal["five", "ten", "mesh", "steel"]
Backdrop = Literal["showroom", "street", "field", "coast", "evening", "yard"]
Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """One car in front of one backdrop.

    Args:
        paint: The colour of the body.
        trim: The colour of seats and door cards.
        plate: The text of the number plate; its country decides proportions and colours.
        odometer: What the instruments show, with its unit.
        turn_degrees: How much farther round the photographer walked: no two cars stand alike.
    """

    body: Body
    paint: Rgb
    trim: Rgb
    rims: Rims
    backdrop: Backdrop
    plate: str
    plate_country: Literal["us", "de", "gb"]
    odometer: str
    turn_degrees: float = 0.0


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """`one` with a share (0 to 1) of `other`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
