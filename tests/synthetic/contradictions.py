"""Pages whose parts disagree, and pages that say what cannot be: what a person would take from them."""

from collections.abc import Callable, Sequence

from synthetic.cars import Car, Dealer, wrong_vin
from synthetic.published import Published, fields_of, heading, plain_gallery, script, similar_cards, vehicle
from synthetic.shown_ways import as_divs, as_list, as_table, facts_of
from synthetic.structured_ways import jsonld_without, schema_car

Story = Callable[[Car, Dealer, Sequence[Car]], Published]


def mixed(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    """Each part tells some: JSON-LD the car, a table VIN and mileage, a heading the price, the page the photos."""
    head = script(jsonld_without(car, dealer, "image", "offers", "vehicleIdentificationNumber", "mileageFromOdometer"))
    some = [facts_of(car, dealer)[at] for at in (3, 5, 6)]
    main = (
        f"{heading(car)}<p class='price'>{dealer.language.price(car.price)}</p>{plain_gallery(dealer, car)}"
        f"{as_table(some)}{similar_cards(dealer, others)}"
    )
    return vehicle("mixed", car, dealer, head=head, main=main)


def stale_price(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    """The JSON-LD is a month old; what the page shows, twice, is what it asks."""
    old = {"@type": "Offer", "price": car.price + 1_500, "priceCurrency": dealer.language.currency}
    asked = dealer.language.price(car.price)
    main = f"{heading(car)}<div class='vehicle-price'>{asked}</div>{plain_gallery(dealer, car)}" + as_list(
        facts_of(car, dealer)
    )
    return vehicle("stale-price", car, dealer, head=script(schema_car(car, dealer, offers=old)), main=main)


def wrong_currency(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    """A plugin's default currency beside the one that the page shows."""
    default = "USD" if dealer.language.currency != "USD" else "EUR"
    offer = {"@type": "Offer", "price": car.price, "priceCurrency": default}
    main = (
        f"{heading(car)}<div class='vehicle-price'>{dealer.language.price(car.price)}</div>{plain_gallery(dealer, car)}"
        + as_list(facts_of(car, dealer))
    )
    return vehicle("wrong-currency", car, dealer, head=script(schema_car(car, dealer, offers=offer)), main=main)


def few_photos_in_jsonld(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    """JSON-LD names the first photo, small; the gallery has them all."""
    node = schema_car(car, dealer, image=dealer.photo(car.photos[0], "320x240"))
    main = heading(car) + plain_gallery(dealer, car) + similar_cards(dealer, others)
    return vehicle("few-photos", car, dealer, head=script(node), main=main)


def similar_in_jsonld(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    """The others are full Cars too, and come first."""
    nodes = [schema_car(one, dealer) for one in others]
    return vehicle("similar-in-jsonld", car, dealer, head=script([*nodes, schema_car(car, dealer)]), main=heading(car))


def bad_vin(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    """O for zero: no VIN has that letter."""
    broken = f"{car.vin[:3]}O{car.vin[4:]}"
    head = script(schema_car(car, dealer, vehicleIdentificationNumber=broken))
    return vehicle("bad-vin", car, dealer, head=head, main=heading(car), fields=fields_of(car, dealer, vin=None))


def bad_check_digit(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    """A slip in an American number is noticed; elsewhere the ninth place is free."""
    broken = wrong_vin(car.vin)
    true = None if car.vin[0] in "12345" else broken
    facts = [(label, broken if value == car.vin else value) for label, value in facts_of(car, dealer)]
    main = heading(car) + plain_gallery(dealer, car) + as_list(facts)
    return vehicle("bad-check-digit", car, dealer, main=main, fields=fields_of(car, dealer, vin=true))


def monthly_beside_price(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    rate = dealer.language.words[1]
    main = (
        f"{heading(car)}<div class='finance-price'>{rate}</div>"
        f"<div class='price'>{dealer.language.price(car.price)}</div>"
        f"{plain_gallery(dealer, car)}{as_divs(_without_price(car, dealer))}"
    )
    return vehicle("monthly-beside-price", car, dealer, main=main)


def monthly_only(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    main = (
        f"{heading(car)}<div class='price'>{dealer.language.words[1]}</div>"
        f"{plain_gallery(dealer, car)}{as_divs(_without_price(car, dealer))}"
    )
    return vehicle("monthly-only", car, dealer, main=main, fields=fields_of(car, dealer, price=None, currency=None))


def struck_out(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    language = dealer.language
    main = (
        f"{heading(car)}<div class='price'><del>{language.price(car.price + 2_000 * language.price_step)}</del>"
        f" <strong>{language.price(car.price)}</strong></div>{plain_gallery(dealer, car)}"
        f"{as_list(_without_price(car, dealer))}"
    )
    return vehicle("struck-out", car, dealer, main=main)


def price_on_request(car: Car, dealer: Dealer, others: Sequence[Car]) -> Published:
    """POA, and the only prices on the page are those of other cars."""
    label, _ = facts_of(car, dealer)[4]
    facts = [*_without_price(car, dealer), (label, dealer.language.words[2])]
    main = heading(car) + plain_gallery(dealer, car) + as_list(facts) + similar_cards(dealer, others)
    return vehicle("price-on-request", car, dealer, main=main, fields=fields_of(car, dealer, price=None, currency=None))


def net_and_gross(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    language = dealer.language
    net = f"{language.price(car.price * 4 // 5)} {language.words[4]}"
    main = (
        f"{heading(car)}<div class='price-box'><span class='price'>{language.price(car.price)}</span>"
        f"<span class='price-net'>{net}</span></div>{plain_gallery(dealer, car)}{as_table(_without_price(car, dealer))}"
    )
    return vehicle("net-and-gross", car, dealer, main=main)


def without_facts(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    """Nothing but name, photos and price: what is not on the page stays empty."""
    head = script(jsonld_without(car, dealer, "vehicleIdentificationNumber", "mileageFromOdometer", "vehicleModelDate"))
    fields = fields_of(car, dealer, vin=None, mileage=None, mileage_unit=None, year=None)
    return vehicle("without-facts", car, dealer, head=head, main=heading(car), fields=fields)


CONTRADICTIONS: tuple[Story, ...] = (
    *(mixed, stale_price, wrong_currency, few_photos_in_jsonld, similar_in_jsonld, bad_vin, bad_check_digit),
    *(monthly_beside_price, monthly_only, struck_out, price_on_request, net_and_gross, without_facts),
)


def _without_price(car: Car, dealer: Dealer) -> list[tuple[str, str]]:
    return [fact for fact in facts_of(car, dealer) if fact[0] != dealer.language.labels[4]]
