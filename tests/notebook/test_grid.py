"""Numbers stand in rows and columns by their index; a large matrix is seen around its worst entry."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck.entries import Entries, nested
from gradcheck.notebook.grid import grid_of


def test_a_matrix_has_its_worst_entry_and_the_others_that_differ_marked() -> None:
    entries = Entries(((1.0, 2.0), (3.0, 4.0)), None, ((0, 1), (1, 0)), (1, 0))
    grid = grid_of(entries.expected, entries)
    assert grid
    assert grid.columns == ("0", "1")
    assert grid.rows == (("0", (("1", ""), ("2", "differs"))), ("1", (("3", "worst"), ("4", ""))))


@pytest.mark.parametrize(("values", "cells"), [(7.5, ("7.5",)), ((1.0, 0.1), ("1", "0.1"))])
def test_a_number_and_a_row_are_matrices_of_one_row(values, cells) -> None:
    grid = grid_of(values, Entries(values, None, (), (len(cells) - 1,) if isinstance(values, tuple) else ()))
    assert grid
    ((_, shown),) = grid.rows
    assert tuple(text for text, _ in shown) == cells
    assert [style for _, style in shown] == [""] * (len(cells) - 1) + ["worst"]


@pytest.mark.parametrize("values", [None, (), ((),), (((1.0,),),)])
def test_what_is_no_matrix_has_no_table(values) -> None:
    assert grid_of(values, Entries(values, None)) is None


@pytest.mark.parametrize("worst", [(0, 0), (7, 9), (19, 19)])
def test_a_large_matrix_is_seen_around_its_worst_entry(worst) -> None:
    values = nested(np.arange(400.0).reshape(20, 20))
    grid = grid_of(values, Entries(values, values, (worst,), worst))
    assert grid
    assert (len(grid.rows), len(grid.columns), grid.left_out) == (12, 12, 400 - 144)
    marked = [text for _, cells in grid.rows for text, style in cells if style == "worst"]
    assert marked == [str(20 * worst[0] + worst[1])]
