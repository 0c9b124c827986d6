"""One run for a module: its table of cases, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest
from case_input import Case
from case_ran import Ran
from case_run import PATIENT, trickled
from servers.canary import Canary

from forecourt.fetch.limits import Limits


@pytest.fixture(scope="module")
def ran(
    request: pytest.FixtureRequest, module_database_url: str, tmp_path_factory: pytest.TempPathFactory, canary: Canary
) -> Ran:
    """The module's CASES, in one run, as patiently as its LIMITS say."""
    limits: Limits = getattr(request.module, "LIMITS", PATIENT)
    cases: list[Case] = request.module.CASES
    home: Path = tmp_path_factory.mktemp("home")
    return trickled(cases, database_url=module_database_url, home=home, canary=canary, limits=limits)
