"""A call that was sliced from its module gives what the call gives, with TensorFlow and NumPy alone."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from gradcheck.backend import load, tf
from gradcheck.examine.known import installed
from gradcheck.op import Edge, Op, ops
from gradcheck.oracles.subject import Subject
from gradcheck.raised import Raised
from gradcheck.source import Unsliceable, literal, slice_call
from source import sliced

_PARTS = 4
KILLS = {"transpose/negative perm": (2, 21)}  # what ends its process before a version of TensorFlow


def alone(call: Callable, reserved: tuple[str, ...] = ()) -> Callable:
    """Slice a call, and make it again where there is nothing else."""
    found = slice_call(call, reserved)
    names = {"tf": load(), "np": np}
    imports = "".join(f"import {name}\n" for name in found.imports)
    exec(compile(f"{imports}{found.text}", "sliced", "exec"), names)
    return eval(found.call, names)


@pytest.mark.parametrize("name", sliced.CALLS)
def test_a_call_is_written_with_all_that_it_names(name: str) -> None:
    call = sliced.CALLS[name]
    x = tf.constant([[0.5, 1.0], [2.0, 3.0]])
    x = tf.ones([2, 3]) if name == "a cached function" else x
    np.testing.assert_array_equal(alone(call)(x), call(x))
    assert "gradcheck" not in slice_call(call).text


@pytest.mark.parametrize("name", sliced.HOPELESS)
def test_what_cannot_be_written_says_why(name: str) -> None:
    call, reason = sliced.HOPELESS[name]
    with pytest.raises(Unsliceable, match=reason):
        slice_call(call)


def test_a_file_that_has_changed_since_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "changed_since.py"
    file.write_text("kept = lambda x: 2.0 * x\nlost = lambda x: 3.0 * x\n")
    changed = importlib.import_module("changed_since")
    file.write_text("kept = lambda x: 2.0 * x\nlost = lambda x: 4.0 * x\n")
    assert slice_call(changed.kept).call == "lambda x: 2.0 * x"
    with pytest.raises(Unsliceable, match=r"^the source of <lambda> is not found, or has changed$"):
        slice_call(changed.lost)


def test_small_values_of_a_closure_stand_where_they_are_used() -> None:
    assert slice_call(sliced.shadowing(5.0)).definitions == (
        "def run(x):\n"
        "    inner = [2.0 * factor for factor in (1.0, 2.0)]\n"
        "    return x * sum(inner) + 5.0 + max([x], key=lambda factor: factor[0, 0])",
    )
    assert slice_call(sliced.CALLS["a lambda"]).call == "lambda x: helper(x) + 3.0"


def test_names_that_are_taken_are_left_alone() -> None:
    call = sliced.CALLS["a closure of a closure"]
    found = slice_call(call, ("run", "helper"))
    assert [line.split("(")[0] for line in found.definitions] == ["def helper_2", "def run_3", "def run_2"]
    x = tf.constant(1.5)
    assert alone(call, ("run", "helper"))(x) == call(x)


@pytest.mark.parametrize(
    "values",
    [
        np.array([np.nan, np.inf, -np.inf, -0.0, 0.1]),
        np.array([complex(-0.0, 1.0), complex(1.5, -2.0), complex(np.inf, -0.0)]),
        np.zeros((2, 0, 3)),
        np.array(2.5),
        np.array([1.5, 3e38], np.float32),
        np.array([[True], [False]]),
        np.array([], "complex64"),
    ],
)
def test_an_array_is_written_bit_by_bit(values: np.ndarray) -> None:
    again = eval(literal(values), {"np": np})
    assert (again.dtype, again.shape, again.tobytes()) == (values.dtype, values.shape, values.tobytes())


@pytest.mark.parametrize("shape", [tf.TensorShape(None), tf.TensorShape([None, 2])])
def test_a_shape_is_written_known_or_not(shape) -> None:
    again = eval(slice_call(shape).call, {"tf": tf})
    assert (again.rank, repr(again)) == (shape.rank, repr(shape))


def test_a_bfloat16_array_is_written() -> None:
    values = np.asarray(tf.constant([1.5, -0.007], tf.bfloat16))
    again = eval(literal(values), {"np": np, "tf": tf})
    assert (again.dtype, again.tobytes()) == (values.dtype, values.tobytes())


def calls() -> list[tuple[Op, Edge | None]]:
    """Return every operation, and every edge that is called in its own way."""
    return list(chain.from_iterable(((op, None), *((op, e) for e in op.edges if e.call)) for op in ops))


@pytest.mark.parametrize("part", range(_PARTS))
def test_the_catalogue_is_written_call_by_call(part: int) -> None:
    missing: dict[str, str] = {}
    chosen = calls()[part::_PARTS]
    for op, edge in chosen:
        place = f"{op.name}/{edge.name if edge else ''}"
        try:
            again = alone(edge.call if edge and edge.call else op.call)
        except Unsliceable as reason:
            missing[place] = str(reason)
            continue
        if installed() >= KILLS.get(place, (0, 0)):
            assert_same(op, edge, again)
    assert len(missing) <= 0.05 * len(chosen), missing
    assert all(missing.values())


def assert_same(op: Op, edge: Edge | None, again: Callable) -> None:
    """Hold what a call gives against what it gives by its source alone."""
    real = [dtype for dtype in op.dtypes if not dtype.startswith("complex")] or op.dtypes
    one = Subject(op, edge, real[-1])
    other = Subject(replace(op, call=again), replace(edge, call=again) if edge else None, real[-1])
    if isinstance(one.outputs, Raised):
        assert isinstance(other.outputs, Raised), op.name
        return
    for place, (mine, yours) in enumerate(zip(one.outputs, other.outputs, strict=True)):
        assert (mine.shape, mine.dtype) == (yours.shape, yours.dtype), op.name
        if mine.tobytes() != yours.tobytes():  # only what is drawn anew each time
            assert one.at(one.values).outputs[place].tobytes() != mine.tobytes(), f"{one.label} differs"


def test_all_of_it_is_plain_python() -> None:
    for op in list(ops)[::20]:
        found = slice_call(op.call)
        names = {n.id for n in ast.walk(ast.parse(found.text)) if isinstance(n, ast.Name)}
        assert not names & {"Any", "Call", "Family", "edge"}, op.name
