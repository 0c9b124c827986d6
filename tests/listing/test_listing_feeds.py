"""Feeds as dealers hand them out: each family with made data, and what contradicts itself."""

import json
from decimal import Decimal
from typing import Any

import pytest
from feed_made import FEED_URL, read

VIN = "1FTEW1E4XKFA00142"
PHOTOS = ("https://p.example/1.jpg", "https://p.example/2.jpg")
HOMENET = (
    "DealerID,type,stock,vin,year,make,model,body,trim,ext_color,int_color,engine,transmission,miles,"
    "selling_price,MSRP,BookValue,Invoice,description,ImageList\n"
    f"9001,Used,A117,{VIN},2019,FORD,F-150,Crew Cab,Lariat,Blue,Tan,3.5L V6,Automatic,48210,36995,52110,"
    f'30000,29000,"One owner, clean","{PHOTOS[0]},{PHOTOS[1]}"\n'
)
VAUTO = (
    '"Dealer ID","Dealer Name","VIN","Stock #","New/Used","Year","Make","Model","Model Number","Body",'
    '"Transmission","Series","Odometer","Drivetrain Desc","Colour","Interior Color","MSRP","Price","Description",'
    '"Photo Url List","Engine","Fuel"\n'
    f'"MP1","Sunrise","{VIN}","A117","U","2019","Ford","F-150","W1E","Crew Cab","Automatic","Lariat","48210",'
    f'"4WD","Blue","Tan","0","$36,995.00","One owner, clean","{"|".join(PHOTOS)}","3.5L V6","Gasoline"\n'
)
DEALER_SPECIALTIES = (
    "DealerID\tStockNumber\tVIN\tNewUsed\tYear\tMake\tModel\tTrim\tBody\tExteriorColor\tInteriorColor\tMileage\t"
    "InternetPrice\tRetailPrice\tPhotoURLs\tComments\n"
    f"77\tA117\t{VIN}\tU\t2019\tFord\tF-150\tLariat\tCrew Cab\tBlue\tTan\t48210\t36995\t39995\t"
    f"{PHOTOS[0]};{PHOTOS[1]}\tOne owner, clean\n"
)
AUTOREVO = (
    "Stock Number|VIN|Year|Make|Model|Trim|Body Style|Ext Color|Int Color|Mileage|Special Price|List Price|"
    "Image URLs|Description\n"
    f"A117|{VIN}|2019|Ford|F-150|Lariat|Crew Cab|Blue|Tan|48210|36995|39995|"
    f"{PHOTOS[0]} {PHOTOS[1]}|One owner, clean\n"
)
META_CSV = (
    "vehicle_id,vin,title,description,url,make,model,trim,year,mileage.value,mileage.unit,image[0].url,image[0].tag[0],"
    "image[1].url,image[1].tag[0],body_style,exterior_color,interior_color,transmission,price,state_of_vehicle,address\n"
    f'A117,{VIN},2019 Ford F-150,"One owner, clean",https://dealer.example/a117,Ford,F-150,Lariat,2019,48210,MI,'
    f"{PHOTOS[0]},Exterior,{PHOTOS[1]},Interior,Crew Cab,Blue,Tan,Automatic,36995 USD,USED,"
    "\"{addr1:'1 Main St', city:'Springfield', region:'IL', country:'US'}\"\n"
)
META_XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<listings><title>Sunrise</title><link rel="self" href="https://dealer.example"/>
 <listing><vehicle_id>A117</vehicle_id><vin>{VIN}</vin><title>2019 Ford F-150</title><description>One owner, clean
 </description><url>https://dealer.example/a117</url><make>Ford</make><model>F-150</model><trim>Lariat</trim>
 <year>2019</year><mileage><value>48210</value><unit>MI</unit></mileage>
 <image><url>{PHOTOS[0]}</url><tag>Exterior</tag></image><image><url>{PHOTOS[1]}</url><tag>Interior</tag></image>
 <body_style>Crew Cab</body_style><exterior_color>Blue</exterior_color><interior_color>Tan</interior_color>
 <transmission>Automatic</transmission>
 <price>36995 USD</price><address format="simple"><component name="city">Springfield</component></address></listing>
