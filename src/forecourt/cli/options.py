"""Options that many commands have, and how they are explained."""

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from forecourt.cli.amounts import to_bytes, to_bytes_per_second

Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print one JSON object on stdout.")]
DryRun = Annotated[bool, Parameter(negative=(), help="Say what would be done; ask for nothing, change nothing.")]
Flag = Annotated[bool, Parameter(negative=())]
Count = Annotated[int, Parameter(validator=Number(gte=0, lte=10**9))]
AtLeastOne = Annotated[int, Parameter(validator=Number(gte=1, lte=10**9))]
Id = Annotated[int, Parameter(validator=Number(gte=1, lte=2**63 - 1))]  # what a database can hold
Bandwidth = Annotated[int | None, Parameter(converter=to_bytes_per_second, n_tokens=1)]


@Parameter(name="*")
@dataclass(frozen=True)
class RunBounds:
    """What a run may use.

    Attributes:
        max_bytes: Begin nothing more when so much was received, as in 500MB or 2GiB.
        max_minutes: Begin nothing more after so many minutes.
        bandwidth: Receive at most so much a second, as in 20MB/s: all processes of this machine together that have
            this option and share FORECOURT_HOME.
    """

    max_bytes: Annotated[int | None, Parameter(converter=to_bytes, n_tokens=1)] = None
    max_minutes: Annotated[float | None, Parameter(validator=Number(gt=0, lte=10**6))] = None
    bandwidth: Bandwidth = None


NO_BOUNDS = RunBounds()
