"""A failed ``assert`` on a flow says which cells differ, and why."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable

import pytest

import gradcheck
from gradcheck.backend import tf
from gradcheck.flow.cell import Kind
from gradcheck.pytest_plugin import pytest_assertrepr_compare

Run = Callable[..., pytest.RunResult]
W1, W2 = tf.Variable([1.0], name="w1"), tf.Variable([1.0], name="w2")
EXPECTED = {"loss1": {"w1": "connected", "w2": "independent"}, "loss2": {"w1": "independent", "w2": "connected"}}


def losses():
    output1 = W1 * 2.0
    return {"loss1": output1, "loss2": tf.stop_gradient(output1) * W2}


@pytest.fixture
def table() -> dict[str, dict[str, str]]:
    return gradcheck.flow(losses).table()


def lines(left: object, right: object) -> list[str]:
    told = pytest_assertrepr_compare("==", left, right)
    assert told
    return told


def test_a_table_lists_the_cells_that_differ_and_then_their_paths(table) -> None:
    for told in (lines(table, EXPECTED), lines(EXPECTED, table)):
        assert told[:4] == [
            "the flow's table == what is expected; 1 cell differs",
            "w1 -> loss2: expected independent, found blocked",
            "",
            "w1 -> loss2: blocked by StopGradient; the loss depends on it, but no gradient comes back",
        ]
        cut = told.index("  ✕ StopGradient")
        assert told[cut + 1].endswith('return {"loss1": output1, "loss2": tf.stop_gradient(output1) * W2}')
        assert told[cut + 2] == "      it stops the gradient on purpose"


def test_one_row_is_enough(table) -> None:
    assert lines(table["loss2"], EXPECTED["loss2"])[1] == "w1 -> loss2: expected independent, found blocked"


def test_a_cell_that_only_one_table_has_differs(table) -> None:
    told = lines(table, {"loss1": EXPECTED["loss1"], "loss3": {"w1": "connected"}})
    assert told[:4] == [
        "the flow's table == what is expected; 3 cells differ",
        "w1 -> loss2: expected no such cell, found blocked",
        "w2 -> loss2: expected no such cell, found connected",
        "w1 -> loss3: expected connected, found no such cell",
    ]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_kind_says_what_it_means(swapped) -> None:
    pair = ("independent", Kind.CONNECTED) if swapped else (Kind.CONNECTED, "independent")
    assert lines(*pair) == [
        "'connected' == 'independent'",
        "expected independent: the loss cannot depend on it, whatever the values",
        "found connected: a gradient flows",
    ]


def test_a_kind_that_is_misspelt_is_said() -> None:
    assert lines(Kind.BLOCKED, "cut")[1] == (
        "expected cut: no kind at all; there are connected, blocked, independent, unused"
    )


@pytest.mark.parametrize(("op", "left"), [("==", {"loss1": {}}), ("!=", Kind.UNUSED), ("==", 3), ("==", "connected")])
def test_what_is_of_no_flow_is_left_to_pytest(op, left) -> None:
    assert pytest_assertrepr_compare(op, left, "connected") is None


def test_a_table_is_compared_stored_and_copied_as_plain_dictionaries_are(table) -> None:
    plain = {loss: dict(row) for loss, row in table.items()}
    assert table == plain
    for copied in (copy.deepcopy(table), pickle.loads(pickle.dumps(table)), json.loads(json.dumps(table))):
        assert copied == plain
        assert type(copied) is type(copied["loss1"]) is dict


def test_pytest_shows_it(pytester: pytest.Pytester, run: Run, model: str) -> None:
    pytester.makepyfile(
        """
        import gradcheck
        import tensorflow as tf
        from model import losses

        def test_it():
            flow = gradcheck.flow(losses, tf.TensorSpec([None]), variables="w1")
            assert flow.table() == {"loss1": {"w1": "connected"}, "loss2": {"w1": "connected"}}
        """
    )
    run("-vv").stdout.fnmatch_lines(
        [
            "E*the flow's table == what is expected; 1 cell differs",
            "E*w1 -> loss2: expected connected, found blocked",
            "E*✕ StopGradient",
            "E*model.py:7  held = tf.stop_gradient(output1)",
        ]
    )
