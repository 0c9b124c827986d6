"""What dealers of twelve countries call things, and how they write numbers."""

from dataclasses import dataclass

NARROW = "\u202f"


@dataclass(frozen=True)
class Language:
    """How a country's dealers write.

    Args:
        ending: The country in their host names.
        group: Between the thousands of a number.
        money: A price, around its number.
        distance: A mileage, around its number.
        labels: What they call year, make, model, mileage, price, VIN, fuel, gearbox.
        year_text: How they write the year beside its label.
        words: similar cars, per month, price on request, was, net, sold, next.
        price_step: What a price is a multiple of: a yen is less than a euro.
    """

    code: str
    ending: str
    currency: str
    unit: str
    group: str
    money: str
    distance: str
    labels: tuple[str, str, str, str, str, str, str, str]
    fuels: tuple[str, str]
    gearboxes: tuple[str, str]
    folder: str
    words: tuple[str, str, str, str, str, str, str]
    year_text: str = "{year}"
    price_step: int = 1
    rounds_mileage: bool = False

    def price(self, amount: int) -> str:
        number = f"{amount / 10_000:g}" if self.code == "ja" else self.grouped(amount)
        return self.money.format(number)

    def mileage(self, amount: int) -> str:
        number = {"ja": f"{amount / 10_000:g}", "uk": str(amount // 1000)}.get(self.code, self.grouped(amount))
        return self.distance.format(number)

    def grouped(self, amount: int) -> str:
        return f"{amount:,}".replace(",", self.group)


AMERICAN = Language(
    "en-US", "us", "USD", "mi", ",", "${}", "{} miles",
    ("Year", "Make", "Model", "Mileage", "Price", "VIN", "Fuel type", "Transmission"),
    ("Gasoline", "Diesel"), ("Automatic", "Manual"), "inventory",
    ("Similar vehicles", "$289/mo", "Call for price", "Was", "before tax", "Sold", "Next"),
)  # fmt: skip
BRITISH = Language(
    "en-GB", "co.uk", "GBP", "mi", ",", "£{}", "{} miles",
    ("Registration year", "Make", "Model", "Mileage", "Price", "VIN", "Fuel", "Gearbox"),
    ("Petrol", "Diesel"), ("Automatic", "Manual"), "used-cars",
    ("You may also like", "£289 per month", "POA", "Was", "excl. VAT", "Sold", "Next"),
)  # fmt: skip
GERMAN = Language(
    "de", "de", "EUR", "km", ".", "{} €", "{} km",
    ("Erstzulassung", "Marke", "Modell", "Kilometerstand", "Preis", "FIN", "Kraftstoff", "Getriebe"),
    ("Benzin", "Diesel"), ("Automatik", "Schaltgetriebe"), "fahrzeuge",
    ("Ähnliche Fahrzeuge", "289 € mtl.", "Preis auf Anfrage", "Statt", "netto", "Verkauft", "Weiter"),
    year_text="03/{year}",
)  # fmt: skip
FRENCH = Language(
    "fr", "fr", "EUR", "km", NARROW, "{} €", "{} km",
    ("Mise en circulation", "Marque", "Modèle", "Kilométrage", "Prix", "Numéro de châssis", "Énergie",
     "Boîte de vitesses"),
    ("Essence", "Diesel"), ("Automatique", "Manuelle"), "voitures",
    ("Véhicules similaires", "289 € / mois", "Prix sur demande", "Au lieu de", "HT", "Vendu", "Suivant"),
    year_text="12/04/{year}",
)  # fmt: skip
ITALIAN = Language(
    "it", "it", "EUR", "km", ".", "€ {}", "{} km",
    ("Immatricolazione", "Marca", "Modello", "Chilometraggio", "Prezzo", "Telaio", "Carburante", "Cambio"),
    ("Benzina", "Diesel"), ("Automatico", "Manuale"), "auto",
    ("Auto simili", "289 € al mese", "Prezzo su richiesta", "Prima", "+ IVA", "Venduto", "Avanti"),
    year_text="05/{year}",
)  # fmt: skip
SPANISH = Language(
    "es", "es", "EUR", "km", ".", "{} €", "{} km",
    ("Año", "Marca", "Modelo", "Kilómetros", "Precio", "Bastidor", "Combustible", "Caja de cambios"),
    ("Gasolina", "Diésel"), ("Automática", "Manual"), "coches",
    ("Coches similares", "289 €/mes", "Consultar precio", "Antes", "sin IVA", "Vendido", "Siguiente"),
)  # fmt: skip
PORTUGUESE = Language(
    "pt", "pt", "EUR", "km", " ", "{} €", "{} km",
    ("Ano", "Marca", "Modelo", "Quilómetros", "Preço", "VIN", "Combustível", "Tipo de caixa"),
    ("Gasolina", "Diesel"), ("Automática", "Manual"), "carros",
    ("Carros semelhantes", "289 €/mês", "Preço sob consulta", "Antes", "sem IVA", "Vendido", "Seguinte"),
)  # fmt: skip
DUTCH = Language(
    "nl", "nl", "EUR", "km", ".", "€ {},-", "{} km",
    ("Bouwjaar", "Merk", "Model", "Tellerstand", "Prijs", "Chassisnummer", "Brandstof", "Transmissie"),
    ("Benzine", "Diesel"), ("Automaat", "Handgeschakeld"), "occasions",
    ("Vergelijkbare auto's", "€ 289 p/m", "Prijs op aanvraag", "Was", "excl. btw", "Verkocht", "Volgende"),
)  # fmt: skip
SWEDISH = Language(
    "sv", "se", "SEK", "km", " ", "{} kr", "{} km",
    ("Modellår", "Märke", "Modell", "Mätarställning", "Pris", "Chassinummer", "Drivmedel", "Växellåda"),
    ("Bensin", "Diesel"), ("Automat", "Manuell"), "bilar",
    ("Liknande bilar", "2 890 kr/mån", "Pris på begäran", "Tidigare", "exkl. moms", "Såld", "Nästa"), price_step=10,
)  # fmt: skip
POLISH = Language(
    "pl", "pl", "PLN", "km", " ", "{} zł", "{} km",
    ("Rok produkcji", "Marka pojazdu", "Model pojazdu", "Przebieg", "Cena", "VIN", "Rodzaj paliwa", "Skrzynia biegów"),
    ("Benzyna", "Diesel"), ("Automatyczna", "Manualna"), "oferta",
    ("Podobne oferty", "1 289 zł/mies.", "Cena na zapytanie", "Poprzednio", "netto", "Sprzedany", "Następna"),
    price_step=4,
)  # fmt: skip
UKRAINIAN = Language(
    "uk", "ua", "UAH", "km", " ", "{} грн", "{} тис. км",
    ("Рік випуску", "Марка", "Модель", "Пробіг", "Ціна", "VIN-код", "Паливо", "Коробка передач"),
    ("Бензин", "Дизель"), ("Автомат", "Механіка"), "avto",
    ("Схожі авто", "9 289 грн/міс", "Ціна за запитом", "Було", "без ПДВ", "Продано", "Наступна"),
    price_step=40, rounds_mileage=True,
)  # fmt: skip
JAPANESE = Language(
    "ja", "jp", "JPY", "km", ",", "{}万円", "{}万km",
    ("年式", "メーカー", "車種", "走行距離", "価格", "車台番号", "燃料", "ミッション"),
    ("ガソリン", "ディーゼル"), ("AT", "MT"), "usedcar",
    ("似ている車", "月々2.9万円", "応談", "旧価格", "税抜", "売約済", "次へ"), year_text="{year}年", price_step=200,
    rounds_mileage=True,
)  # fmt: skip
LANGUAGES = (
    *(AMERICAN, BRITISH, GERMAN, FRENCH, ITALIAN, SPANISH, PORTUGUESE, DUTCH, SWEDISH, POLISH, UKRAINIAN, JAPANESE),
)
