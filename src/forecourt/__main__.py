"""`python -m forecourt` is the command `forecourt`."""

import sys

from forecourt.cli import main

sys.exit(main())
