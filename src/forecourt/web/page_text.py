"""A stranger's text, and our figures, as people read them. Jinja escapes the rest."""

import re
from collections.abc import Mapping
from typing import Any

# Control characters, and the marks that turn the direction of the text around them.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_FACTS = {
    "year": "Year",
    "make": "Make",
    "model": "Model",
    "trim": "Trim",
    "body_type": "Body",
    "engine": "Engine",
    "transmission": "Transmission",
    "drivetrain": "Drivetrain",
    "fuel_type": "Fuel",
    "exterior_color": "Exterior",
    "interior_color": "Interior",
    "vin": "VIN",
    "stock_number": "Stock number",
    "dealer_name": "Dealer",
}
_SALE = {"sold": "Sold", "auction": "Auction"}


def readable(value: object) -> str:
    """Text without control characters and direction overrides; line breaks and tabs stay."""
    return _INVISIBLE.sub("", str(value))


def name_of(vehicle: Mapping[str, Any]) -> str:
    """The title of the listing, else year, make and model, else the number."""
    if title := readable(vehicle["title"] or "").strip():
        return title
    parts = (vehicle["year"], vehicle["make"], vehicle["model"], vehicle["trim"])
    return readable(" ".join(str(part) for part in parts if part)).strip() or f"Vehicle {vehicle['id']}"


def price_of(vehicle: Mapping[str, Any]) -> str:
    """Thousands apart, cents only where there are some; empty where no price is known."""
    price = vehicle["price"]
    if price is None:
        return ""
    amount = f"{price:,.2f}" if isinstance(price, float) else f"{price:,}"
    currency = readable(vehicle["currency"] or "")
    return f"{_SIGNS[currency]}{amount}" if currency in _SIGNS else f"{amount} {currency}".strip()


def mileage_of(vehicle: Mapping[str, Any]) -> str:
    """With its unit; empty where it is not known."""
    if vehicle["mileage"] is None:
        return ""
    return f"{vehicle['mileage']:,} {vehicle['mileage_unit'] or ''}".strip()


def sale_of(vehicle: Mapping[str, Any]) -> str:
    """Sold, Auction, or nothing for what is simply for sale."""
    return _SALE.get(vehicle["sale_status"], "")


def facts_of(vehicle: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is known about the vehicle, label and value, in the order of the page."""
    facts = [(label, readable(vehicle[column])) for column, label in _FACTS.items() if vehicle[column] is not None]
    if mileage := mileage_of(vehicle):
        facts.append(("Mileage", mileage))
    if vehicle["auction_ends_at"] is not None:
        facts.append(("Auction ends", f"{vehicle['auction_ends_at']:%Y-%m-%d %H:%M} UTC"))
    return facts


def duration(seconds: float | None) -> str:
    """Two units at most."""
    if seconds is None:
        return "unknown"
    minutes = round(seconds / 60)
    if minutes < 1:
        return "under a minute"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"about {days} d {hours} h"
    return f"about {hours} h {minutes} min" if hours else f"about {minutes} min"


def spelled(name: str) -> str:
    """A status or failure kind as people write it."""
    return name.replace("_", " ")
