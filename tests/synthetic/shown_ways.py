"""What a page shows a reader: definition lists, tables, blocks of label and value, and a few metas above them."""

from collections.abc import Sequence

from synthetic.cars import Car, Dealer
from synthetic.published import Published, escaped, heading, plain_gallery, vehicle


def facts_of(car: Car, dealer: Dealer) -> list[tuple[str, str]]:
    """Labels and values as the dealer's country writes them."""
    language = dealer.language
    values = (
        language.year_text.format(year=car.year),
        car.make,
        car.model,
        language.mileage(car.mileage),
        language.price(car.price),
        car.vin,
        language.fuels[car.fuel],
        language.gearboxes[car.gearbox],
    )
    return list(zip(language.labels, values, strict=True))


def as_list(facts: Sequence[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escaped(label)}</dt><dd>{escaped(value)}</dd>" for label, value in facts) + "</dl>"


def as_table(facts: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><th>{escaped(label)}</th><td>{escaped(value)}</td></tr>" for label, value in facts)
    return f"<table><tbody>{rows}</tbody></table>"


def as_divs(facts: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f'<div class="row"><div class="k">{escaped(label)}:</div>'
        f'<div class="v"><span>{escaped(value)}</span></div></div>'
        for label, value in facts
    )
    return f'<div class="facts">{rows}</div>'


def definition_list(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    main = heading(car) + plain_gallery(dealer, car) + as_list(facts_of(car, dealer))
    return vehicle("definition-list", car, dealer, main=main)


def table(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    main = heading(car) + plain_gallery(dealer, car) + as_table(facts_of(car, dealer))
    return vehicle("table", car, dealer, main=main)


def label_divs(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    main = heading(car) + plain_gallery(dealer, car) + as_divs(facts_of(car, dealer))
    return vehicle("label-divs", car, dealer, main=main)


def opengraph(car: Car, dealer: Dealer, _: Sequence[Car]) -> Published:
    """Metas for price and photos; the facts that metas do not have stand in two short lines."""
    metas = {
        "og:type": "product",
        "og:title": f"{car.year} {car.name}",
        "og:url": dealer.page_of(car),
        "product:price:amount": str(car.price),
        "product:price:currency": dealer.language.currency,
        "product:brand": car.make,
    }
    head = "".join(f'<meta property="{name}" content="{escaped(text)}">' for name, text in metas.items())
    head += "".join(f'<meta property="og:image" content="{url}">' for url in dealer.photos_of(car))
    few = [
        fact
        for fact in facts_of(car, dealer)
        if fact[0] not in (*dealer.language.labels[:3], *dealer.language.labels[4:6])
    ]
    main = f"<h1>{car.year} {escaped(car.name)}</h1>" + as_list(few)
    from_metas = {"vin": None, "year": car.year, "make": car.make, "model": car.model, "price": car.price}
    units = {"currency": dealer.language.currency, "mileage": car.mileage, "mileage_unit": dealer.language.unit}
    return vehicle("opengraph", car, dealer, head=head, main=main, fields=from_metas | units)


SHOWN = (definition_list, table, label_divs, opengraph)
