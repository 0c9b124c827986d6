"""Young classics in Hamburg: OpenGraph, tables, pages of three cars each, euros and kilometres, no sitemap."""

from forecourt.demo.cars import Car, Dealer
from forecourt.demo.look import Look

KONTOR_KLASSIK = Dealer(
    key="kontor-klassik",
    name="Kontor Klassik",
    business_type="classic_dealer",
    place="Am Alten Speicher 9, Hamburg",
    phone="+49 40 555 01 88",
    currency="EUR",
    mileage_unit="km",
    markup="opengraph",
    listing_path="/cars",
    photo_host="kontor-klassik",
    cars=(
        Car(
            "KK-117", 1994, "Porsche", "911", "Carrera 2 Coupé", "WP0ZZZ96 RS400117", 94500, 128400,
            "Polar Silver", "Marine Blue", "Coupé", "3.6 l flat six", "Five-speed manual", "Rear-wheel drive", "Petrol",
            "First delivered in Stuttgart, three owners, every service stamped and every invoice filed. Paint measured "
            "between 110 and 140 micrometres all round. The clutch was renewed at 119,000 km.",
            Look("coupe", (186, 190, 194), (44, 56, 84), "five", "showroom", "HH P 994H", "de", "128.400 km", 3), 22,
        ),
        Car(
            "KK-121", 1991, "Mercedes-Benz", "300 CE", "24V", "WDB12405 1C500121", 27900, 164250,
            "Almandine Red", "Cream Leather", "Coupé", "3.0 l inline six", "Four-speed automatic", "Rear-wheel drive",
            "Petrol",
            "The pillarless coupé with the 24-valve six. Wiring loom renewed, underseal untouched and dry. All four "
            "side windows disappear completely, and without a sound.",
            Look("coupe", (112, 30, 40), (206, 190, 160), "ten", "coast", "HH CE 91H", "de", "164.250 km", -3), 10,
        ),
        Car(
            "KK-124", 1998, "BMW", "528i", "Touring", "WBADP610 0BT00124", 13900, 189700,
            "Oxford Green", "Sand Beige", "Estate", "2.8 l inline six", "Five-speed manual", "Rear-wheel drive",
            "Petrol",
            "A manual Touring, which is the one to have. Self-levelling suspension converted to steel springs and "
            "entered in the papers. No rust at the jacking points: we looked with a camera.",
            Look("estate", (30, 66, 54), (186, 164, 128), "mesh", "street", "HH BM 528", "de", "189.700 km", 4), 9,
            {6: "web_page"},
        ),
        Car(
            "KK-128", 1989, "Volkswagen", "Golf", "GTI 16V", "WVWZZZ1G KW000128", 18750, 142880,
            "Tornado Red", "Black Cloth", "Hatchback", "1.8 l inline four", "Five-speed manual", "Front-wheel drive",
            "Petrol",
            "Unmodified, which is rarer than it sounds: original exhaust, original wheels, original radio with its "
            "code. Cambelt and water pump renewed last autumn.",
            Look("hatchback", (190, 30, 34), (40, 42, 46), "ten", "yard", "HH VW 16H", "de", "142.880 km", -5), 8,
        ),
        Car(
            "KK-131", 2003, "Audi", "RS 6", "Avant", "WUAZZZ4B 3N900131", 34900, 171300,
            "Avus Silver", "Silver Leather", "Estate", "4.2 l twin-turbo V8", "Five-speed automatic", "All-wheel drive",
            "Petrol",
            "Gearbox overhauled by a specialist at 150,000 km with a torque converter of the later pattern. The DRC "
            "dampers were replaced in pairs. It pulls like it says it does.",
            Look("estate", (172, 176, 182), (142, 144, 148), "five", "evening", "HH RS 603", "de", "171.300 km", 2), 12,
        ),
        Car(
            "KK-135", 1996, "Volvo", "850", "T-5R Sedan", "YV1LS580 T2300135", 16900, 203100,
            "Cream Yellow", "Grey Alcantara", "Sedan", "2.3 l turbo inline five", "Four-speed automatic",
            "Front-wheel drive", "Petrol",
            "One of the yellow ones. From a collector in Lübeck who drove it to Gothenburg every summer, and it looks "
            "as if it could leave tomorrow.",
            Look("sedan", (226, 196, 96), (104, 106, 110), "five", "coast", "HL T 850", "de", "203.100 km", -2), 10,
        ),
        Car(
            "KK-138", 1992, "Volkswagen", "T4 Caravelle", "GL 2.5", "WV2ZZZ70 NH000138", 14500, 247600,
            "Calypso Green", "Blue Velour", "Van", "2.5 l inline five", "Five-speed manual", "Front-wheel drive",
            "Petrol",
            "Eight seats, one family, two dogs. Sills and wheel arches done properly two winters ago, with photographs "
            "of the work. The heater warms all three rows.",
            Look("van", (54, 122, 112), (66, 84, 118), "steel", "field", "HH T 425H", "de", "247.600 km", 5), 7,
        ),
        Car(
            "KK-140", 2001, "Saab", "9-5", "Aero", "YS3EH49G 13000140", 9800, 186450,
            "Midnight Blue", "Tan Leather", "Sedan", "2.3 l turbo inline four", "Five-speed manual",
            "Front-wheel drive",
            "Petrol",
            "The sump was dropped and cleaned, the direct ignition cassette is new. The ventilated seats still sigh "
            "as they should.",
            Look("sedan", (30, 42, 74), (160, 112, 72), "ten", "evening", "HH SA 95", "de", "186.450 km", -4), 11,
        ),
    ),
)  # fmt: skip
