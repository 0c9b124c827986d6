"""Cars and dealers that do not exist, drawn by a seed, with a VIN whose check digit is right."""

from dataclasses import dataclass, replace
from random import Random

from synthetic.languages import Language

PHOTO_KEY = r"/([0-9a-f]{12})(?=[._/-])"
_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
# 49 CFR 565.15: I, O and Q are no letters of a VIN, and the sum is taken modulo 11.
_WORTH = {str(digit): digit for digit in range(10)} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_MODELS = (
    ("1FA", "Ford", "Mustang", "GT Premium"),
    ("1FT", "Ford", "F-150", "Lariat"),
    ("4T1", "Toyota", "Camry", "XSE"),
    ("2HG", "Honda", "Civic", "Touring"),
    ("5YJ", "Tesla", "Model 3", "Long Range"),
    ("WBA", "BMW", "320d", "Touring M Sport"),
    ("WVW", "Volkswagen", "Golf", "1.5 TSI Style"),
    ("WAU", "Audi", "A4", "Avant 40 TDI"),
    ("VF1", "Renault", "Clio", "TCe 90 Zen"),
    ("VF3", "Peugeot", "308", "1.2 PureTech Allure"),
    ("ZFA", "Fiat", "Panda", "1.0 Hybrid City"),
    ("VSS", "Seat", "Leon", "2.0 TDI FR"),
    ("YV1", "Volvo", "V60", "D4 Momentum"),
    ("TMB", "Skoda", "Octavia", "Combi 2.0 TDI"),
    ("JM1", "Mazda", "CX-5", "2.5 Takumi"),
    ("KNA", "Kia", "Ceed", "1.4 T-GDi Spirit"),
)
_DEALERS = (
    "hollowbrook",
    "lindenau-wagen",
    "sept-collines",
    "tre-torri",
    "vega-alta",
    "molenkade",
    "norrvik",
    "topola",
)
_SUFFIXES = ("motors", "auto", "cars", "garage")


@dataclass(frozen=True)
class Car:
    """What a dealer knows of a car. `mileage` and `price` are in the units of the dealer's country."""

    number: int
    wmi: str
    year: int
    make: str
    model: str
    trim: str
    vin: str
    price: int
    mileage: int
    fuel: int
    gearbox: int
    photos: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.make} {self.model} {self.trim}"


@dataclass(frozen=True)
class Dealer:
    """Who publishes it, where and in which language."""

    host: str
    name: str
    language: Language

    @property
    def site(self) -> str:
        return f"https://www.{self.host}"

    def page_of(self, car: Car) -> str:
        slug = "-".join(f"{car.make} {car.model} {car.trim}".lower().replace(".", "").split())
        return f"{self.site}/{self.language.folder}/{slug}-{car.number}"

    def photo(self, key: str, size: str = "1600x1200") -> str:
        return f"https://img.{self.host}/{size}/{key}.jpg"

    def photos_of(self, car: Car, size: str = "1600x1200") -> tuple[str, ...]:
        return tuple(self.photo(key, size) for key in car.photos)


def draw_dealer(random: Random, language: Language) -> Dealer:
    name = f"{random.choice(_DEALERS)}-{random.choice(_SUFFIXES)}"
    return Dealer(f"{name}.example.{language.ending}", name.replace("-", " ").title(), language)


def draw_car(random: Random, language: Language, *, photos: int = 7) -> Car:
    wmi, make, model, trim = random.choice(_MODELS)
    step = language.price_step
    return Car(
        number=random.randrange(100_000, 9_999_999),
        wmi=wmi,
        year=random.randrange(2004, 2025),
        make=make,
        model=model,
        trim=trim,
        vin=draw_vin(random, wmi),
        price=random.randrange(4_000 // 5, 89_000 // 5) * 5 * step,
        mileage=random.randrange(11, 240) * 1000 + (0 if language.rounds_mileage else random.randrange(1, 100) * 10),
        fuel=random.randrange(2),
        gearbox=random.randrange(2),
        photos=tuple(f"{random.randrange(16**12):012x}" for _ in range(photos)),
    )


def draw_cars(random: Random, language: Language, count: int) -> list[Car]:
    """Different ones, as the lists and the boxes with similar cars have them."""
    cars = [draw_car(random, language, photos=3) for _ in range(count)]
    return [replace(car, number=1_000_000 + 37 * at + car.number % 37) for at, car in enumerate(cars)]


def draw_vin(random: Random, wmi: str) -> str:
    body = "".join(random.choice(_ALPHABET) for _ in range(8))
    vin = f"{wmi}{body[:5]}0{body[5:]}{random.randrange(100_000):05d}"
    return vin[:8] + check_digit(vin) + vin[9:]


def check_digit(vin: str) -> str:
    return "0123456789X"[sum(weight * _WORTH[one] for weight, one in zip(_WEIGHTS, vin, strict=True)) % 11]


def wrong_vin(vin: str) -> str:
    """The same with a check digit that is not its own; only a North American one is wrong by that."""
    return vin[:8] + ("1" if vin[8] != "1" else "2") + vin[9:]
