"""Options that many commands have, and how they are explained."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

Json = Annotated[bool, Parameter(name="--json", negative=(), help="Print one JSON object on stdout.")]
DryRun = Annotated[bool, Parameter(negative=(), help="Say what would be done; ask for nothing, change nothing.")]
Flag = Annotated[bool, Parameter(negative=())]
Count = Annotated[int, Parameter(validator=Number(gte=0, lte=10**9))]
AtLeastOne = Annotated[int, Parameter(validator=Number(gte=1, lte=10**9))]
Id = Annotated[int, Parameter(validator=Number(gte=1, lte=2**63 - 1))]  # what a database can hold
