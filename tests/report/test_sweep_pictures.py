"""The pictures of a sweep are drawn to scale, and told without colour."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gradcheck.report.sweep_growth import Chart, draw_growth, spread
from gradcheck.report.sweep_page import sweep_page
from gradcheck.report.sweep_picture import Picture, buckets_of, pictures
from gradcheck.sweep.log import Log
from gradcheck.sweep.tally import Tally
from report import swept
from report.parsed import ParsedPage
from report.swept import text_of

# --- histograms ---------------------------------------------------------------------------------


def drawn(*errors: list[float]) -> list[Picture]:
    names = ("first", "second", "third")
    return pictures({(name, "graph", "float32"): swept.count(*one) for name, one in zip(names, errors, strict=False)})


def test_a_picture_has_as_many_points_as_were_counted_and_one_axis_for_all() -> None:
    errors = np.geomspace(0.1, 100.0, 500).tolist()
    small, large = drawn(errors, [4000.0] * 3)
    assert (small.law, sum(small.panels[0].numbers), sum(large.panels[0].numbers)) == ("first", 500, 3)
    assert small.ticks == large.ticks
    assert small.column == large.column
    assert large.words == "graph float32: ≤ 4096 ULP: 3 points"
    (one,) = large.panels[0].columns
    tallest = max(small.panels[0].columns, key=lambda column: column.height)
    most = max(small.panels[0].numbers)
    assert one.height == pytest.approx(tallest.height * math.log1p(3) / math.log1p(most))
    # The last column of the picture is that of the worst error of all.
    assert one.x + small.column == pytest.approx(small.width - 8)


def test_columns_stand_on_the_floor_of_their_panel_and_panels_below_each_other(tmp_path: Path) -> None:
    for picture in pictures(swept.wide(tmp_path).tally.counts):
        assert len(picture.panels) == 12
        for panel, below in pairwise(picture.panels):
            assert panel.floor < below.y
        for panel in picture.panels:
            assert all(column.y + column.height == pytest.approx(panel.floor) for column in panel.columns)
            assert all(panel.y <= column.y for column in panel.columns)
            assert all(panel.y < y < panel.floor for _, y in panel.guides)
        assert picture.panels[-1].floor < picture.height


def test_points_without_error_have_a_column_of_their_own() -> None:
    ((panel,),) = [picture.panels for picture in drawn([0.0, 0.0, 0.1])]
    assert [(column.style, column.words) for column in panel.columns] == [
        ("none", "no error: 2 points"),
        ("some", "≤ 0.125 ULP: 1 point"),
    ]


def test_errors_beyond_any_bucket_are_drawn() -> None:
    (picture,) = drawn([0.1, math.inf, 1e300])
    assert picture.panels[0].columns[-1].words == "> 1.04858e+06 ULP: 2 points"
    assert picture.ticks[-1][0] == "more"
    assert len(buckets_of([picture])) == len(picture.panels[0].numbers)


def test_small_errors_do_not_fill_the_picture() -> None:
    assert buckets_of(drawn([0.1]))[-1] == "≤ 16"


def test_guides_are_at_most_two_powers_of_ten() -> None:
    for most, names in ((5, []), (50, ["10"]), (5000, ["100"]), (50_000, ["100", "10k"]), (10**7, ["10k"])):
        count = swept.count(1.0)
        count.histogram = count.histogram * most
        (picture,) = pictures({("x", "graph", "float32"): count})
        assert [name for name, _ in picture.panels[0].guides] == names


def test_a_law_without_errors_has_no_picture(tmp_path: Path) -> None:
    calm = swept.count(1.0)
    calm.histogram = np.roll(calm.histogram, -int(calm.histogram.argmax()))
    assert (calm.histogram[0], pictures({("x", "graph", "float32"): calm})) == (1, [])
    assert [one.law for one in pictures(swept.honest(tmp_path).tally.counts)] == ["additivity"]
    assert pictures({}) == []


def test_a_picture_has_the_same_numbers_in_words_and_in_a_table(tmp_path: Path) -> None:
    log = swept.honest(tmp_path)
    page = sweep_page(log)
    counts = log.tally.counts["additivity", "graph", "float32"].histogram
    assert 'role="img" aria-labelledby="errors-1-title errors-1-words"' in page
    (words,) = re.findall(r'<desc id="errors-1-words">(.*?)</desc>', page)
    assert [int(n.replace(",", "")) for n in re.findall(r": ([\d,]+) points?", words)] == [n for n in counts if n]
    row = "".join(f"{number:,}" for number in counts[: len(buckets_of(pictures(log.tally.counts)))])
    assert f"additivitygraph float32{row}" in ParsedPage(page).text


# --- growth -------------------------------------------------------------------------------------


def charts(log: Log) -> tuple[Chart, Chart]:
    found = draw_growth(log)
    assert found is not None
    share, units = found.charts
    return share, units


def corners(chart: Chart, line: int = 0) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (at.split(",") for at in chart.lines[line].corners.split())]


def test_lines_rise_to_the_right_and_stay_inside(tmp_path: Path) -> None:
    share, units = charts(swept.honest(tmp_path))
    for chart in (share, units):
        places = corners(chart)
        assert (places[0][0], places[-1][0]) == (0, chart.width)
        assert all(0 <= y <= chart.height for _, y in places)
        assert all(x <= later for (x, _), (later, _) in pairwise(places))
        assert all(y >= later for (_, y), (_, later) in pairwise(places))
    assert corners(units)[-1][1] < corners(units)[0][1]


def test_what_is_allowed_is_a_line_above_what_holds_and_below_what_does_not(tmp_path: Path) -> None:
    share, units = charts(swept.honest(tmp_path))
    assert units.limit is None
    assert share.limit is not None
    assert 0 < share.limit < corners(share)[-1][1]
    for beyond in (3.0, 1e6, 1e14, 1e300, math.inf):
        log = swept.sweep(tmp_path, [swept.tally(additivity=swept.count(1.0, broken=1, share=beyond))])
        broken, _ = charts(log)
        assert broken.limit is not None
        assert 0 <= corners(broken)[-1][1] < broken.limit < broken.height
        assert "1" in [name for name, _ in broken.up]
        assert beyond != 3.0 or corners(broken)[-1][1] > 0


def test_a_line_begins_at_its_first_point(tmp_path: Path) -> None:
    later = Tally(512, counts={("x", "xla", "float64"): swept.count(1.0)})
    log = swept.sweep(tmp_path, [swept.tally(), later])
    share, _ = charts(log)
    assert [len(corners(share, line)) for line in (0, 1)] == [2, 1]
    assert "512–50 % of allowed" not in text_of(log)
    assert "51250 % of allowed, 4 ULP–1,02450 % of allowed, 4 ULP50 % of allowed, 1 ULP" in text_of(log)


def test_every_line_is_told_without_colour(tmp_path: Path) -> None:
    log = swept.wide(tmp_path)
    found = draw_growth(log)
    assert found is not None
    assert [line.letter for line in found.lines] == list("ABCDEFGHIJKL")
    for chart in found.charts:
        places = sorted(line.letter_y for line in chart.lines)
        assert all(later - y >= 12 for y, later in pairwise(places))
        assert 0 <= places[0] <= places[-1] <= chart.height
        assert all(f"{line.letter}, {line.name}: " in chart.words for line in found.lines)
    assert "L xla float64" in text_of(log)


@pytest.mark.parametrize("places", [[], [5.0], [5.0] * 4, [0.0, 100.0, 99.0, 50.0], [100.0] * 30, [3.0, 2.0, 1.0]])
def test_letters_are_spread_in_their_order(places: list[float]) -> None:
    found = spread(places, 10, 100)
    order = sorted(range(len(places)), key=lambda i: places[i])
    gap = min(10, 100 / max(1, len(places) - 1))
    assert all(found[later] - found[i] >= gap - 1e-9 for i, later in pairwise(order))
    assert all(-1e-9 <= place <= 100 + 1e-9 for place in found)


def test_letters_that_are_far_apart_stay_where_they_are() -> None:
    assert spread([80.0, 10.0, 40.0], 10, 100) == [80.0, 10.0, 40.0]


def test_a_law_without_errors_has_no_line(tmp_path: Path) -> None:
    assert draw_growth(swept.sweep(tmp_path, [Tally(4)])) is None
    assert draw_growth(swept.sweep(tmp_path)) is None


def test_ticks_name_both_ends_and_powers_between(tmp_path: Path) -> None:
    many = swept.sweep(tmp_path, [swept.tally(i * 512, 8) for i in range(400)])
    share, units = charts(many)
    assert [name for name, *_ in share.across] == ["512", "10k", "205k"]
    assert share.across == units.across
    assert [name for name, _ in units.up] == ["0.1", "1", "10", "100", "1,000"]
