"""A stored flow is read back as the table it was, and two tables differ in exactly the cells that do."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

import gradcheck
from gradcheck.backend import tf
from gradcheck.flow.record import Difference, find_differences, load_table, to_json, to_values

W, U = (tf.Variable([1.5, 2.5], name=name) for name in ("block/w", "block/u"))


def losses():
    return {"first": W * 1.0, "second": tf.round(W) * U}


def test_what_is_stored_is_read_back(tmp_path: Path) -> None:
    flow = gradcheck.flow(losses)
    (tmp_path / "flow.json").write_text(to_json(flow))
    assert load_table(tmp_path / "flow.json") == flow.table()
    assert load_table(tmp_path / "flow.json", globs=("*/u",)) == {
        "first": {"block/u": "independent"},
        "second": {"block/u": "connected"},
    }


def test_norms_that_json_has_no_number_for_are_words() -> None:
    flow = gradcheck.flow(losses)
    key = ("first", "block/w")
    cell = replace(flow.cells[key], norms=(1.0, None, math.inf, math.nan))
    stored = to_values(replace(flow, cells={**flow.cells, key: cell}))
    json.dumps(stored, allow_nan=False)
    assert stored["cells"][0]["norms"] == [1.0, None, "inf", "nan"]


@pytest.mark.parametrize(
    ("found", "differences"),
    [
        ({"a": {"w": "connected"}}, []),
        ({"a": {"w": "blocked"}}, [Difference("a", "w", "connected", "blocked")]),
        ({"a": {"w": "connected", "u": "unused"}}, [Difference("a", "u", None, "unused")]),
        ({"a": {}}, [Difference("a", "w", "connected", None)]),
        ({"b": {"w": "connected"}}, [Difference("b", "w", None, "connected"), Difference("a", "w", "connected", None)]),
    ],
)
def test_tables_differ_in_the_cells_that_do(found, differences) -> None:
    assert find_differences({"a": {"w": "connected"}}, found) == differences