</listings>"""
GOOGLE_TSV = (
    "id\tvin\tstore_code\tlink_template\tlink\timage_link\tadditional_image_link\tprice\tmileage\tyear\tbrand\tmodel\t"
    "trim\tcolor\tbody_style\tdescription\tvehicle_msrp\n"
    f"A117\t{VIN}\tS1\thttps://dealer.example/{{store_code}}\thttps://dealer.example/a117\t{PHOTOS[0]}\t{PHOTOS[1]}\t"
    "36995.00 USD\t48210 miles\t2019\tFord\tF-150\tLariat\tBlue\tCrew Cab\tOne owner, clean\t52110 USD\n"
)
GOOGLE_XML = f"""<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>Sunrise</title>
<item><g:id>A117</g:id><g:vin>{VIN}</g:vin><g:link>https://dealer.example/a117</g:link>
<g:image_link>{PHOTOS[0]}</g:image_link><g:additional_image_link>{PHOTOS[1]}</g:additional_image_link>
<g:price currency="USD">36995</g:price><g:mileage unit="mi">48210</g:mileage><g:year>2019</g:year>
<g:brand>Ford</g:brand><g:model>F-150</g:model><g:trim>Lariat</g:trim><g:color>Blue</g:color>
<g:body_style>Crew Cab</g:body_style><g:description>One owner, clean</g:description></item></channel></rss>"""
NESTED = {
    "stockNumber": "A117",
    "vin": VIN,
    "vehicle": {"make": "Ford", "model": "F-150", "trim": "Lariat", "year": 2019, "bodyStyle": "Crew Cab"},
    "colors": {"x": 1},
    "exteriorColor": {"name": "Blue"},
    "price": {"amount": 36995, "currency": "USD"},
    "mileage": {"value": 48210, "unit": "MI"},
    "description": "One owner, clean",
    "images": [{"url": PHOTOS[0], "width": 10}, {"url": PHOTOS[1]}],
}
JSON_DOCUMENT = json.dumps({"meta": {"count": 1, "tags": [{"id": 1}]}, "data": {"vehicles": [NESTED]}}, indent=1)
JSON_LINES = json.dumps(NESTED) + "\n\n" + json.dumps({**NESTED, "stockNumber": "A118", "vin": None}) + "\n"
FAMILIES = {
    "homenet": HOMENET, "vauto": VAUTO, "dealer specialties": DEALER_SPECIALTIES, "autorevo": AUTOREVO,
    "meta csv": META_CSV, "meta xml": META_XML, "google tsv": GOOGLE_TSV, "google xml": GOOGLE_XML,
    "json": JSON_DOCUMENT, "json lines": JSON_LINES,
}  # fmt: skip
SAYS_THE_CURRENCY = {"vauto", "meta csv", "meta xml", "google tsv", "google xml", "json", "json lines"}
SAYS_THE_UNIT = {"homenet", "vauto", "meta csv", "meta xml", "google tsv", "google xml", "json", "json lines"}
HAS_PAGES = {"meta csv", "meta xml", "google tsv", "google xml"}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_feed_of_this_family_is_read_as_a_person_would_read_it(family: str) -> None:
    found = read(FAMILIES[family])

    first = found.listings[0]
    assert found.bad == []
    assert (first.vin, first.year, first.make, first.model, first.trim) == (VIN, 2019, "Ford", "F-150", "Lariat")
    assert (first.price, first.mileage, first.stock_number) == (Decimal(36995), 48210, "A117")
    assert first.currency == ("USD" if family in SAYS_THE_CURRENCY else None)
    assert first.mileage_unit == ("mi" if family in SAYS_THE_UNIT else None)  # vauto: who asks dollars
    assert (first.body_type, first.exterior_color, first.description) == ("Crew Cab", "Blue", "One owner, clean")
    assert first.photos == PHOTOS
    assert first.url == ("https://dealer.example/a117" if family in HAS_PAGES else f"{FEED_URL}#A117")
    assert found.vehicles[0].shows_itself
    assert found.end.why_cut is None


def table(**cells: object) -> str:
    """One vehicle, with these columns beside its VIN."""
    named = {"VIN": VIN, **{name.replace("_", " "): value for name, value in cells.items()}}
    return ";".join(named) + "\n" + ";".join(f'"{value}"' for value in named.values()) + "\n"


@pytest.mark.parametrize(
    ("cells", "price"),
    [
        ({"MSRP": "52110", "Price": "36995"}, "36995"),
        ({"MSRP": "52110", "Selling Price": "0", "Price": ""}, "52110"),
        ({"Price": "38995", "Internet Price": "36995", "List Price": "41000"}, "36995"),
        ({"Price": "Call us", "List Price": "41000"}, "41000"),
        ({"Invoice": "20000", "Book Value": "21000"}, None),
        ({"Monthly Payment": "299", "Price": "$299/mo"}, None),
        ({"Preis": "18.990,00"}, "18990"),
        ({"Preis": "18990,50 €"}, "18990.50"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_price_is_the_one_that_a_buyer_pays(cells: dict[str, object], price: str | None) -> None:
    assert read(table(**cells)).only.price == (Decimal(price) if price else None)


@pytest.mark.parametrize(
    ("cells", "mileage"),
    [
        ({"Mileage": "61.300"}, (61300, None)),
        ({"Miles": "61300"}, (61300, "mi")),
        ({"Kilometerstand": "61.300"}, (61300, "km")),
        ({"Odometer": "61300 km", "Miles": ""}, (61300, "km")),
        ({"Mileage": "61300", "Mileage Unit": "KM"}, (61300, "km")),
    ],
    ids=str,
)
def test_a_mileage_has_the_unit_that_its_feed_says(cells: dict[str, object], mileage: tuple[int, str | None]) -> None:
    told = read(table(**cells)).only

    assert (told.mileage, told.mileage_unit) == mileage


@pytest.mark.parametrize(
    ("cell", "photos"),
    [
        ("https://p.example/1.jpg|https://p.example/2.jpg", PHOTOS),
        ("https://p.example/1.jpg , https://p.example/2.jpg,", PHOTOS),
        ("https://p.example/1.jpg https://p.example/2.jpg", PHOTOS),
        ("https://p.example/1.jpg;https://p.example/1.jpg;https://p.example/2.jpg", PHOTOS),
        ("https://p.example/w_800,h_600/1.jpg", ("https://p.example/w_800,h_600/1.jpg",)),
        ("1.jpg;2.jpg", ("https://dealer.example/1.jpg", "https://dealer.example/2.jpg")),
        ("", ()),
    ],
)
def test_addresses_of_photos_in_one_cell_are_told_apart(cell: str, photos: tuple[str, ...]) -> None:
    assert read(table(Photos=cell)).only.photos == photos


def test_photos_in_columns_of_their_own_keep_their_order() -> None:
    assert read(table(**{"Photo 1": PHOTOS[0], "Photo 2": PHOTOS[1], "Photo 3": ""})).only.photos == PHOTOS


def test_an_address_that_gets_no_row_is_no_page_and_no_photo() -> None:
    """U11: and its secret is nowhere."""
    told = read(table(URL="ftp://dealer.example/1", Stock="A/1", Photos="http://u:secret@p.example/1.jpg")).only

    assert told.url == f"{FEED_URL}#A%2F1"
    assert told.photos == ()
    assert "secret" not in repr(told)


def test_what_tells_too_little_says_whether_it_has_a_page() -> None:
    body = f"vin,make,model,url,photo\n{VIN},,,,\n,,,https://dealer.example/2,\n,Ford,Focus,,https://p.example/1.jpg\n"
    found = read(body)

    assert [(each.has_page, each.shows_itself) for each in found.vehicles] == [(False, False), (True, False)]
    assert [(each.place, each.why) for each in found.bad] == [
        ("line 4", "no page, stock number or VIN that would tell it from others")
    ]


def test_json_lists_that_are_no_vehicles_are_passed_over() -> None:
    document: dict[str, Any] = {
        "filters": [{"name": "Ford", "url": "/ford", "id": 1}],
        "dealers": {"sunrise": {"name": "Sunrise", "url": "/", "id": 3}},
        "bestand": [NESTED, {**NESTED, "stockNumber": "A118"}],
    }

    assert [each.stock_number for each in read(json.dumps(document)).listings] == ["A117", "A118"]


def test_json_objects_by_their_number_are_vehicles_too() -> None:
    assert read(json.dumps({"stock": {"17": NESTED, "18": NESTED}})).listings[1].photos == PHOTOS


def test_one_object_may_be_a_whole_feed() -> None:
    assert read(json.dumps(NESTED)).only.vin == VIN
