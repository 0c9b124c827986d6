"""What pages call the fields of a vehicle, by language. Data: a new language is a new column."""

import re
from typing import Literal

# In lower case, without a colon. English, German, French, Spanish, Italian, Dutch, Portuguese, Polish, the Nordic ones.
_TABLE = """
year:
    year | model year | year of manufacture | manufacture year | year built | registration year | first
    registration | baujahr | erstzulassung | modelljahr | année | année modèle | mise en circulation | 1ère mise
    en circulation | date de mise en circulation | año | año de fabricación | matriculación | anno |
    immatricolazione | prima immatricolazione | anno di immatricolazione | bouwjaar | ano | ano de fabrico |
    ano/modelo | primeiro registo | rok produkcji | rok | årsmodell | modellår | årgang | årsmodel | vuosimalli
    | rok výroby | год выпуска | рік випуску | год | рік | gyártási év | an fabricație | anul fabricației | 年式
make:
    make | brand | manufacturer | vehicle make | marke | hersteller | marque | marca | merk | marka | marka
    pojazdu | märke | merke | mærke | merkki | značka | марка | メーカー
model:
    model | vehicle model | modell | modèle | modelo | modello | model pojazdu | malli | модель | 車種
trim:
    trim | trim level | version | derivative | variant | variante | ausstattungslinie | finition | versión |
    versione | uitvoering | versão | wersja | generation
vin:
    vin | vin number | vin # | vin no | vin no. | vehicle identification number | chassis number | chassis no |
    chassis no. | chassis | chassis # | serial number | fahrgestellnummer | fin | fin/vin | fahrzeug-identnr. |
    numéro de châssis | número de bastidor | bastidor | numero di telaio | telaio | chassisnummer | número do
    chassis | numer vin | chassinummer | chassisnr | stelnummer | understellsnr. | vin kód | vin-код |
    vin код | 車台番号
price:
    price | asking price | our price | sale price | selling price | cash price | internet price | dealer price |
    list price | current bid | high bid | highest bid | winning bid | leading bid | hammer price | sold for |
    sold price | final price | buy it now | aktuelles gebot | höchstgebot | enchère actuelle | offre actuelle |
    puja actual | oferta actual | offerta attuale | offerta corrente | huidig bod | hoogste bod | lance atual |
    licitação atual | aktuellt bud | högsta bud | nåværende bud | højeste bud | aktualna oferta | preis |
    kaufpreis | barpreis | verkaufspreis | prix | prix de vente | precio | precio al contado |
    prezzo | prijs | vraagprijs | preço |
    cena | pris | kontantpris | hinta | цена | ціна | ár | preț | 価格 | 支払総額
mileage:
    mileage | odometer | odometer reading | miles | kilometers | kilometres | kms | km | vehicle mileage |
    mileage (mi) | mileage (km) | kilometerstand | km-stand | laufleistung | kilométrage | kilométrage compteur
    | kilometraje | kilómetros | chilometraggio | chilometri | quilometragem | quilómetros | tellerstand |
    przebieg | miltal | mätarställning | kilometerstand (km) | km.stand | kilometer | mittarilukema | najeto |
    tachometr | пробег | пробіг | futott km | kilométeróra állása | kilometraj | rulaj | 走行距離
exterior_color:
    exterior color | exterior colour | ext. color | ext. colour | exterior | color | colour | body colour | body
    color | paint | außenfarbe | farbe | farbe (hersteller) | couleur | couleur extérieure | color exterior |
    colore | colore esterno | kleur | cor | cor exterior | kolor | färg | farge | farve | väri | barva | цвет |
    колір | szín | culoare
interior_color:
    interior color | interior colour | int. color | int. colour | interior | upholstery | trim colour |
    innenausstattung | innenfarbe | farbe der innenausstattung | couleur intérieure | sellerie | color interior
    | tapicería | colore interno | interni | interieurkleur | bekleding | cor interior | estofos | kolor
    tapicerki
body_type:
    body | body type | body style | bodystyle | bodywork | vehicle type | karosserie | karosserieform |
    fahrzeugtyp | kategorie | carrosserie | carrosserie type | carrocería | carrozzeria | carroçaria | segmento
    | typ nadwozia | nadwozie | kaross | karosseri | karosserityp | kori | karoserie | кузов | тип кузова |
    kivitel | caroserie
engine:
    engine | engine size | engine type | engine description | engine capacity | motor | hubraum | cylindrée |
    moteur | motorización | cilindrada | cilindrata | motore | cilinderinhoud | motorinhoud | pojemność skokowa
    | pojemność silnika | motorvolum | двигатель | двигун | объем двигателя | hengerűrtartalom | capacitate
    cilindrică
transmission:
    transmission | gearbox | trans | trans. | transmission type | getriebe | getriebeart | boîte de vitesses |
    boîte | transmisión | caja de cambios | cambio | tipo di cambio | transmissie | versnellingsbak | caixa de
    velocidades | tipo de caixa | câmbio | skrzynia biegów | växellåda | girkasse | gearkasse | gear |
    vaihteisto | převodovka | коробка передач | коробка | кпп | sebességváltó | cutie de viteze | ミッション
drivetrain:
    drivetrain | drive train | drive type | drive | driveline | wheel drive | antrieb | antriebsart |
    transmission roues motrices | tracción | trazione | aandrijving | tração | napęd | drivning | hjuldrift |
    drivhjul | привод | привід | hajtás
fuel_type:
    fuel | fuel type | kraftstoff | kraftstoffart | treibstoff | carburant | énergie | combustible | carburante
    | alimentazione | brandstof | combustível | rodzaj paliwa | paliwo | bränsle | drivmedel | drivstoff |
    brændstof | drivmiddel | polttoaine | palivo | топливо | тип палива | üzemanyag | combustibil | 燃料
stock_number:
    stock | stock number | stock no | stock no. | stock # | stock id | stk # | stock# | lot | lot number | lot #
    | lagernummer | angebotsnummer | fahrzeugnummer | référence | referencia | riferimento | referência |
    referentienummer | numer oferty
dealer_name:
    dealer | dealer name | dealership | seller name | sold by | händler | vendeur | concesionario |
    concessionario | verkoper | concessionário
sale_status:
    status | availability | sale status | verfügbarkeit | disponibilité | disponibilidad | disponibilità |
    beschikbaarheid
auction_ends_at:
    auction ends | ends | auction end | ending | closing date | auktionsende
"""
LABELS: dict[str, str] = {
    " ".join(label.split()): field
    for field, labels in re.findall(r"^(\w+):\n((?:    .*\n)+)", _TABLE, re.MULTILINE)
    for label in labels.split("|")
}
# Labels of what we do not keep: never the value of another label.
_OTHER_LABELS = frozenset(
    " ".join(label.split())
    for label in [
        "power ",
        " leistung ",
        " puissance ",
        " potencia ",
        " potenza ",
        " vermogen ",
        " potência ",
        " moc ",
        " doors ",
        " türen ",
        " portes ",
        " puertas\n    ",
        " porte ",
        " deuren ",
        " portas ",
        " seats ",
        " sitze ",
        " places ",
        " plazas ",
        " posti ",
        " zitplaatsen ",
        " condition ",
        " zustand ",
        "\n    état ",
        " conditie ",
        " location ",
        " standort ",
        " co2 ",
        " emissions ",
        " owners ",
        " previous owners ",
        " previous keepers ",
        "\n    anzahl sitzplätze ",
        " staat van het voertuig ",
        " etiqueta dgt ",
        " etiqueta ambiental ",
        " options ",
        " features ",
        "\n    warranty ",
        " garantie ",
        " equipment ",
        " more ",
        " polsterfarbe\n    ",
    ]
)
LONGEST_LABEL = max(map(len, LABELS))

