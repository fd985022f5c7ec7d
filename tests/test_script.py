"""A witness becomes a script that runs without gradcheck, says OK where the law holds and BUG where it does not."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from gradcheck import compare, script
from gradcheck.backend import tf
from gradcheck.compare import Budget, Comparison
from gradcheck.directions import project
from gradcheck.engines import View, engines
from gradcheck.errors import UsageError
from gradcheck.explain import Explanation
from gradcheck.golden import GOLDEN_GRAPH, SEED_GRAPH, W1, W2, golden_gradients, golden_point
from gradcheck.gradient import Gradient, Term, Unconnected, largest
from gradcheck.layer import Apply, Layer, layers, losses
from gradcheck.objective import Expression, Objective, a, as_objective, b, loss1, loss2, stop, u, v, with_zeros, zero
from gradcheck.point import draw
from gradcheck.script import write_script
from gradcheck.trial import Check, projected
from gradcheck.witness import Witness

Make = Callable[..., Witness]
FIGURES = golden_gradients()[loss2, W2][None]
EXACT = Budget(0, "whole numbers")


@pytest.fixture
def print_script(make_witness: Make, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Print the script of a comparison, without judging the law again."""

    def write(comparison: Comparison, **fields: object) -> str:
        monkeypatch.setattr(script, "judge_again", lambda witness: Check(witness.claim, witness.variable, comparison))
        return write_script(make_witness(**fields))

    return write


def run(source: str) -> str:
    """Run a script and return the last word it prints."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, "witness.py", "exec"), {"__name__": "__main__"})
    return printed.getvalue().splitlines()[-1]


def term(formula: Expression | Objective, variable: str = W2, *, engine: str = "eager", weight: float = 1.0) -> Term:
    return Term(as_objective(formula), variable, np.array([weight]), engine, "float64")


def gradient(values: np.ndarray, *terms: Term) -> Gradient:
    return Gradient(np.asarray(values), largest(np.asarray(values)), terms)


def within(expected: Gradient, found: Gradient, allowed: float = 1e-9) -> Comparison:
    return compare.close(expected, found, allowed=np.array([allowed]), budget=EXACT)


@pytest.mark.parametrize("engine", engines.names())
def test_each_engine_is_written_out_and_caught_when_it_is_wrong(engine: str, print_script) -> None:
    own = gradient(FIGURES, term(loss1 + loss2, engine=engine))
    expected = gradient(FIGURES)
    if engines[engine].view is View.DIRECTIONS:
        own, expected = projected(own), projected(expected)
    source = print_script(within(expected, own), engine=engine)
    assert f"def {engine}(objective, variable, dtype):" in source
    assert run(source) == "OK"
    # The gradient by w2 is loss2's input, which w1 makes.
    assert run(lie(source, W1, "[0.0, 1.0, 2.0, 3.0]", "[0.0, 1.0, 2.0, 4.0]")) == "BUG"


def lie(source: str, name: str, right: str, wrong: str) -> str:
    """Change one of the script's values."""
    lines = source.splitlines()
    (index,) = (i for i, line in enumerate(lines) if line.startswith(f'    "{name}": np.array('))
    assert right in lines[index]
    lines[index] = lines[index].replace(right, wrong)
    return "\n".join(lines)


ABSENT = Unconnected((term(loss1),))
PRESENT = gradient(FIGURES, term(loss2))
RELATIONS = {
    "identical": (
        compare.identical(gradient(FIGURES, term(loss2)), gradient(FIGURES, term(loss1 + loss2)), points=1),
        ("return loss1 + loss2, None", "return loss2 + 2 * loss2, None"),
    ),
    "close": (
        within(
            gradient(5 * FIGURES, term(loss2, weight=2.0), term(loss2, weight=3.0)),
            gradient(5 * FIGURES, term(b * loss2 + a * loss2)),
        ),
        ("return b * loss2 + a * loss2", "return b * loss2 + 1.99 * loss2"),
    ),
    "different": (
        compare.different(PRESENT, gradient(-FIGURES, term(loss1 * loss2)), judged=np.ones(1, bool)),
        ("return loss1 * loss2, None", "return loss2, None"),
    ),
    "unconnected": (compare.unconnected(ABSENT, points=1), ("return loss1, None", "return loss1 + 0 * loss2, None")),
    "connected": (compare.connected(PRESENT, points=1), ("return loss2, None", "return stop_gradient(loss2), None")),
    "both absent": (
        compare.identical(ABSENT, Unconnected((term(stop(loss2)),)), points=1),
        ("return loss1, None", "return loss2, None"),
    ),
    "zeros where absent": (
        compare.identical(gradient(0 * FIGURES), gradient(0 * FIGURES, term(with_zeros(loss1))), points=1),
        ("tf.UnconnectedGradients.ZERO", "tf.UnconnectedGradients.NONE"),
    ),
    "zero cotangent": (
        # What a law derives from what it found is a value, not the same computation again.
        compare.identical(
            gradient(0 * FIGURES, term(loss2.pulled_by(zero))),
            gradient(0 * FIGURES, term(loss2.pulled_by(zero))),
            points=1,
        ),
        ("return loss2, zero", "return loss2, 1.0 + zero"),
    ),
    "cotangents": (
        within(gradient(-FIGURES), gradient(-FIGURES, term(loss2.pulled_by(a * u + b * v)))),
        ("return loss2, a * u + b * v", "return loss2, a * u + b * u"),
    ),
}


