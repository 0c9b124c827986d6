"""What JSON states call the fields of a vehicle, and which of their keys speak of something else. Data.

Keys are compared without case, marks and the words that wrap them: `vehicleMake`, `make_name` and `standardMake` are
`make`.
"""

import re
from functools import lru_cache

# The better name first: a model year before a date of registration, a price before a bid.
_TABLE = {
    "vin": "vin vinnumber vehicleidentificationnumber fin chassisnumber chassis vincode",
    "make": "make brand manufacturer marque marca marke merk mark hersteller fabricante maker makelabel",
    "model": "model modelo modell modele modelline modelgroup",
    "year": """
        year modelyear yearmodel yearofmanufacture manufactureyear productionyear buildyear yearbuilt
        constructionyear manufacturedyear yr baujahr anno annee bouwjaar ano rok modeldate
        firstregistrationyear registrationyear regyear firstregistrationdateraw firstregistrationdate
        firstregistration registrationdate dateoffirstregistration
    """,
    "trim": """
        trim trimlevel trimname modelversioninput modelversion version derivative variant variante versionname
        modelvariant submodel subtitle
    """,
    "price": """
        price sellingprice askingprice saleprice internetprice cashprice currentprice finalprice priceamount
        pricevalue publicprice retailprice listingprice priceraw rawprice prices pricing advertisedprice preis prix
        precio prezzo prijs grossprice consumerpricegross consumerprice totalprice hammerprice soldprice
        currentbid currentbidamount highbid highestbid winningbid leadingbid lastbid biddetails bidamount
        currentbidvalue buynowprice listprice
    """,
    "currency": "currency currencycode pricecurrency currencyiso isocurrency currencyid",
    "mileage": """
        mileage odometer odometerreading odometervalue mileagevalue kilometerstand kilometrage kilometraje
        chilometraggio tellerstand mileageraw rawmileage
    """,
    "mileage_km": """
        mileageinkm mileageinkmraw mileagekm km kms kilometers kilometres kilometer odometerkm
        mileageinkilometers kilometros
    """,
    "mileage_mi": "mileageinmiles mileagemiles mileagemi miles odometermiles mileageinmi",
    "mileage_unit": "mileageunit odometerunit mileageunits odometerunits distanceunit",
    "exterior_color": """
        exteriorcolor exteriorcolour color colour bodycolor extcolor paintcolor colorexterior farbe couleur
    """,
    "interior_color": "interiorcolor interiorcolour upholsterycolor intcolor colorinterior",
    "body_type": "bodytype bodystyle body bodywork carrosserie",
    "engine": "engine enginedescription enginesize enginetype motor enginename",
    "transmission": """
        transmission transmissiontype gearbox gearboxtype transmissionname getriebe transmissiondescription
    """,
    "drivetrain": "drivetrain drivetype drive drivenwheels wheeldrive drivelinetype",
    "fuel_type": "fueltype fuel fuelcategory primaryfuel fuelname kraftstoff carburant combustible",
    "title": "title headline listingtitle heading subject adtitle fullname name",
    "description": "description sellernotes descriptiontext longdescription sellerdescription comments fulldescription",
    "stock_number": "stocknumber stockno stock stockid sku offerreference dealerstocknumber",
    "dealer_name": "dealername sellername companyname dealershipname advertisername",
    "sale_status": "salestatus availability vehiclestatus listingstatus auctionstatus status stockstatus",
    "is_sold": "issold sold",
    "auction_ends_at": """
        auctionend auctionendtime auctionenddate auctionendsat auctionendat enddate endtime endsat endat
        closingtime dtauctionendutc auctionendutc
    """,
}
_FIELDS = {name: (field, rank) for field, names in _TABLE.items() for rank, name in enumerate(names.split())}
_WRAPPED = re.compile(r"^(?:vehicle|car|listing|advert|ad|item|auction|standard|display|formatted|product)+")
_WRAPPING = re.compile(
    r"(?:name|label|text|txt|value|formatted|display|displayname|description|string|str|raw|title|desc)$"
)

