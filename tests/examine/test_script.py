"""A finding becomes a script without gradcheck, which says BUG where the gradient lies and OK where it does not."""

from __future__ import annotations

import ast
import runpy
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gradcheck.backend import tf
from gradcheck.errors import UsageError
from gradcheck.examine import script as module
from gradcheck.examine.finding import Finding, listed
from gradcheck.examine.judge import examine
from gradcheck.examine.plan import Choice
from gradcheck.examine.script import RESERVED, why_no_script, write_script
from gradcheck.examine.witness import FindingWitness
from gradcheck.op import COMPLEX, REAL, Op, ops
from gradcheck.oracles import Doubt, oracles, slices
from gradcheck.oracles.subject import Subject, attempt
from gradcheck.raised import Raised
from gradcheck.training.optimizers import find_optimizers
from oracles import lies

LIES = {
    "numeric": lies.wrong_entry,
    "numeric, None": lies.absent,
    "form, shape": lies.wrong_shape,
    "form, dtype": lies.wrong_dtype,
    "form, finite": lies.not_finite,
    "form, raises": lies.raises,
    "graph": lies.other_in_graphs,
    "graph, raises": lies.raises_in_graphs,
    "unknown": lies.needs_sizes,
    "xla": lies.other_in_graphs,
    "forward": lies.not_linear,
    "forward_function": lies.not_linear,
    "second": lies.flat_second,
    "second_forward": lies.flat_second,
    "jacobian": lies.other_in_pfor,
    "precision": lies.coarse,
    "slices, clipped": lies.reads_twice,
    "slices, stepped": lies.too_few_rows,
}
# Of these two, one is known to treat slices otherwise than their dense form, so that it takes slices of every row.
STEPPED = {"v1.GradientDescent": "slices", "v1.Momentum": "slices of every row"}
# This one takes no variables but Keras's; one row it broadcasts, so that too few are none too few for it.
KERAS_ONLY = {"keras.Muon": "slices of every row"}
WAYS = {
    "reverse against numeric": "numeric",
    "None though the value depends on it": "numeric",
    "the gradient's shape": "form",
    "the gradient's dtype": "form",
    "the gradient raises": "form",
    "a gradient that is not finite": "form",
    "eager against tf.function": "graph",
    "eager against tf.function of unknown sizes": "unknown",
    "eager against XLA": "xla",
    "reverse against forward eagerly": "forward",
    "reverse against forward inside a tf.function": "forward_function",
    "reverse against forward through a tf.function": "forward_function",
    "reverse over reverse against differences of the first order": "second",
    "reverse over forward against differences of the first order": "second",
    "forward over reverse against differences of the first order": "second_forward",
    "forward over forward against differences of the first order": "second_forward",
    "a loop's Jacobian against pfor's": "jacobian",
    "float64 against float32": "precision",
    **{
        f"a dense gradient against {form} through {name}": "slices"
        for form in ("slices", "slices with repeated ids", "slices of every row")
        for name in slices.CLIPS
    },
    **{
        f"a dense gradient against {form} through steps of {name}": "slices"
        for name, form in (STEPPED | KERAS_ONLY).items()
    },
}
CALLS = {"slices": partial(tf.gather, indices=[1, 0])}  # honest ones, where no cube will do


