"""A doubt becomes a finding only if it survives a small move; what cannot be judged is a gap with a reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gradcheck.backend import tf
from gradcheck.domain import Domain, definite, distinct, real
from gradcheck.errors import UsageError
from gradcheck.examine.judge import examine
from gradcheck.examine.plan import Choice, chosen_ops, judges, subjects
from gradcheck.op import Op, edge, ops
from gradcheck.oracles import oracles
from oracles import lies

ALL = Choice(edges=True, everything=True)
NUMERIC = Choice(oracle=("numeric",), edges=True)


def labels(op, choice=NUMERIC):
    return [finding.label for finding in examine(op, choice).findings]


def test_a_fault_survives_and_is_a_finding_with_its_inputs() -> None:
    examined = examine(lies.op(lies.wrong_entry), NUMERIC)
    assert [finding.label for finding in examined.findings] == ["wrong_entry/float64/numeric"]
    (finding,) = examined.findings
    assert finding.doubt.place == "input 0 [1, 0]"
    assert finding.values == ([[1.0, 1.0], [1.0, 1.0]],)


def test_an_honest_operation_has_no_findings_by_any_oracle() -> None:
    examined = examine(lies.HONEST, ALL)
    assert examined.findings == ()
    assert {label.split("/")[-1] for label in examined.judged} >= {"numeric", "graph", "xla", "second", "jacobian"}


def test_a_hidden_tie_is_left_alone_and_a_fault_beside_it_is_not() -> None:
    tie = edge("tie", [[1.0, 1.0], [0.5, 0.2]])
    honest = Op("honest", "lies", tf.reduce_max, (distinct(2, 2),), edges=(tie,))
    assert labels(honest) == []

    @tf.custom_gradient
    def worse(x):
        found = tf.reduce_max(x)
        return found, lambda dy: 0.9 * dy * tf.cast(x == found, x.dtype)

    assert labels(Op("worse", "lies", worse, (distinct(2, 2),), edges=(tie,)))


def test_a_matrix_read_by_one_triangle_is_moved_symmetrically() -> None:
    assert labels(Op("cholesky", "lies", tf.linalg.cholesky, (definite(3, 3),))) == []
    carelessly = Domain((3, 3), definite().draw, build=definite().build)
    assert labels(Op("cholesky", "lies", tf.linalg.cholesky, (carelessly,))) != []


def test_what_an_operation_raises_is_a_gap() -> None:
    def fails(x):
        raise NotImplementedError("no kernel")

    examined = examine(lies.op(fails), NUMERIC)
    assert examined.findings == ()
    assert examined.gaps == {"fails/float64": "NotImplementedError: no kernel"}


def test_where_the_operation_itself_fails_is_a_gap_and_counts_as_not_judged() -> None:
    counted = Op("counted", "lies", lambda x: x * float(x.shape[0]), (real(2, 2),))
    examined = examine(counted, Choice(oracle=("unknown",)))
    assert (examined.findings, examined.judged) == ((), ())
    assert examined.gaps["counted/float64/unknown"].startswith("the operation itself fails there")


def test_an_oracle_that_does_not_apply_is_a_gap_with_its_reason() -> None:
    limited = Op("limited", "lies", tf.tanh, (real(2, 2),), limits={"xla": "no kernel"})
    assert examine(limited, ALL).gaps["limited/float64/xla"] == "no kernel"


def test_what_xla_does_not_compile_is_no_fault(monkeypatch) -> None:
    def uncompiled(subject, specs, **options):
        raise_it = options.get("jit_compile")
        return Raised("InvalidArgumentError", message) if raise_it else in_function(subject, specs)

    from gradcheck.oracles import modes
    from gradcheck.raised import Raised

    in_function = modes.in_function
    monkeypatch.setattr(modes, "in_function", uncompiled)
    message = "Detected unsupported operations when trying to compile graph: Foo (No registered 'Foo' OpKernel)"
    choice = Choice(oracle=("xla",))
    assert labels(lies.HONEST, choice) == []
    message = "shapes must match"
    assert labels(lies.HONEST, choice) == ["honest/float64/xla"]


def test_what_pfor_does_not_know_is_no_fault_and_what_it_gets_wrong_is(monkeypatch) -> None:
    from gradcheck.oracles import jacobian

    def unknown(subject, pfor):
        if pfor:
            raise ValueError(message)
        return jacobians(subject, pfor)

    jacobians = jacobian._jacobians
    monkeypatch.setattr(jacobian, "_jacobians", unknown)
    message = "No pfor vectorization defined for Foo"
    choice = Choice(oracle=("jacobian",))
    examined = examine(lies.HONEST, choice)
    assert (examined.findings, examined.judged) == ((), ())
    gap = "a loop's Jacobian against pfor's: ValueError: No pfor vectorization defined for Foo"
    assert examined.gaps == {"honest/float64/jacobian": gap}
    message = "shapes must match"
    assert labels(lies.HONEST, choice) == ["honest/float64/jacobian"]


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Current CPU implementations do not yet support dilation rates larger than 1.", []),
        ("Gradients for grouped convolutions are not supported on CPU.", []),
        ("The gradient is not what was hoped for.", ["refused/float64/form"]),
    ],
)
def test_a_gradient_without_a_kernel_on_this_processor_is_no_fault(message, found) -> None:
    @tf.custom_gradient
    def refused(x):
        def gradient(upstream):
            raise tf.errors.InvalidArgumentError(None, None, message)

        return tf.identity(x), gradient

    assert labels(lies.op(refused), Choice(oracle=("form",))) == found


def test_one_way_of_an_oracle_is_left_out_for_a_reason_and_the_others_are_not() -> None:
    choice = Choice(oracle=("second",))
    other = lies.op(lies.flat_second, limits={"reverse over forward": "it refuses forward mode"})
    assert labels(other, choice) == ["flat_second/float64/second"]
    limited = lies.op(lies.flat_second, limits={"reverse over reverse": "it is differentiable once"})
    assert labels(limited, choice) == []
    assert examine(limited, choice).gaps == {"flat_second/float64/second": "it is differentiable once"}


def test_an_oracle_that_raises_is_a_gap_and_has_not_judged(monkeypatch) -> None:
    def fails(subject):
        raise RuntimeError("Graph execution error:\n\nno numbers")
        yield

    monkeypatch.setitem(oracles._entries, "form", replace(oracles["form"], judge=fails))
    examined = examine(lies.HONEST, Choice(oracle=("form",)))
    assert (examined.judged, examined.gaps) == ((), {"honest/float64/form": "RuntimeError: no numbers"})


def test_a_fault_survives_although_an_oracle_raises_where_it_is_shrunk(monkeypatch) -> None:
    """Whole numbers are refused: what is shrunk to them is no smaller case, and the fault itself stays."""
    numeric = oracles["numeric"]

    def picky(subject):
        if any(np.all(value == np.round(value)) for value in subject.values):
            raise RuntimeError("whole numbers")
        yield from numeric.judge(subject)

    monkeypatch.setitem(oracles._entries, "numeric", replace(numeric, judge=picky))
    assert labels(lies.op(lies.wrong_entry)) == ["wrong_entry/float64/numeric"]


def test_a_doubt_of_which_an_oracle_raises_nearby_is_a_gap_and_not_dropped(monkeypatch) -> None:
    numeric, op = oracles["numeric"], lies.op(lies.wrong_entry)
    (there,) = subjects(op, Choice())

    def picky(subject):
        if not np.array_equal(subject.values[0], there.values[0]):
            raise RuntimeError("nowhere else")
        yield from numeric.judge(subject)

    monkeypatch.setitem(oracles._entries, "numeric", replace(numeric, judge=picky))
    examined = examine(op, Choice(oracle=("numeric",)))
    assert (examined.findings, examined.judged) == ((), ())
    assert examined.gaps == {"wrong_entry/float64/numeric": "RuntimeError: nowhere else"}


def test_an_oracle_that_judges_narrow_dtypes_takes_all_where_it_is_named() -> None:
    narrow = Op("narrow", "lies", tf.tanh, (real(2),), dtypes=("bfloat16", "float32", "float64"))
    examined = examine(narrow, Choice(oracle=("precision",)))
    assert set(examined.judged) == {"narrow/bfloat16/precision", "narrow/float32/precision"}
    assert examined.gaps == {"narrow/float64/precision": "the operation takes no wider dtype"}


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_that_is_none_is_refused(seed: int) -> None:
    with pytest.raises(UsageError, match=rf"^seed must be at least 0 and below 2\*\*63; found {seed}$"):
        chosen_ops(Choice(seed=seed))


@pytest.mark.parametrize("forgets", [True, False])
def test_what_was_examined_before_does_not_show(monkeypatch, forgets) -> None:
    """At the 33rd shape forward mode traces for unknown sizes, which the gradient of Svd refuses."""
    if not forgets:
        monkeypatch.setattr("gradcheck.examine.judge.forget_products", lambda: None)
    many = [Op("largest", "lies", lambda a: tf.linalg.svd(a)[0], (real(size, 1),)) for size in range(1, 40)]
    found = [finding for op in many for finding in examine(op, Choice(oracle=("forward",))).findings]
    assert bool(found) != forgets


def test_the_gradient_functions_that_ran_are_noted() -> None:
    executed = examine(lies.op(lambda x: tf.tanh(tf.matmul(x, x))), NUMERIC).executed
    assert {"Tanh", "MatMul"} <= executed
    assert "Conv2D" not in executed


@pytest.mark.parametrize(
    ("choice", "dtypes"),
    [
        (Choice(), ["float64", "complex128"]),
        (Choice(everything=True), ["float32", "float64", "complex64", "complex128"]),
        (Choice(dtype=("complex64",)), ["complex64"]),
    ],
)
def test_dtypes_are_those_that_are_chosen(choice, dtypes) -> None:
    every = Op("every", "lies", tf.tanh, (real(2),), dtypes=("float32", "float64", "complex64", "complex128"))
    assert [subject.dtype for subject in subjects(every, choice)] == dtypes


def judgements(op, choice) -> set[tuple[str, str]]:
    return {(subject.label, oracle.name) for subject in subjects(op, choice) for oracle in judges(subject, choice)}


@pytest.mark.parametrize("seed", range(10))
def test_everything_is_more_than_the_usual_at_the_same_points(seed: int) -> None:
    for op in list(ops)[seed::20]:
        usual, every = (judgements(op, Choice(edges=e, everything=e, seed=seed)) for e in (False, True))
        assert usual < every, op.name


def test_oracles_take_turns_by_seed_until_each_has_judged_each_subject() -> None:
    most = max(oracle.turns for oracle in oracles)
    turns = [judgements(lies.AT_A_KINK, Choice(edges=True, seed=seed)) for seed in range(most)]
    labels = {subject.label for subject in subjects(lies.AT_A_KINK, Choice(edges=True))}
    for oracle in oracles:
        for label in labels:
            assert sum((label, oracle.name) in turn for turn in turns[: oracle.turns]) == 1, (label, oracle.name)
