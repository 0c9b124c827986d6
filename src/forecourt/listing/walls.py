"""Pages that a server sends in place of the one that was asked for: a captcha, "access denied", "just a moment"."""

import re

from forecourt.listing.document import Page

_LONGEST_WALL = 4_000
# Of the title: these say it alone.
_TITLES = re.compile(
    r"just a moment|attention required|access (to this page (has been|is) )?denied|you have been blocked"
    r"|are you (a )?(human|robot)"
    r"|robot check|bot (verification|check|protection)|security (check|verification|challenge)|captcha"
    r"|pardon (our|the) interruption"
    r"|verify(ing)? (you are|that you|your browser|you're)|human verification|request (was )?(blocked|rejected"
    r"|unsuccessful)"
    r"|ddos|page unavailable|temporarily unavailable|service unavailable|^\W*(401|403|429|503)\b|\bforbidden\b"
    r"|unusual (traffic|activity)|too many requests"
    r"|nicht verfügbar|zugriff verweigert|accès refusé|acceso denegado|accesso negato|toegang geweigerd"
    r"|parece que algo no va bien",
    re.IGNORECASE,
)
# Of the text of a short page.
_TEXTS = re.compile(
    r"checking (if the site connection is secure|your browser)|enable javascript and cookies to continue"
    r"|verify (that )?you are (a )?human"
    r"|(complete|solve) the (security check|captcha|challenge)|are you a robot|you (have been|are"
    r"|were) (temporarily )?blocked|access denied"
    r"|don't have permission to access|unusual (traffic|activity) from|automated (access|requests|queries"
    r"|traffic)|bot (activity|detection)"
    r"|reference #[0-9a-f]+\.|ray id|incident id|press (&|and) hold|i'm not a robot|no soy un robot"
    r"|ich bin kein roboter"
    r"|pardon our interruption|sido bloquead",
    re.IGNORECASE,
)
_MACHINES = re.compile(
    r"captcha-delivery\.com|geo\.captcha|/cdn-cgi/challenge-platform|cf-browser-verification"
    r"|_Incapsula_Resource|px-captcha|perimeterx"
    r"|distil_r_captcha|akamai[\w-]*/challenge|awsWafCookieDomainList|challenge\.js|hcaptcha\.com"
    r"|recaptcha/(api|enterprise)\.js|reese84",
    re.IGNORECASE,
)


def is_wall(page: Page) -> bool:
    """Whether this is a wall. Asked only of a page on which no vehicle was found: shops mention captchas too."""
    words = " ".join(page.outline.texts[:400])
    if len(words) > _LONGEST_WALL:
        return False
    if _TITLES.search(f"{page.text_of('title')}\n{page.text_of('h1')}") or _TEXTS.search(words):
        return True
    if len(words) > _LONGEST_WALL // 8:
        return False
    scripts = page.tree.css("script, iframe")[:50]
    return any(
        _MACHINES.search((node.attributes.get("src") or "") + (node.text_content or node.text())[:20_000])
        for node in scripts
    )
