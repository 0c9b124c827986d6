"""HTML's character references as letters."""

import html
import re

_NO_LETTER = re.compile(r"&#(?:\d{8,}|x[0-9a-f]{8,});?", re.IGNORECASE)


def unescaped(text: str) -> str:
    """Text with its references resolved once; a number that no letter has is U+FFFD.

    Python refuses to read a number of more than 4,300 digits, and a stranger may write one.
    """
    text = text.replace("&quot;", '"')  # JSON in attributes has thousands, each a call to Python; no name holds a quote
    return html.unescape(_NO_LETTER.sub("\ufffd", text)) if "&" in text else text
