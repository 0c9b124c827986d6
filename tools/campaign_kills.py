"""Kill the program at random moments, hundreds of times, and count what it cost: `make campaign-kills`.

In each life it dies while it starts, while it works, or after it was frozen until an heir had done its work. A reader
looks at every photo all the while. In the end one plain run finishes what is left.
"""

import argparse
import sys
import time
from random import Random

from deaths import DELAY_SECONDS, Campaign
from one_line import tell
from own_program import DATABASES, own_program
from photo_watch import Watch
from servers.dealer_site import dealer_site

_PHOTOS_OF_A_VEHICLE = 20
_PHOTO_HOSTS = 3


def main() -> int:
    """0 where nothing was found, 1 where something was."""
    options = _options()
    vehicles = -(-options.photos // _PHOTOS_OF_A_VEHICLE)
    begun = time.monotonic()
    with (
        own_program(options.database) as program,
        dealer_site(
            vehicles=vehicles, photos=_PHOTOS_OF_A_VEHICLE, photo_hosts=_PHOTO_HOSTS, delay_seconds=DELAY_SECONDS
        ) as site,
        Watch(program, every_seconds=0.5) as watch,
    ):
        random = Random(options.seed)  # noqa: S311 (nothing is secret here)
        campaign = Campaign(program, site, watch, options.kills, random, tell=tell, waits_out=True)
        figures = campaign.run()
    print(f"\n{options.database}, seed {options.seed}, {time.monotonic() - begun:.0f} s")
    print("\n".join(figures.lines()))
    return 1 if figures.faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="how many (default 200)")
    parser.add_argument("--photos", type=int, default=2000, help="ten for each kill last (default 2000)")
    parser.add_argument("--database", choices=DATABASES, default=DATABASES[0])
    parser.add_argument("--seed", type=int, default=1, help="other moments (default 1)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
