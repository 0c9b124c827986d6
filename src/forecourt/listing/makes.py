"""The makes of vehicles, and what a title such as "2019 Ford Mustang GT" says by them."""

import re
from dataclasses import dataclass

from forecourt.listing.amounts import read_year

# As makers write themselves. A second name behind "=" is another spelling of the first.
_TABLE = """
Abarth | AC | Acura | Aiways | Aixam | Alfa Romeo=Alfa | Alpina=BMW Alpina | Alpine | AMC=American Motors |
Aprilia | Ariel | Aston Martin | Auburn | Audi | Austin-Healey=Austin Healey | Austin | Autobianchi | Avanti |
Avatr | BAIC | Bentley | Benelli | Bertone | Beta | Bitter | BMW | Borgward | Brabus | Bricklin | Bristol |
Buell | Bugatti | Buick | BYD | Cadillac | Can-Am | Caterham | CFMOTO=CF Moto | Changan | Checker | Chery |
Chevrolet=Chevy | Chrysler | Citroën=Citroen | Cobra | Cord | Crosley | Cupra | Dacia | Daewoo | DAF |
Daihatsu=ダイハツ | Daimler | Datsun | De Tomaso=DeTomaso | Delage | Delahaye | DeLorean | DeSoto | DKW |
Dodge | Dongfeng | DS Automobiles=DS | Ducati | Duesenberg | Eagle | Edsel | Elva | Facel Vega | FAW | Ferrari |
Fiat | Fisker | Ford | Forthing | Foton | Franklin | Freightliner | GAC | Gaz | GasGas | Geely | Genesis | Geo |
Ginetta | GMC | Great Wall | Gordon-Keeble | Harley-Davidson=Harley Davidson | Haval | Hillman | Hino |
Hispano-Suiza | Holden | Honda=ホンダ | Hongqi | Hudson | Hummer | Hupmobile | Husqvarna | Hyundai | Indian |
Ineos | Infiniti | International | Iso | Isuzu=いすゞ | Iveco | Jaecoo | JAC | Jaguar | Jeep | Jensen | Kaiser |
Kawasaki | Kia | Koenigsegg | KTM | Lada | Lagonda | Lamborghini | Lancia | Land Rover=Landrover | LaSalle |
LDV | Leapmotor | Lexus=レクサス | Leyland | Ligier | Lincoln | Lotus | Lucid | Lynk & Co=Lynk&Co | Mack |
Mahindra | MAN | Maserati | Matra | Maxus | Maybach | Mazda=マツダ | McLaren |
Mercedes-Benz=Mercedes=Mercedes Benz=Mercedes-AMG=Mercedes-Maybach | Mercury | Messerschmitt | Meyers Manx |
MG | Microcar | Mini | Mitsubishi=三菱 | Morgan | Morris | Moto Guzzi | MV Agusta | Nash | Nio |
Nissan=日産=ニッサン | Noble | NSU | Oldsmobile | Omoda | Opel | Packard | Pagani | Panoz | Panther |
Peterbilt | Peugeot | Pierce-Arrow | Plymouth | Polaris | Polestar | Pontiac | Porsche | Proton | Puch | Ram |
Reliant | Renault | Riley | Rimac | Rivian | Rolls-Royce=Rolls Royce | Rover | Royal Enfield | RUF | Saab |
Saleen | Santana | Saturn | Scania | Scion | Seat | Seres | Shelby | Siata | Simca | Singer | Skoda=Škoda |
Smart | Spyker | SsangYong | Standard | Studebaker | Stutz | Subaru=スバル | Sunbeam | Suzuki=スズキ | Talbot |
Tata | Tatra | Tesla | Think | Toyota=トヨタ | Trabant | Triumph | TVR | UAZ | Ultima | Vanden Plas | Vauxhall |
Vector | VinFast | Volkswagen=VW | Volvo | Voyah | Wartburg | Westfield | Wiesmann | Willys | Wolseley |
XPeng=Xpeng | Yamaha | Yugo | Zastava | Zeekr | Zündapp
"""
_NAMES = {
    spelling.casefold(): names[0]
    for names in (entry.strip().split("=") for entry in _TABLE.split("|"))
    for spelling in names
}
# Short or everyday words: a make only right behind a year, or at the start.
_EVERYDAY = frozenset(
    """
    ac ds man ram seat smart mini think standard indian international alpine eagle beta geo iso cobra vector
    avanti noble singer saturn panther genesis franklin cord austin bristol riley morris westfield sunbeam
    polaris ultima elva santana mack nash checker kaiser
    """.split()
)
_MAKE = re.compile(
    r"(?<![\w-])(" + "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True)) + r")(?![\w])",
    re.IGNORECASE,
)
# Models of more than one word.
_FIRST_WORDS = frozenset(
    """
    grand santa land range model monte town el la le silver new bel cooper crown park road power pt ghia gran
    super type wagon series serie clase classe klasse class k5
    """.split()
)
_SECOND_WORDS = frozenset(
    {"series", "serie", "class", "klasse", "classe", "clase", "er", "mach-e", "cooper", "cruiser", "rover"}
)
_THIRD_WORDS = frozenset({"sport", "evoque", "velar"})  # of a Range Rover
_END = re.compile(
    r"\s+[|·•—\u2013]\s+|\s+-\s+|\s*[|•]\s*|,\s|\s+(for sale|in|at|zum verkauf|kaufen|gebraucht)\s", re.IGNORECASE
)
_PARTS = re.compile(
    r"\bfor (?:an? |the |your )?(?:"
    + "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True))
    + r")\b"
    r"|\b(?:wheels|rims|hubcaps|seats|literature|memorabilia|brochures|tool ?kits?|luggage)\s*$",
    re.IGNORECASE,
)
_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class TitleParts:
    """What a title says. `trim` is whatever follows the model."""

    year: int | None
    make: str
    model: str | None
    trim: str | None