_OTHERS = re.compile(
    r"similar|related|recommend|associated|suggest|othervehicles|otherads|otherlistings|alsolike|morefrom|compar|connected"
    r"|crosssell|upsell|recently|history|favou?rites|saved(?:ads|search)|breadcrumb|filter|facet|^(?:page|search|url|route)?query(?:params|string)?$|searchparams|taxonomy"
    r"|insurance|warrant|financ|leas|credit|loan|translations|experiment|toggl|featureflag|menu|navigation|tradein|partex",
)
_SELLERS = re.compile(
    r"seller|dealer|advertiser|vendor|merchant|company|agency|haendler|contact|owner|branch|store|author|user"
)
# A price by the month, before taxes, of before, of an option, of another thing.
_NOT_THE_PRICE = re.compile(
    r"old|was(?:price)?$|original|previous|former|msrp|rrp|suggested|recommended|new(?:car)?price|listprice|catalog|net(?:price)?(?:raw)?$|exclud|month"
    r"|financ|leas|credit|loan|deposit|down|tax|vat|fee|evaluat|average|market|estimat|range|saving|discount|rebate|shipping"
    r"|deliver|history|reserve|starting|start|opening|minimum|maximum|min$|max$|from$|to$|drop|change|diff|indicator|rating|reservation|threshold"
    r"|retailer|cost|perday|perweek|dealerprice|tradeprice|b2b|label|type|category",
)
# A row that says one fact: {"label": "Mileage", "value": "55,945 miles"}. The better key first.
LABEL_KEYS = (
    "label",
    "key_label",
    "keyLabel",
    "name",
    "title",
    "displayName",
    "key",
    "text",
    "caption",
    "specKey",
    "id",
    "code",
)
VALUE_KEYS = (
    "value_label",
    "valueLabel",
    "displayValue",
    "formattedValue",
    "value_name",
    "valueName",
    "value",
    "content",
    "values",
)
# What an object that stands for one value calls it.
WORD_KEYS = (
    "name",
    "label",
    "displayName",
    "localized",
    "display",
    "formatted",
    "value",
    "values",
    "text",
    "title",
    "description",
    "raw",
)


@lru_cache(maxsize=20_000)
def plain_key(key: str) -> str:
    """Without case and marks."""
    return re.sub(r"[\W_]+", "", key).lower()


@lru_cache(maxsize=20_000)
def field_of(key: str) -> tuple[str, int] | None:
    """The field that a key names, and how good a name it is: 0 is the best."""
    if len(key) > 60:  # noqa: PLR2004 (no name, but an id)
        return None
    plain = plain_key(key)
    if plain in _FIELDS:
        return _FIELDS[plain]
    for stripped in (_WRAPPED.sub("", plain), _WRAPPING.sub("", plain), _WRAPPING.sub("", _WRAPPED.sub("", plain))):
        if stripped in _FIELDS and not (stripped == "name" or (stripped == "title" and plain.startswith("auction"))):
            field, rank = _FIELDS[stripped]
            return field, rank + 3
    return None


@lru_cache(maxsize=20_000)
def is_of_others(key: str) -> bool:
    """Whether what stands under a key speaks of other vehicles, or of nothing that is for sale."""
    return bool(_OTHERS.search(plain_key(key)))


@lru_cache(maxsize=20_000)
def is_of_seller(key: str) -> bool:
    """Whether it speaks of who sells the vehicle."""
    return bool(_SELLERS.search(plain_key(key)))


@lru_cache(maxsize=20_000)
def is_another_price(key: str) -> bool:
    """Whether it is no price that somebody could buy the vehicle for."""
    return bool(_NOT_THE_PRICE.search(plain_key(key)))


def is_its_own(key: str) -> bool:
    """Whether it speaks of neither."""
    return not (is_of_others(key) or is_of_seller(key))