@pytest.fixture(autouse=True)
def _few_optimizers(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = [optimizer for optimizer in find_optimizers() if optimizer.name in STEPPED]
    monkeypatch.setattr(slices, "_chosen", lambda label: chosen)


@pytest.fixture
def register(monkeypatch: pytest.MonkeyPatch):
    """Put an operation into the catalogue for the time of a test."""

    def put(op: Op) -> Op:
        assert "tanh" in ops
        monkeypatch.setitem(ops._entries, op.name, op)
        return op

    return put


def run(source: str, folder: Path) -> str:
    """Run a script in this process and return its verdict."""
    assert "gradcheck" not in source
    path = folder / "script.py"
    path.write_text(source)
    return str(runpy.run_path(str(path))["main"]())


@pytest.mark.parametrize("case", LIES)
def test_a_lie_is_a_bug_in_its_script(case: str, register, tmp_path: Path, capsys) -> None:
    op = register(lies.op(LIES[case]))
    oracle = case.partition(",")[0]
    finding = examine(op, Choice(oracle=(oracle,), everything=True)).findings[-1]
    assert run(write_script(FindingWitness(finding)), tmp_path) == "BUG"
    shown = capsys.readouterr().out
    assert shown.splitlines()[-1] == "BUG"


def test_every_lie_of_slices_is_a_bug_in_its_script(register, tmp_path: Path, capsys) -> None:
    found = set()
    for lie in (lies.reads_twice, lies.too_few_rows):
        examined = examine(register(lies.op(lie)), Choice(oracle=("slices",), everything=True))
        found |= {finding.doubt.what for finding in examined.findings}
        for finding in examined.findings:
            assert run(write_script(FindingWitness(finding)), tmp_path) == "BUG", finding.doubt.what
    repeated = {f"a dense gradient against slices with repeated ids through {name}" for name in slices.CLIPS}
    assert found == repeated | {f"a dense gradient against {STEPPED[name]} through steps of {name}" for name in STEPPED}


def test_a_script_makes_each_optimizer_as_gradcheck_does() -> None:
    rows = tf.IndexedSlices(tf.constant([[1.0, -2.0]]), tf.constant([1]), tf.constant([2, 2]))
    for optimizer in slices._usable():
        text = module.express_optimizer(optimizer)
        alike = SimpleNamespace(make=partial(eval, text, {"tf": tf}), wants_keras=optimizer.wants_keras)
        steps = [partial(slices._step, made, np.ones([2, 2], "float32"), rows) for made in (optimizer, alike)]
        one, other = map(attempt, steps)
        assert not isinstance(one, Raised), text
        np.testing.assert_equal(other, one, text)


def dtypes() -> list[tuple[str, str]]:
    """Return what each oracle may doubt, with a real and a complex dtype that it judges."""
    cases = []
    for what, name in WAYS.items():
        real, imaginary = ("float32", "complex64") if name == "precision" else ("float64", "complex128")
        cases += [(what, real)] + [(what, imaginary)] * ("complex" in oracles[name].dtypes)
    return cases


@pytest.mark.parametrize(("what", "dtype"), dtypes())
def test_what_is_honest_is_ok_in_every_script(what: str, dtype: str, register, tmp_path: Path) -> None:
    oracle, place = WAYS[what], "input 0 [1, 0]"
    call = CALLS.get(oracle, lambda x: x * x * x)
    op = register(Op("plain", "lies", call, lies.HONEST.inputs, (), (*REAL, *COMPLEX)))
    values = tuple(map(listed, Subject(op, None, dtype).values))
    finding = Finding(op.name, "", dtype, oracle, Doubt(what, "1", "2, allowed 0.001", place, 1e-3), 0, values)
    assert run(write_script(FindingWitness(finding)), tmp_path) == "OK"


def test_every_script_is_an_oracles_and_is_tested_both_ways() -> None:
    assert set(module._KINDS) <= set(oracles.names())
    assert set(WAYS.values()) == {case.partition(",")[0] for case in LIES} == set(module._KINDS)


def test_an_oracle_without_a_script_says_so(register, monkeypatch: pytest.MonkeyPatch) -> None:
    register(lies.op(lies.honest))
    monkeypatch.delitem(module._KINDS, "xla")
    finding = Finding("honest", "", "float64", "xla", Doubt("eager against XLA", "1", "2", "input 0 [0, 0]"), 0)
    assert why_no_script(finding) == "there is no script of oracle xla; replay it without --script"


def test_a_script_names_only_what_is_reserved(register) -> None:
    for what, oracle in WAYS.items():
        call = CALLS.get(oracle, lies.honest)
        register(Op("honest", "lies", call, lies.HONEST.inputs, dtypes=("float32", "float64")))
        dtype = "float32" if oracle == "precision" else "float64"
        doubt = Doubt(what, "1", "2", "input 0 [0, 0]")
        tree = ast.parse(write_script(FindingWitness(Finding("honest", "", dtype, oracle, doubt, 0))))
        defined = {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}
        stored = {t.id for n in tree.body if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)}
        assert defined | stored <= {*RESERVED, "honest"}, what


def test_what_the_witness_says_stays_within_its_quotes(register, tmp_path: Path) -> None:
    register(lies.op(lies.honest))
    doubt = Doubt("eager against XLA", '1"""\nimport os', "2\\", "input 0 [0, 0]")
    source = write_script(FindingWitness(Finding("honest", "", "float64", "xla", doubt, 0)))
    assert "1'''" in source
    assert run(source, tmp_path) == "OK"


def test_what_cannot_be_written_is_one_sentence(register) -> None:
    thing = object()
    opaque = register(Op("opaque", "lies", lambda x: x if thing else -x, lies.HONEST.inputs))
    finding = Finding(opaque.name, "", "float64", "xla", Doubt("eager against XLA", "1", "2", "input 0 [0, 0]"), 0)
    reason = "no script can be made of operation opaque: no expression makes a value of type object"
    assert why_no_script(finding) == reason
    with pytest.raises(UsageError, match=f"^{reason}$"):
        write_script(FindingWitness(finding))
    assert why_no_script(replace(finding, op="tanh")) == ""


def test_an_entry_that_is_not_moved_any_more_is_told(register) -> None:
    register(lies.op(lies.honest))
    doubt = Doubt("reverse against numeric", "1", "2", "input 0 [7, 7]")
    with pytest.raises(UsageError, match="moves no such entry any more"):
        write_script(FindingWitness(Finding("honest", "", "float64", "numeric", doubt, 0)))
