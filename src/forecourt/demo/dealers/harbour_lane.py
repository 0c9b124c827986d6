"""Used cars on the English coast: microdata, galleries in attributes, pounds and miles, a tired photo server."""

from forecourt.demo.cars import Car, Dealer
from forecourt.demo.look import Look

HARBOUR_LANE = Dealer(
    key="harbour-lane",
    name="Harbour Lane Cars",
    business_type="dealership",
    place="Unit 3, Harbour Lane, Whitstable",
    phone="01227 555 019",
    currency="GBP",
    mileage_unit="mi",
    markup="microdata",
    listing_path="/used-cars",
    photo_host="harbour-photos",
    cars=(
        Car(
            "HL2031", 2018, "Land Rover", "Discovery Sport", "HSE TD4", "SALCA2BN JH700031", 18995, 52340,
            "Byron Blue", "Ebony", "SUV", "2.0 litre diesel", "9-speed automatic", "All-wheel drive", "Diesel",
            "Full main dealer history and a fresh MOT with no advisories. Seven seats, the rear two used by "
            "grandchildren at Christmas. Towbar fitted but hardly scratched.",
            Look("suv", (58, 92, 128), (40, 40, 42), "five", "coast", "LB18 HNY", "gb", "52,340 mi", 3), 12,
        ),
        Car(
            "HL2034", 2017, "Mini", "Cooper S", "Exclusive", "WMWXP720 02T00034", 10450, 41876,
            "Volcanic Orange", "Carbon Black", "Hatchback", "2.0 litre petrol turbo", "6-speed manual",
            "Front-wheel drive", "Petrol",
            "Two keys, two owners, and the chequered roof nobody dares to order now. Front discs and pads replaced at "
            "40,000 miles.",
            Look("hatchback", (212, 104, 36), (38, 38, 40), "ten", "street", "GK67 MNI", "gb", "41,876 mi", -4), 9,
            {4: "cut_short"},
        ),
        Car(
            "HL2040", 2020, "Ford", "Transit Custom", "Limited 130", "WF0YXXTT LK000040", 19750, 63015,
            "Magnetic Grey", "Dark Palazzo", "Van", "2.0 litre diesel", "6-speed manual", "Front-wheel drive", "Diesel",
            "One company from new, a stonemason with a tidy mind: ply lined, bulkhead sound, no smell. The VAT is "
            "included in the price.",
            Look("van", (96, 100, 106), (52, 54, 58), "steel", "yard", "KX20 TRC", "gb", "63,015 mi", 2), 8,
        ),
        Car(
            "HL2043", 2016, "Jaguar", "XE", "R-Sport 2.0d", "SAJAB4BN GCP00043", 9980, 71420,
            "Italian Racing Red", "Jet", "Saloon", "2.0 litre diesel", "8-speed automatic", "Rear-wheel drive",
            "Diesel",
            "Timing chain replaced under recall, paperwork here. The leather has kept its shape and the parking "
            "sensors their temper.",
            Look("sedan", (150, 28, 36), (44, 42, 42), "mesh", "showroom", "WN16 JAG", "gb", "71,420 mi", -3), 10,
            {7: "busy", 8: "busy"},
        ),
        Car(
            "HL2047", 2019, "Skoda", "Superb", "SE L Estate", "TMBJJ7NP K7000047", 15450, 58790,
            "Business Grey", "Stone Beige", "Estate", "1.5 litre petrol turbo", "7-speed automatic",
            "Front-wheel drive",
            "Petrol",
            "A boot that swallows a wardrobe, and did. Umbrella still in the door. Serviced every 10,000 miles by the "
            "same man.",
            Look("estate", (122, 128, 132), (198, 186, 164), "five", "field", "YD19 SKB", "gb", "58,790 mi", 4), 7,
        ),
        Car(
            "HL2050", 2015, "Audi", "TT", "Sport 2.0 TFSI", "TRUZZZFV F1000050", 13250, 60133,
            "Glacier White", "Black Alcantara", "Coupé", "2.0 litre petrol turbo", "6-speed manual",
            "Front-wheel drive",
            "Petrol",
            "The virtual cockpit that started them all. Haldex not fitted, so nothing to forget to service. Two new "
            "Michelins at the front.",
            Look("coupe", (230, 232, 234), (34, 34, 36), "mesh", "evening", "RV15 TTS", "gb", "60,133 mi", -5), 6,
        ),
        Car(
            "HL2052", 2021, "Isuzu", "D-Max", "V-Cross Double Cab", "MPATFS40 MT000052", 22900, 38455,
            "Valencia Orange", "Piano Black", "Pickup", "1.9 litre diesel", "6-speed automatic", "Four-wheel drive",
            "Diesel",
            "Worked on a fruit farm and washed every Friday. Hard tonneau cover, tow bar, and a load bed that was "
            "lined "
            "from the first day.",
            Look("pickup", (206, 96, 34), (42, 42, 44), "ten", "field", "EA21 DMX", "gb", "38,455 mi", 3), 7,
        ),
    ),
)  # fmt: skip
