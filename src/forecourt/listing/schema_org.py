"""schema.org nodes, from JSON-LD or microdata, and what one of them says of a vehicle.

Source: schema.org/Car, schema.org/Product, schema.org/Offer; auto.schema.org for what carmakers added.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forecourt.listing.amounts import read_money
from forecourt.listing.claims import Claims, text_of
from forecourt.listing.labels import label_of
from forecourt.listing.makes import split_title
from forecourt.listing.photo_urls import absolute
from forecourt.listing.vin import valid_vin

Node = Mapping[str, object]

MOST_NODES = 20_000
_VEHICLES = frozenset(
    {"car", "vehicle", "motorcycle", "motorizedbicycle", "busorcoach", "truck", "motorvehicle", "autovehicle"}
)
_PRODUCTS = frozenset({"product", "individualproduct", "productmodel"})
# What hangs under these is another vehicle than the page's own.
_OTHERS = frozenset(
    """
    isrelatedto issimilarto itemlistelement hasoffercatalog makesoffer isaccessoryorsparepartfor mentions
    review reviews subjectof isvariantof hasvariant
    """.split()
)
_FIELDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("title", ("name", "headline")),
    ("make", ("brand", "manufacturer", "make")),
    ("model", ("model", "vehicleModel")),
    ("trim", ("vehicleConfiguration", "trim")),
    ("vin", ("vehicleIdentificationNumber", "vin", "productID", "serialNumber")),
    ("exterior_color", ("color", "vehicleExteriorColor")),
    ("interior_color", ("vehicleInteriorColor",)),
    ("body_type", ("bodyType", "vehicleBodyType")),
    ("transmission", ("vehicleTransmission",)),
    ("drivetrain", ("driveWheelConfiguration",)),
    ("fuel_type", ("fuelType",)),
    ("description", ("description",)),
    ("stock_number", ("sku", "mpn")),
)
# A node of a vehicle's type without any of these speaks of a kind of vehicle, not of one.
_ONE_OF_A_KIND = (
    "vehicleIdentificationNumber", "vin", "mileageFromOdometer", "offers", "sku", "vehicleModelDate", "modelDate",
    "productionDate", "dateVehicleFirstRegistered", "image",
)  # fmt: skip
_YEARS = ("vehicleModelDate", "modelDate", "productionDate", "releaseDate", "dateVehicleFirstRegistered")
_IMAGES = ("image", "images", "photo", "photos")
_IMAGE_URLS = ("contentUrl", "contentURL", "url", "thumbnailUrl")


@dataclass(frozen=True, slots=True)
class Graph:
    """The nodes of a page.

    Args:
        vehicles: Those that may be the page's own vehicle, in order, each once.
        listed: Vehicles in a list or beside the page's own.
        list_urls: Where the items of its lists lead to, as written.
        by_id: Nodes by their `@id`, for those that only point there.
        images: Photos that hang under nothing but the page.
    """

    vehicles: list[Node] = field(default_factory=list)
    listed: list[Node] = field(default_factory=list)
    list_urls: list[str] = field(default_factory=list)
    by_id: dict[str, Node] = field(default_factory=dict)
    images: list[Node] = field(default_factory=list)


def graph_of(roots: Sequence[object]) -> Graph:
    """Walk everything that the page's scripts or attributes say. Bounded in nodes, not in depth."""
    graph = Graph(images=list(_images_of_the_page(roots)))
    waiting: list[tuple[object, bool, Node | None]] = [(root, False, None) for root in reversed(roots)]
    seen = 0
    while waiting and seen < MOST_NODES:
        value, listed, offer = waiting.pop()
        seen += 1
        if isinstance(value, list):
            waiting.extend((one, listed, offer) for one in reversed(value))
        elif isinstance(value, Mapping) and "breadcrumblist" not in types_of(value):
            if "listitem" in types_of(value):
                graph.list_urls.extend(one for key in ("url", "item") if isinstance(one := value.get(key), str))
            if isinstance(name := value.get("@id"), str) and len(value) > 1:
                graph.by_id.setdefault(name, value)
            if is_vehicle(value) or (offer is not None and is_product(value)):
                node = {**value, "offers": value.get("offers") or offer} if offer else value
                (graph.listed if listed else graph.vehicles).append(node)
            own_offer = value if types_of(value) & {"offer", "aggregateoffer"} else None
            for key, inner in reversed(list(value.items())):
                if isinstance(inner, Mapping | list):
                    below = own_offer if key == "itemOffered" else None
                    waiting.append((inner, listed or key.lower() in _OTHERS or "itemlist" in types_of(value), below))
    return graph


def _images_of_the_page(roots: Sequence[object]) -> Iterator[Node]:
    for root in roots:
        inner = root.get("@graph") if isinstance(root, Mapping) else root
        for one in [root, *(inner if isinstance(inner, list) else [])]:
            if isinstance(one, Mapping) and "imageobject" in types_of(one):
                yield one


def types_of(node: Node) -> set[str]:
    """Its types in lower case, without the schema's address."""
    said = node.get("@type")
    names = said if isinstance(said, list) else [said]
    return {re.split(r"[/#:]", name)[-1].lower() for name in names if isinstance(name, str)}


def is_product(node: Node) -> bool:
    """A product may be anything; what it says decides."""
    return bool(types_of(node) & _PRODUCTS)


def is_vehicle(node: Node) -> bool:
    """A node of a vehicle's type, or a product with a VIN, a mileage, or a make and year in its name."""
    types = types_of(node)
    if _is_many(node) and not valid_vin(text_of(node.get("vehicleIdentificationNumber"))):
        return False
    if types & _VEHICLES:
        return any(node.get(key) for key in _ONE_OF_A_KIND)
    if not types & _PRODUCTS:
        return False
    if node.get("mileageFromOdometer") or valid_vin(text_of(node.get("vehicleIdentificationNumber"))):
        return True
    parts = split_title(text_of(node.get("name")))
    return bool(parts and parts.model and (parts.year or node.get("offers")))