@pytest.mark.parametrize("name", RELATIONS)
def test_each_relation_is_told_from_its_opposite(name: str, print_script) -> None:
    comparison, (right, wrong) = RELATIONS[name]
    assert not comparison.broken.any()
    source = print_script(comparison)
    assert source.count(right) == 1
    assert run(source) == "OK"
    assert run(source.replace(right, wrong)) == "BUG"


@pytest.mark.parametrize("engine", [engine.name for engine in engines if engine.sees_absence])
def test_zeros_are_asked_for_in_every_engines_script(engine: str, print_script) -> None:
    zeros = [gradient(0 * FIGURES), gradient(0 * FIGURES, term(with_zeros(loss1), engine=engine))]
    if engines[engine].view is View.DIRECTIONS:
        zeros = [projected(side) for side in zeros]
    source = print_script(compare.identical(*zeros, points=1))
    assert run(source) == "OK"
    assert run(source.replace("UnconnectedGradients.ZERO", "UnconnectedGradients.NONE")) == "BUG"


@pytest.mark.parametrize("wiring", ["stopped", "parallel"])
@pytest.mark.parametrize("engine", ["forward", "numeric", "eager"])
def test_a_stop_holds_in_every_engines_script(wiring: str, engine: str, print_script) -> None:
    """Where head 2 does not train head 1, loss1 + loss2 has loss1's gradient by w1."""
    values = golden_gradients()[loss1, W1][None]
    sides = [gradient(values, term(formula, W1, engine=engine)) for formula in (loss1, loss1 + loss2)]
    if engines[engine].view is View.DIRECTIONS:
        sides = [projected(side) for side in sides]
    graph = GOLDEN_GRAPH.changed(wiring=wiring)
    point = golden_point() if wiring == "stopped" else draw(graph, dict.fromkeys(graph.axes, 2), 1)[0]
    source = print_script(within(*sides, allowed=1e-6), graph=graph, point=point)
    assert run(source) == "OK"
    read = {"stopped": "x = stop_gradient(output1)", "parallel": "x = trunk"}[wiring]
    assert source.count(read) == 1
    assert run(source.replace(read, "x = output1")) == "BUG"


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
def test_every_word_can_be_written_out(reduction: str, print_script) -> None:
    found = gradient(np.zeros((1, 1)), term(loss1 * stop(loss2), "embedding"))
    for names in _in_threes(layers.names()):
        for loss in losses.names():
            graph = SEED_GRAPH.changed(trunk=names, loss1=loss, reduction=reduction, dtype="float64")
            point = draw(graph, dict.fromkeys(graph.axes, 2), 1)[0]
            source = print_script(compare.connected(found, points=1), graph=graph, point=point)
            assert "Any" not in source
            assert "gradcheck" not in source
    assert run(source) == "OK"


def test_operations_as_layers_are_written_out(print_script) -> None:
    graph = GOLDEN_GRAPH.changed(head1=("dense", "ops.erf", "ops.sqrt"), head2=("dense", "ops.log_softmax"))
    point = draw(graph, dict.fromkeys(graph.axes, 2), 1)[0]
    found = gradient(np.zeros((1, 1)), term(loss2, W1))
    source = print_script(compare.connected(found, points=1), graph=graph, point=point)
    assert "def erf(x):\n    return tf.math.erf(" in source
    assert "gradcheck" not in source
    assert run(source) == "OK"
    assert run(source.replace("tf.math.erf(", "tf.stop_gradient(")) == "BUG"


FACTOR = 3.0


@tf.custom_gradient
def _thrice(x):
    return FACTOR * x, lambda dy: FACTOR * dy


