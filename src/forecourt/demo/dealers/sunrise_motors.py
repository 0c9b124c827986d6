"""Used cars in Arizona: JSON-LD and a sitemap, dollars and miles, photos on a server of their own."""

from forecourt.demo.cars import Car, Dealer
from forecourt.demo.look import Look

SUNRISE_MOTORS = Dealer(
    key="sunrise-motors",
    name="Sunrise Motors",
    business_type="dealership",
    place="4410 Desert Willow Road, Tucson, AZ",
    phone="(520) 555-0142",
    currency="USD",
    mileage_unit="mi",
    markup="jsonld",
    listing_path="/inventory",
    photo_host="sunrise-photos",
    cars=(
        Car(
            "SM1042", 2019, "Ford", "F-150", "Lariat", "1FTEW1E4 KFA00142", 36995, 48210,
            "Agate Black", "Medium Earth Gray", "Pickup", "3.5L EcoBoost V6", "10-speed automatic", "4WD", "Gasoline",
            "One owner, bought here and traded in here. Tow package, heated and cooled seats, and a bed that has seen "
            "more mulch than gravel. New tires in March; all four brakes measured at 70 percent or better.",
            Look("pickup", (34, 36, 40), (74, 70, 66), "ten", "field", "BKR 4127", "us", "48,210 mi"), 24,
        ),
        Car(
            "SM1057", 2021, "Toyota", "RAV4", "XLE Hybrid", "4T3B6RFV MU000157", 29450, 31877,
            "Blizzard Pearl", "Black", "SUV", "2.5L hybrid inline-4", "eCVT", "AWD", "Hybrid",
            "Averaged 38 mpg with its first owner, a surveyor who drove it on paved roads and wrote everything down. "
            "The service book comes with the car, and so does the second key.",
            Look("suv", (232, 233, 231), (46, 46, 48), "five", "yard", "CNV 8830", "us", "31,877 mi", 4), 12,
            {7: "gone"},
        ),
        Car(
            "SM1061", 2018, "Honda", "Accord", "Touring 2.0T", "1HGCV2F9 JA000161", 21900, 66342,
            "Still Night Pearl", "Ivory", "Sedan", "2.0L turbo inline-4", "10-speed automatic", "FWD", "Gasoline",
            "The quick one, with the engine of the Type R detuned for grown-ups. Timing cover reseal done at 60,000 "
            "miles, receipt in the glove box. A stone chip on the hood, touched up and honest.",
            Look("sedan", (32, 58, 112), (196, 184, 162), "ten", "street", "7KRT 204", "us", "66,342 mi", -4), 10,
        ),
        Car(
            "SM1068", 2020, "Subaru", "Outback", "Limited XT", "4S4BTGND L3100068", 26750, 54019,
            "Autumn Green", "Java Brown", "Estate", "2.4L turbo flat-4", "CVT", "AWD", "Gasoline",
            "Came down from Flagstaff with roof rails that have carried skis and a canoe. CVT fluid changed, "
            "windshield replaced and the cameras calibrated afterwards.",
            Look("estate", (62, 84, 66), (98, 66, 46), "five", "field", "AZT 5519", "us", "54,019 mi", 3), 9,
        ),
        Car(
            "SM1073", 2017, "Chevrolet", "Camaro", "SS Coupe", "1G1FE1R7 H0100073", 31200, 28455,
            "Red Hot", "Jet Black", "Coupe", "6.2L V8", "6-speed manual", "RWD", "Gasoline",
            "Six-speed manual, factory exhaust, never tracked as far as the tires can tell. Garaged by its second "
            "owner, who sells it because of a back and not because of a noise.",
            Look("coupe", (186, 26, 30), (36, 36, 38), "mesh", "evening", "SS 6200", "us", "28,455 mi", 5), 11,
            {5: "damaged"},
        ),
        Car(
            "SM1080", 2022, "Mazda", "CX-5", "Carbon Edition", "JM3KFBCM N0100080", 27980, 19760,
            "Polymetal Gray", "Red Leather", "SUV", "2.5L inline-4", "6-speed automatic", "AWD", "Gasoline",
            "Off lease with its balance of factory warranty. Red leather without a mark on it; two sets of floor mats, "
            "one of them never unrolled.",
            Look("suv", (108, 116, 124), (122, 34, 32), "mesh", "showroom", "DPX 1904", "us", "19,760 mi", -3), 8,
        ),
        Car(
            "SM1086", 2016, "Volkswagen", "Golf", "GTI Autobahn", "3VW447AU GM000186", 16400, 81204,
            "Tornado Red", "Titan Black", "Hatchback", "2.0L turbo inline-4", "6-speed manual", "FWD", "Gasoline",
            "Water pump and thermostat housing already done, carbon cleaned at 75,000 miles. The plaid seats went with "
            "the Autobahn package; these are leather and fresh from the trimmer.",
            Look("hatchback", (196, 30, 36), (42, 42, 44), "five", "coast", "GTI 0075", "us", "81,204 mi", 2), 10,
        ),
        Car(
            "SM1091", 2019, "Chrysler", "Pacifica", "Touring L Plus", "2C4RC1EG KR100091", 22350, 59930,
            "Velvet Blue", "Alloy Gray", "Minivan", "3.6L V6", "9-speed automatic", "FWD", "Gasoline",
            "Seats for eight, each of them steam cleaned. Both sliding doors open by foot, the vacuum works, and the "
            "entertainment screens are as clear as on day one.",
            Look("van", (44, 66, 108), (126, 128, 132), "ten", "yard", "FAM 2019", "us", "59,930 mi", -2), 12,
        ),
        Car(
            "SM1095", 2023, "Hyundai", "Elantra", "Limited", "KMHLP4AG PU000195", 22480, 12045,
            "Intense Blue", "Light Gray", "Sedan", "2.0L inline-4", "IVT", "FWD", "Gasoline",
            "A retired loaner of ours: serviced in our own shop since mile zero, with a bumper-to-bumper warranty "
            "until 2028.",
            Look("sedan", (36, 96, 168), (168, 170, 172), "mesh", "showroom", "ELN 0195", "us", "12,045 mi", 6), 6,
        ),
    ),
)  # fmt: skip
