"""What feeds call their columns, without case, blanks and marks. Data: a new name is a new word here.

Sources: Google vehicle listings and Meta automotive inventory feeds; exports of dealer systems.
"""

from forecourt.listing.labels import label_of

LINK_COLUMNS = frozenset(
    """
    url link vdpurl vehicleurl listingurl detailurl vdplink webpageurl href pageurl producturl permalink
    deeplink
    """.split()
)
IMAGE_COLUMNS = frozenset(
    """
    image images imageurl imageurls imagelink additionalimagelink additionalimagelinks imagelist imagetag
    photo photos photourl photourls photolist picture pictures pictureurls pics bild bilder imagen fotos foto
    images_url mainimage gallery media imagetagurl
    """.split()
)
_TABLE = {
    "title": "title name headline listingtitle vehicletitle",
    "year": "year modelyear vehicleyear yr",
    "make": "make brand manufacturer vehiclemake",
    "model": "model vehiclemodel",
    "trim": "trim trimlevel series variant version",
    "vin": "vin vehicleid vinnumber vehicleidentificationnumber fin",
    "price": "price sellingprice internetprice askingprice saleprice listprice currentprice priceamount vehicleprice",
    "currency": "currency pricecurrency",
    "mileage": "mileage odometer miles km kilometers kilometres mileagevalue odometervalue kilometerstand",
    "mileage_unit": "mileageunit odometerunit",
    "exterior_color": "exteriorcolor exteriorcolour color colour extcolor exteriorcolorname",
    "interior_color": "interiorcolor interiorcolour intcolor",
    "body_type": "bodystyle bodytype body vehicletype",
    "engine": "engine enginedescription enginesize",
    "transmission": "transmission transmissiontype gearbox",
    "drivetrain": "drivetrain drivetype drive",
    "fuel_type": "fueltype fuel",
    "description": "description comments vehicledescription notes sellernotes dealercomments",
    "stock_number": "stock stocknumber stockno stockid sku id vehiclestockid",
    "dealer_name": "dealername dealer dealershipname sellername",
    "sale_status": "availability status vehiclestatus",
}
_COLUMNS = {column: field for field, columns in _TABLE.items() for column in columns.split()}


def column_field(name: str) -> str | None:
    """The field that a column holds; a label that pages use will do too."""
    key = "".join(letter for letter in name.casefold() if letter.isalnum())
    return _COLUMNS.get(key) or label_of(name)