def _is_many(node: Node) -> bool:
    """An AggregateOffer speaks for a whole list: "BMW 320, 4530 offers from 10,726"."""
    offers = node.get("offers")
    return any(
        isinstance(one, Mapping) and "aggregateoffer" in types_of(one)
        for one in (offers if isinstance(offers, list) else [offers])
    )


def tell(node: Node, claims: Claims, *, graph: Graph, base: str) -> None:
    """Say what a vehicle's node says."""
    for name, keys in _FIELDS:
        for key in keys:
            claims.say(name, _whole(node.get(key), graph))
    for key in _YEARS:
        claims.say("year", node.get(key))
    _tell_mileage(node.get("mileageFromOdometer"), claims)
    _tell_engine(_whole(node.get("vehicleEngine"), graph), claims)
    for offer in _each(node.get("offers"), graph):
        _tell_offer(offer, claims, graph)
    for row in _each(node.get("additionalProperty"), graph):
        if field := label_of(text_of(row.get("name")) or text_of(row.get("propertyID"))):
            claims.say(field, f"{text_of(row.get('value'))} {text_of(row.get('unitText'))}".strip())
    for key in _IMAGES:
        for image in _each(node.get(key), graph):
            claims.show(_forms(image, base))


def show_images(graph: Graph, claims: Claims, *, base: str) -> None:
    """Photos that belong to the page and so to its one vehicle, where that names none itself."""
    for image in graph.images:
        claims.show(_forms(image, base))


def urls_of(node: Node, base: str) -> list[str]:
    """The addresses of the page about a vehicle, as its node names them."""
    offers = node.get("offers")
    named = [node.get("url"), node.get("@id"), node.get("mainEntityOfPage")]
    named += [
        offer.get("url") for offer in (offers if isinstance(offers, list) else [offers]) if isinstance(offer, Mapping)
    ]
    texts = [one.get("@id") if isinstance(one, Mapping) else one for one in named]
    found = (
        absolute(text, base) for text in texts if isinstance(text, str) and re.match(r"https?:|/|\w[^\s:]*/", text)
    )
    return list(dict.fromkeys(found))


def _tell_mileage(raw: object, claims: Claims) -> None:
    if isinstance(raw, list):
        raw = next((one for one in raw if one), None)
    if isinstance(raw, Mapping):
        unit = text_of(raw.get("unitCode")) or text_of(raw.get("unitText"))
        claims.say(
            "mileage", f"{text_of(raw.get('value') or raw.get('name'))} {unit}".strip() if text_of(raw) else None
        )
    else:
        claims.say("mileage", raw)


def _tell_engine(raw: object, claims: Claims) -> None:
    for engine in raw if isinstance(raw, list) else [raw]:
        if isinstance(engine, Mapping):
            claims.say("fuel_type", engine.get("fuelType"))
            claims.say(
                "engine", engine.get("name") or engine.get("engineType") or _quantity(engine.get("engineDisplacement"))
            )
        else:
            claims.say("engine", engine)


def _quantity(raw: object) -> str | None:
    if not isinstance(raw, Mapping):
        return text_of(raw) or None
    unit = {"CMQ": "cc", "LTR": "L"}.get(text_of(raw.get("unitCode")), text_of(raw.get("unitText")))
    return f"{text_of(raw.get('value'))} {unit}".strip() or None


def _tell_offer(offer: Node, claims: Claims, graph: Graph) -> None:
    for priced in (offer, *_each(offer.get("priceSpecification"), graph)):
        raw = text_of(priced.get("price")) or text_of(priced.get("lowPrice"))
        if (
            raw
            and (claims.value("price") is None)
            and not text_of(priced.get("unitText") or priced.get("unitCode")).lower().startswith("mon")
        ):
            claims.say("price", raw)
            if read_money(raw):
                claims.say("currency", priced.get("priceCurrency") or offer.get("priceCurrency"))
    claims.say("sale_status", offer.get("availability"))
    claims.say("stock_number", offer.get("sku"))
    for seller in _each(offer.get("seller") or offer.get("offeredBy"), graph):
        claims.say("dealer_name", seller.get("name"))


def _forms(image: object, base: str) -> tuple[str, ...]:
    if isinstance(image, str):
        texts: list[object] = [image]
    elif isinstance(image, Mapping):
        texts = [image.get(key) for key in _IMAGE_URLS] if len(image) > 1 else [image.get("@id")]
    else:
        return ()
    flat = [one for text in texts for one in (text if isinstance(text, list) else [text])]
    return tuple(dict.fromkeys(absolute(text, base) for text in flat if isinstance(text, str) and text.strip()))


def _each(raw: object, graph: Graph) -> Iterator[Node]:
    """The nodes in a value; a bare text counts as a node that has it as name and address."""
    for one in raw if isinstance(raw, list) else [raw]:
        whole = _whole(one, graph)
        if isinstance(whole, Mapping):
            yield whole
        elif isinstance(whole, str) and whole:
            yield {"name": whole, "url": whole}


def _whole(raw: object, graph: Graph) -> object:
    """A value, or the node that it points to by `@id`."""
    if isinstance(raw, list):
        return [_whole(one, graph) for one in raw[:1_000]]
    if isinstance(raw, Mapping) and isinstance(name := raw.get("@id"), str) and name in graph.by_id and len(raw) <= 2:  # noqa: PLR2004 (@id and @type)
        return graph.by_id[name]
    return raw