_SOLD = re.compile(
    r"\bsold\b(?! by)|soldout|outofstock|discontinued|\bverkauft\b|\bvendu\b|\bvendido\b|\bvenduto\b"
    r"|\bverkocht\b|\bsprzedan|\bsåld\b"
    r"|\bsolgt\b|\bmyyty\b|\bprodáno\b|продан",
    re.IGNORECASE,
)
_AUCTION = re.compile(
    r"\bauction\b|\bbid(ding)?\b|\bauktion\b|\benchères\b|\bsubasta\b|\basta\b|\bveiling\b", re.IGNORECASE
)
_FOR_SALE = re.compile(
    r"instock|in stock|limitedavailability|preorder|instoreonly|onlineonly|\bavailable\b|for sale"
    r"|\bverfügbar\b|\bdisponib",
    re.IGNORECASE,
)


def label_of(text: str) -> str | None:
    """The field that a label means: "Kilometerstand:" → "mileage"."""
    if not text or len(text) > LONGEST_LABEL + 4:
        return None
    return LABELS.get(" ".join(text.casefold().split()).rstrip(" :").rstrip())


def is_label(text: str) -> bool:
    """Whether a text is a label, of a field that we keep or of another."""
    return label_of(text) is not None or " ".join(text.casefold().split()).rstrip(" :") in _OTHER_LABELS


def sale_status(text: str) -> Literal["for_sale", "sold", "auction"] | None:
    """A status in our words: "https://schema.org/SoldOut", "Sold", "In stock", "Live auction"."""
    if _SOLD.search(text):
        return "sold"
    if re.search(r"not (yet )?available|unavailable", text, re.IGNORECASE):
        return None
    return "auction" if _AUCTION.search(text) else "for_sale" if _FOR_SALE.search(text) else None
