"""How far a campaign is, on one line of a terminal."""

import sys


def tell(line: str) -> None:
    """In place of what was told before."""
    print(f"\r{line}   ", end="", file=sys.stderr, flush=True)
