"""A confined child's start: give up what is not needed, import the tasks, serve."""

import importlib
import os
from functools import partial
from typing import Any

from forecourt.children.orphans import die_with
from forecourt.children.serving import read_orders, serve
from forecourt.confined import limits


def main() -> None:
    """Serve until the parent hangs up."""
    orders = read_orders()
    os.putenv("OPENBLAS_NUM_THREADS", "1")  # numpy's own pool: a stack and an arena per core, for nothing
    limits.leave_network()
    die_with(orders["parent_id"])
    task = _load(orders["task"])
    parts_task = _load(orders["parts_task"]) if orders["parts_task"] else None
    limits.shrink(orders["memory_bytes"])
    serve(orders, task, parts_task=parts_task, before=partial(limits.allow_cpu, orders["cpu_seconds"]))


def _load(name: str) -> Any:  # noqa: ANN401 (a task)
    module, _, function = name.partition(":")
    return getattr(importlib.import_module(module), function)