def test_what_a_layer_names_is_written_out_with_it(print_script, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, apply in {"losses": _named_as_the_scripts_own(2.0), "lambda": lambda x: x * FACTOR}.items():
        monkeypatch.setitem(layers._entries, name, Layer(name, apply))
    graph = GOLDEN_GRAPH.changed(head1=("dense", "losses", "lambda"))
    source = print_script(within(gradient(18 * FIGURES), gradient(18 * FIGURES, term(loss1 + loss2))), graph=graph)
    assert "def losses_2(x):" in source
    assert "tf.custom_gradient(_thrice)" in source
    assert run(source) == "OK"
    assert run(source.replace("_thrice_2(x) * 2.0", "_thrice_2(x) * 2.1")) == "BUG"


def _named_as_the_scripts_own(factor: float) -> Apply:
    def losses(x):
        return _thrice(x) * factor

    return losses


def test_a_layer_that_cannot_be_written_out_is_one_sentence(print_script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(layers._entries, "made", Layer("made", eval("lambda x: x")))
    with pytest.raises(UsageError, match=r"^no script can be made of the graph's layers and losses: the source of <"):
        print_script(within(PRESENT, PRESENT), graph=GOLDEN_GRAPH.changed(head1=("dense", "made")))


def _in_threes(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (names[i : i + 3] for i in range(0, len(names), 3))


def test_a_law_is_judged_again_and_written_out(make_witness: Make) -> None:
    source = write_script(make_witness())
    assert f"expected = as_array(eager(objective0, '{W2}', 'float32'))" in source
    assert f"found = as_array(eager(objective1, '{W2}', 'float32'))" in source
    assert "DIRECTIONS" not in source
    assert run(source) == "OK"


@pytest.mark.usefixtures("lying_eager")
def test_a_lie_of_gradchecks_own_is_no_bug_of_tensorflows(make_witness: Make) -> None:
    assert run(write_script(make_witness())) == "OK"


def test_shapes_are_compared_before_numbers(print_script) -> None:
    """A row would stretch to a whole gradient of equal rows."""
    rows = np.broadcast_to(np.array([1.0, 2.0, 3.0])[:, None], (3, 4))[None]
    source = print_script(within(gradient(rows), gradient(rows, term(loss1, W1))))
    assert run(source) == "OK"
    (expected,) = (line for line in source.splitlines() if line.startswith("expected = "))
    assert run(source.replace(expected, "expected = np.array([[1.0], [2.0], [3.0]])")) == "BUG"


def test_numbers_are_written_bit_for_bit(print_script) -> None:
    odd = np.array([[0.1, np.nan, np.inf, -np.inf, -0.0, 5e-324]])
    source = print_script(within(gradient(odd), gradient(odd, term(loss2)), allowed=np.inf))
    (line,) = (line for line in source.splitlines() if line.startswith("expected = "))
    scope: dict[str, np.ndarray] = {}
    exec(line, {"np": np}, scope)
    assert scope["expected"].tobytes() == odd[0].tobytes()
    compile(source, "witness.py", "exec")
    assert 'atol=float("inf")' in source


def test_an_empty_batch_keeps_its_shape(print_script) -> None:
    point = draw(GOLDEN_GRAPH, {**golden_point().sizes, "batch": 0}, 1)[0]
    source = print_script(within(gradient(0 * FIGURES), PRESENT), point=point)
    assert run(source) == "OK"


def test_no_text_of_a_witness_can_run(print_script) -> None:
    """A witness may come from anywhere: what it says must stay within the quotes."""
    evil = '"""\nraise SystemExit(7)\n"""\\'
    source = print_script(
        within(gradient(FIGURES), PRESENT), claim=evil, explanation=Explanation(evil, (evil,)), environment={}
    )
    assert "TensorFlow of an unknown version" in source
    assert run(source) == "OK"


def test_a_side_that_nobody_computed_cannot_be_written(print_script) -> None:
    with pytest.raises(UsageError, match="law addition does not say how to compute what it found"):
        print_script(within(gradient(FIGURES), gradient(FIGURES)))
    with pytest.raises(UsageError, match="does not say how to compute"):
        print_script(replace(within(PRESENT, PRESENT), found=gradient(FIGURES)))


@pytest.mark.parametrize("engine", engines.names())
def test_one_gradient_is_written_out_and_held_against_what_was_recorded(engine: str) -> None:
    right = FIGURES if engines[engine].view is View.ENTRIES else project(FIGURES)
    recorded = {"right": right[0], "wrong": right[0] + 1.0, "absent": None, "an error": "ValueError"}
    source = script.write_gradient_script(
        GOLDEN_GRAPH, golden_point(), engines[engine], as_objective(loss1 + loss2), W2, recorded
    )
    # TensorFlow has started here, so that its threads are chosen.
    lines = [line for line in source.splitlines() if not line.startswith("tf.config.threading.")]
    assert len(lines) == len(source.splitlines()) - 2
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile("\n".join(lines), "gradient.py", "exec"), {"__name__": "__main__"})
    found = [line for line in printed.getvalue().splitlines() if line.startswith("found here: ")]
    assert [line.split()[2] for line in found] == ["the", "largest", "another", "another"]
