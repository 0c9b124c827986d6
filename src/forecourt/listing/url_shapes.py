"""Which addresses look like a page about one vehicle, by their shape alone.

A score of points, for sitemaps that mix pages and for lists without further marks; a page decides in the end.
"""

import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from forecourt.listing.makes import split_title
from forecourt.listing.vin import valid_vin

_ENOUGH = 3
_LONGEST_PATH = 500
_MOST_WORDS = 40
# Words of a path and their points, in the languages that we know labels of.
_WORDS_BY_POINTS = {
    2: """
        vehicle vehicles inventory listing listings vdp fahrzeug fahrzeuge vehicule vehicules vehiculo
        vehiculos angebote annonce annonces anuncio anuncios oferta annunci annuncio occasion occasions
        veicolo veiculo
    """,
    1: """
        auctions auction lot lots detail details ad aanbod objekt bil auto autos car cars voiture coche coches
        used new certified preowned pre-owned for-sale stock gebrauchtwagen motorcycles trucks classic
    """,
    -6: """
        about contact blog news privacy terms faq careers service parts finance financing login account team
        staff hours directions specials reviews testimonials sell trade trade-in warranty insurance tag
        category author wp-content feed help press events impressum datenschutz agb kontakt ueber-uns search
        compare favorites cart checkout register signin dealers dealer haendler autobedrijven concessionnaires
        concesionarios concessionari locations magazine guides privacy-policy thank-you contact-us about-us
        terms-of-service cookie-policy cookies sitemap calculator lease leasing research brochure vehiclehistory
        history report
    """,
}
_WORDS = {word: points for points, words in _WORDS_BY_POINTS.items() for word in words.split()}
_NO_PAGE = re.compile(r"\.(jpe?g|png|webp|gif|svg|css|js|xml|pdf|zip|mp4|ico|json|txt|gz)$", re.IGNORECASE)
_IDENTIFIER = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-|(?<![0-9])\d{5,}(?![0-9])|(?:^|[-_/])[a-z]{0,4}\d{4,}[a-z0-9]{0,6}$", re.IGNORECASE
)
_YEAR = re.compile(r"(?:^|[-_/])(?:19[0-9]\d|20[0-4]\d)(?=[-_/]|$)")
_VIN = re.compile(r"(?<![a-z0-9])[a-hj-npr-z0-9]{17}(?![a-z0-9])", re.IGNORECASE)


def looks_like_listing(url: str, *, has_images: bool = False) -> bool:
    """Whether an address has the shape of a page about one vehicle: a VIN, or words, year, make and number together.

    Args:
        has_images: Images of the page are named beside it, as in an image sitemap: that speaks for it, too.
    """
    return listing_score(url) + has_images >= _ENOUGH


@lru_cache(maxsize=4096)
def listing_score(url: str) -> int:
    """Points for the shape of an address; `looks_like_listing` asks for three."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return -10
    path = unquote(parts.path)[:_LONGEST_PATH].strip("/").lower()
    segments = [one for one in path.split("/") if one]
    if not segments or _NO_PAGE.search(path):
        return -10
    if any(valid_vin(one) for one in _VIN.findall(path) if re.search(r"[a-z]", one)):
        return 6
    last = re.sub(r"\.(html?|php|aspx?|cfm)$", "", segments[-1])
    if last in ("index", "default") and len(segments) > 1:
        segments = segments[:-1]
        last = segments[-1]
    folders = [_WORDS.get(word, 0) for word in segments[:-1]]
    parts_of_words = [_WORDS.get(word, 0) for segment in segments[:8] for word in re.split(r"[-_.+]", segment)][
        :_MOST_WORDS
    ]
    score = max([*folders, min(1, max(parts_of_words, default=0)), 0])
    score += min([*folders, _WORDS.get(last, 0), 0])
    named = segments[-2] if last.isdigit() and len(segments) > 1 and _YEAR.search(f"/{segments[-2]}/") else last
    slug = re.split(r"[-_+ ]+", named)
    score += 2 if _YEAR.search(path) and len(slug) > 2 else 0  # noqa: PLR2004 (a year alone is an archive's folder)
    score += (
        2
        if _IDENTIFIER.search(last)
        or re.search(r"(?:^|&)(?:id|vehicle_?id|vid|stock|vin|lot)=\w{2,}", parts.query, re.IGNORECASE)
        else 0
    )
    score += 1 if len(slug) > 3 else 0  # noqa: PLR2004 (a slug of many words names something)
    made = split_title(" ".join(slug))
    return score + (1 if made and made.model else 0)
