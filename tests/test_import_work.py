"""How many listings a bounded run reads, whatever its database does meanwhile."""

from random import Random

import pytest
from made import NOW, organization, queued, worker
from sqlalchemy import Connection, Engine
