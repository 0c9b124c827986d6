"""What feeds call their columns. Data: a new name is a new word here.

A name is compared without case, blanks, marks and numbers: "Image_URL 2" and "image[0].url" are both `imageurl`.
Where several columns hold one field, the first of its line with a value counts: a list price (MSRP) is the price only
where no other price is there.

Sources: Google vehicle listings and vehicle ads, Meta automotive inventory, the exports of US dealer systems; for
other languages the labels of pages (labels.py).
"""

import re
from functools import lru_cache

from forecourt.listing.labels import label_of

_TABLE = {
    "listing_url": """
        vdpurl vehicledetailurl vehicledetailsurl vehicleurl detailurl detailsurl listingurl adurl vdplink vdp
        detaillink detailpage url link weburl website webpageurl href pageurl producturl permalink deeplink
        mobilelink linktemplate
    """,
    "title": "title name headline listingtitle vehicletitle adtitle",
    "year": "year modelyear vehicleyear yr myear caryear",
    "make": "make makename vehiclemake manufacturer brand division",
    "model": "model modelname vehiclemodel",
    "trim": "trim trimlevel trimname vehicletrim style series seriesdetail variant version",
    "vin": "vin vinnumber vehicleidentificationnumber chassisnumber fin vehicleid",
    "price": """
        internetprice webprice onlineprice eprice sellingprice saleprice specialprice finalprice advertisedprice
        askingprice currentprice dealerprice ourprice offerprice cashprice price priceamount pricevalue
        vehicleprice vehicleallinprice amount regularprice listprice listingprice retailprice retail stickerprice
        msrp vehiclemsrp
    """,
    "currency": "currency pricecurrency currencycode",
    "mileage": """
        mileage mileagevalue odometer odometervalue odometerreading vehiclemileage miles mi km kms kilometers
        kilometres kilometerstand laufleistung
    """,
    "mileage_unit": "mileageunit mileageunits odometerunit odometerunits odometertype mileagetype",
    "exterior_color": """
        exteriorcolor exteriorcolour extcolor extcolour exteriorcolorname extcolordescription exteriorcolordescription
        color colour exterior extcolorgeneric
    """,
    "interior_color": """
        interiorcolor interiorcolour intcolor intcolour interiorcolorname interiorcolordescription intcolorgeneric
    """,
    "body_type": "bodystyle bodytype body standardbody bodydescription vehicletype",
    "engine": "engine enginedescription enginedesc enginename enginesize enginedisplacement",
    "transmission": "transmission transmissiondescription transmissiondesc transmissiontype gearbox",
    "drivetrain": "drivetrain drivetraindesc drivetraindescription drivetype drive driveline wheeldrive",
    "fuel_type": "fueltype fuel fueldescription",
    "description": """
        description vehicledescription descriptions comments comment dealercomments sellersnotes sellernotes
        sellercomments internetcomments webcomments notes adtext
    """,
    "stock_number": """
        stock stocknumber stocknum stockno stockid stk stknumber vehiclestockid inventorynumber lotnumber dealerstock
        offerid sku id vehicleid listingid adid
    """,
    "dealer_name": "dealername dealershipname dealer dealership sellername storename",
    "sale_status": "availability status vehiclestatus salestatus inventorystatus",
}
_IMAGES = frozenset(
    """
    image images imageurl imageurls imagesurl imagesurls imagelink imagelinks additionalimagelink
    additionalimagelinks additionalimage additionalimages imagelist imagelisturl imageurllist imagefile imagefiles
    photo photos photourl photourls photosurl photosurls photolist photourllist photolink photolinks vehiclephotos
    vehicleimages vehicleimage picture pictures pictureurl pictureurls pictureurllist picturelist pics pic picurls
    gallery media mediaurl mainimage mainphoto primaryimage primaryphoto primaryimageurl primaryphotourl
    bild bilder fotos foto imagen imagenes imágenes immagine immagini imagem imagens zdjęcia zdjęcie afbeelding
    afbeeldingen
    """.split()
)
# What stands inside of an image: <image><url>…</url><tag>Exterior</tag></image>.
_ADDRESSES = frozenset("url urls src href link uri source full large original".split())
# A column that is called after its unit says it.
_UNITS = {
    **dict.fromkeys(("miles", "mi"), "mi"),
    **dict.fromkeys(("km", "kms", "kilometers", "kilometres", "kilometerstand", "laufleistung"), "km"),
}
# What a record is often wrapped in: "vehicle.specs.engine" is the engine.
_WRAPPERS = frozenset(
    """
    vehicle vehicles car item listing data attributes attribute details detail general specs specifications
    specification technical basic basics info information characteristics offer offers
    """.split()
)
_LAST_RANK = 1_000
_COLUMNS: dict[str, list[tuple[str, int]]] = {}
for _field, _names in _TABLE.items():
    for _rank, _name in enumerate(_names.split()):
        _COLUMNS.setdefault(_name, []).append((_field, _rank))


@lru_cache(maxsize=4096)
def column_fields(name: str) -> tuple[tuple[str, int], ...]:
    """The fields that a column may hold, with its rank in each: the smaller is believed first.

    "listing_url" is one of them. A label that pages use will do too, behind every name of feeds.
    """
    parts = name.split(".")
    bare = parts
    while len(bare) > 1 and key_of(bare[0]) in _WRAPPERS:
        bare = bare[1:]
    for path in (parts, bare):
        if found := _COLUMNS.get("".join(key_of(part) or "#" for part in path)):
            return tuple(found)
    label = label_of(bare[0]) if len(bare) == 1 else None
    return ((label, _LAST_RANK),) if label else ()


@lru_cache(maxsize=4096)
def is_image_column(name: str) -> bool:
    """Whether a column holds addresses of photos: "Photo URLs", "image[0].url", "images.image"; not "image.tag"."""
    parts = [key_of(part) for part in name.split(".")]
    if len(parts) == 1:
        return parts[0] in _IMAGES
    if any(part in _IMAGES for part in parts[:-1]):
        return parts[-1] in _IMAGES or parts[-1] in _ADDRESSES or not parts[-1]
    return parts[-1] in _IMAGES


def unit_of(name: str) -> str | None:
    """The unit of mileage that a column is called after."""
    return _UNITS.get(key_of(name.rpartition(".")[2]))


def key_of(name: str) -> str:
    """A column's name without case, marks, numbers and a namespace: "g:Image_URL 2" → "imageurl"."""
    name = re.sub(r"\[\d*+\]", "", name.casefold().strip()).removeprefix("g:")
    return re.sub(r"(?<!\d)\d++$", "", re.sub(r"[\W_]+", "", name))