def known_make(text: str) -> str | None:
    """A make as its maker writes it: "VW" → "Volkswagen"; None for what is no make that we know."""
    return _NAMES.get(" ".join(text.split()).casefold())


def is_of_parts(title: str) -> bool:
    """Whether a title offers something for a vehicle and not the vehicle: "20-inch wheels for Porsche 911"."""
    return bool(_PARTS.search(title))


def split_title(title: str) -> TitleParts | None:
    """Year, make, model and trim of a title; None where no make is in it."""
    title = " ".join(title[:_LONGEST_TITLE].split())
    for found in _MAKE.finditer(title):
        before = title[: found.start()].rstrip()
        make = known_make(found[1])
        if make is None:
            continue  # "İ" is an "i" to a regular expression and to nobody else
        if found[1].casefold() in _EVERYDAY and before and not re.search(r"(?:18|19|20)\d\d$", before):
            continue
        rest = _END.split(title[found.end() :].strip(), maxsplit=1)[0]
        words = re.sub(r"[\[(][^\])]*[\])]", " ", rest).split()
        year = read_year(before) or read_year(title)
        if words and words[0] == str(year):
            words = words[1:]
        model, trim = _model(words)
        return TitleParts(year, make, model, trim)
    return None


def _model(words: list[str]) -> tuple[str | None, str | None]:
    if not words:
        return None, None
    first = words[0].strip(",;:")
    count = 1
    if len(words) > 1 and (first.casefold() in _FIRST_WORDS or words[1].casefold() in _SECOND_WORDS):
        count = 3 if first.casefold() == "range" and " ".join(words[2:3]).casefold() in _THIRD_WORDS else 2
    model = " ".join(words[:count]).strip(" ,;:-")
    if not re.search(r"\w", model):
        return None, None
    trim = " ".join(word for word in words[count:] if not re.fullmatch(r"(?:18|19|20)\d\d", word)).strip(" ,;:-")
    return model, trim or None
