"""Pages of a dealer's site that offer no vehicle."""

from synthetic.cars import Car, Dealer
from synthetic.published import Published, Truth, document


def no_offers(dealer: Dealer, cars: list[Car]) -> list[Published]:
    """A wall, a search without results, the firm's own story, and an article about a model."""
    wall = "<h1>Checking your browser before accessing the site</h1><p>Please verify you are a human.</p>"
    about = (
        f"<h1>{dealer.name}</h1><p>Since 1962 we have sold 4,300 cars.</p>"
        "<img src='/theme/team.jpg'><img src='/theme/house.jpg'>"
    )
    article = (
        f"<h1>{cars[0].make} {cars[0].model} review</h1><p>From {dealer.language.price(24_900)}, up to 204 hp.</p>"
        "<img src='/news/front.jpg'><img src='/news/rear.jpg'><p>It has grown, and so has its boot.</p>"
    )
    pages = {
        "wall": ("blocked", "/", "Just a moment...", wall),
        "no-results": ("nothing", f"/{dealer.language.folder}?make=Zzz", dealer.name, "<h1>0 results</h1>"),
        "about": ("nothing", "/about-us", dealer.name, about),
        "article": ("nothing", "/blog/review-2024", "Review", article),
        "login": ("nothing", "/login", "Login", "<form><input name='user'><input type='password'></form>"),
    }
    return [
        Published(name, dealer.site + path, document(dealer, title, main=main), Truth(kind))
        for name, (kind, path, title, main) in pages.items()
    ]
