"""Run the whole job over the saved pages of real sites and say, page by page, what was read and what is ours.

The sites are served on loopback under their own names, which needs the ports 80 and 443. Needs what `make test`
installs, and ../shared with pages and photos. How well pages are read is for `preview` and its score to say; here
nothing may crash, and what cannot be read is named.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from reading_score import FieldScore, SetScore, score_fields, score_listings, score_photos
from real_round import Outcome, Round, Strangers, play
from real_sites import PortsClosed
from saved_pages import SHARED, photographs, rounds, saved_pages

_COLUMNS = ("page", "is", "read as", "fields right/missing/wrong", "photos or listings", "ours", "why not")


def main() -> int:
    """0 where every page was read or is named, 1 where something broke."""
    if not (SHARED / "pages").is_dir():
        print(f"there are no pages in {SHARED}", file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory(prefix="forecourt-real-") as folder:
            played = play_all(Path(folder))
            for line in [*_table([outcome for each in played for outcome in each.outcomes]), *_summary(played)]:
                print(line)
    except (PortsClosed, Strangers) as error:
        print(f"real input: {error}", file=sys.stderr)
        return 1
    return 1 if any(broken(each) for each in played) else 0


def play_all(folder: Path) -> list[Round]:
    """A round for each set of pages that can be served at the same time."""
    groups = rounds(saved_pages())
    return [play(pages, photographs(), folder / f"round-{number}") for number, pages in enumerate(groups, start=1)]


def broken(played: Round) -> list[str]:
    """Bugs of ours: tracebacks, exit codes that no stranger may cause, errors that were caught at the last line."""
    faults = []
    for name, ran in played.commands.items():
        if "Traceback" in ran.errors + ran.output:
            faults.append(f"{name}: {ran.errors.strip().splitlines()[-1]}")
        if ran.exit_code not in (0, 3, 75):
            faults.append(f"{name}: exit code {ran.exit_code}")
    rows = [*(outcome.entry for outcome in played.outcomes), *played.images]
    return faults + [str(row["last_error"]) for row in rows if row["failure_kind"] == "internal_error"]


def _table(outcomes: Sequence[Outcome]) -> list[str]:
    """As wide as it needs to be: a line is a page."""
    ordered = sorted(outcomes, key=lambda each: (each.page.kind != "vehicle", each.page.kind, each.page.name))
    rows = [_COLUMNS, *map(_line, ordered)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _line(outcome: Outcome) -> tuple[str, ...]:
    truth, fields, things = outcome.page.truth, "", ""
    if outcome.page.kind == "vehicle" and outcome.vehicle:
        score = score_fields(truth, outcome.vehicle)
        fields = _in_words(score)
        things = _of(score_photos(truth, [row["source_url"] for row in outcome.images]))
    elif outcome.page.kind == "vehicle":
        things = f"0/{len(truth['photos'])}"
    elif truth.get("detail_urls") is not None or outcome.listed:
        things = _of(score_listings(truth, outcome.listed))
    stored = sum(row["status"] == "stored" for row in outcome.images)
    return (
        outcome.page.name,
        outcome.page.kind,
        _read_as(outcome),
        fields,
        things,
        f"{stored}/{len(outcome.images)}" if outcome.images else "",
        _why(outcome),
    )


def _read_as(outcome: Outcome) -> str:
    if outcome.vehicle:
        return f"vehicle, {'queued by hand' if outcome.by_hand else 'discovered'}"
    if outcome.listed:
        return "inventory"
    return str(outcome.entry["failure_kind"])


def _why(outcome: Outcome) -> str:
    """Of the page, and of the photos that are not ours."""
    reasons = []
    if not outcome.vehicle and outcome.page.kind == "vehicle":
        reasons.append(str(outcome.entry["last_error"]))
    if outcome.vehicle and outcome.page.kind != "vehicle":
        reasons.append("it is no vehicle")
    if outcome.page.kind != "vehicle" and not outcome.listed:
        reasons.append(f"as a website: {outcome.website}")
    left = Counter(row["failure_kind"] or "beyond the cap" for row in outcome.images if row["status"] != "stored")
    return "; ".join([*reasons, *(f"photos {kind}: {count}" for kind, count in left.most_common())])


def _in_words(score: FieldScore) -> str:
    named = [f"no {', '.join(score.missing)}"] if score.missing else []
    named += [f"wrong {', '.join(score.wrong)}"] if score.wrong else []
    return f"{len(score.right)}/{len(score.missing)}/{len(score.wrong)} {'; '.join(named)}".rstrip()


def _of(score: SetScore) -> str:
    return f"{score.right}/{score.wanted}" + (f" and {score.foreign} others" if score.foreign else "")


def _summary(played: Sequence[Round]) -> list[str]:
    lines = [""]
    for number, each in enumerate(played, start=1):
        for name, ran in each.commands.items():
            lines.append(
                f"round {number}, {name}: exit {ran.exit_code}, {ran.seconds:.1f} s, {ran.requests} requests,"
                f" {ran.photo_requests.total()} of them for photos"
            )
    vehicles = [outcome for each in played for outcome in each.outcomes if outcome.page.kind == "vehicle"]
    images = [row for each in played for row in each.images]
    ours = sum(row["status"] == "stored" for row in images)
    imported = sum(outcome.vehicle is not None for outcome in vehicles)
    lines += [
        "",
        f"{imported} of {len(vehicles)} pages about a vehicle imported; {ours} of {len(images)} photos are ours.",
        *(f"broken: {fault}" for each in played for fault in broken(each)),
    ]
    return lines


if __name__ == "__main__":
    sys.exit(main())
