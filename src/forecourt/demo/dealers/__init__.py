"""Three dealers: what they sell is told in one file each."""

from forecourt.demo.cars import Dealer
from forecourt.demo.dealers.harbour_lane import HARBOUR_LANE
from forecourt.demo.dealers.kontor_klassik import KONTOR_KLASSIK
from forecourt.demo.dealers.sunrise_motors import SUNRISE_MOTORS

DEALERS: tuple[Dealer, ...] = (SUNRISE_MOTORS, KONTOR_KLASSIK, HARBOUR_LANE)
