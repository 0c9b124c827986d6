"""What a run leaves behind: a table to paste, JSON and a chart, in one folder."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.chart import Bar, Curve, bars, growth
from bench.lines import Line
from bench.table import as_json, comparisons, machine_line, table


def write_results(
    name: str,
    lines: Sequence[Line],
    *,
    axis: str | None,
    machine: Mapping[str, str],
    versions: Mapping[str, str],
    folder: Path,
) -> str:
    """NAME.md, NAME.json and NAME.svg; returns the text of the first.

    Args:
        axis: What grows, where the chart is one of growth.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([*table(lines), "", *comparisons(lines), "", machine_line(machine, versions), ""])
    told = {"set": name, "machine": machine, "versions": versions, "lines": [as_json(line) for line in lines]}
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    (folder / f"{name}.svg").write_text(_chart(name, lines, axis), encoding="utf-8")
    return text


def _chart(name: str, lines: Sequence[Line], axis: str | None) -> str:
    photos, concurrency = len(lines[0].entry.task.urls), lines[0].entry.task.concurrency
    if axis is None:
        rows = [Bar(line.entry.name, line.photos_per_second, line.all_cpu_ms, _is_ours(line)) for line in lines]
        return bars(f"{name}: {photos:,} photos, {concurrency} requests at once", rows)
    curves = []
    for contestant in dict.fromkeys(line.entry.contestant.name for line in lines):
        its = [line for line in lines if line.entry.contestant.name == contestant]
        points = [(line.entry.at, line.all_cpu_ms) for line in its if line.cpu_ms > 0]
        if points:
            curves.append(Curve(contestant, points))
    return growth(f"What a photo costs: {name}", axis, "CPU-ms a photo", curves)


def _is_ours(line: Line) -> bool:
    return line.entry.contestant.name.startswith("forecourt")
