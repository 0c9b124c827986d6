"""The figures of `make extraction-report`, where a mistake would flatter."""

from dataclasses import replace

from reading_speed import Timed, ms_per_200_kb
from synthetic.misses import misses, read
from synthetic.whole_set import ways
from synthetic_score import lines_of_misses, score_synthetic

from forecourt.listing import PageReading


def test_a_page_that_is_not_read_counts_as_missing_in_every_field() -> None:
    [page, *_] = ways()

    [miss] = misses(page, PageReading("nothing"))

    assert (miss.field, miss.said, miss.true) == ("kind", "nothing", "vehicle")
    assert lines_of_misses([miss]) == [f"{page.name}  kind: said 'nothing', true 'vehicle'"]


def test_a_wrong_field_and_a_wrong_order_of_photos_are_misses() -> None:
    [page, *_] = ways()
    reading = read(page)
    assert reading.listing

    wrong = replace(reading.listing, model="Other", photos=tuple(reversed(reading.listing.photos)))

    assert [miss.field for miss in misses(page, replace(reading, listing=wrong))] == ["model", "photos"]
    assert misses(page, reading) == []


def test_no_column_is_right_more_often_than_it_was_said_or_is_true() -> None:
    pages, columns, missed = score_synthetic()

    assert pages > len({miss.page for miss in missed})
    assert all(0 < column.right <= min(column.said, column.true) for column in columns.values())


def test_speed_is_told_over_all_bytes() -> None:
    timed = [Timed("a", 100_000, 0.010, 0.1, ""), Timed("b", 300_000, 0.010, 0.3, "")]

    assert round(ms_per_200_kb(timed, [each.ours for each in timed]), 6) == 10
