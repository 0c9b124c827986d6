"""`forecourt`, but with the decoder of dying_decoder.py, which some bytes end: `deadly_program.py COMMAND …`."""

import sys
from pathlib import Path

from forecourt.cli import main
from forecourt.photo import verify

PROGRAM = Path(__file__)

if __name__ == "__main__":
    vars(verify)["_TASK"] = "dying_decoder:check_photo"  # the children import it from this folder
    sys.exit(main())
