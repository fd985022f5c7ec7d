"""Each oracle notices the lie that is meant for it, and leaves an honest gradient alone."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial

import numpy as np
import pytest

from gradcheck.backend import tf
from gradcheck.domain import away, real
from gradcheck.op import Op, edge
from gradcheck.oracles import Unjudged, _compare, jacobian, modes, numeric, oracles
from gradcheck.oracles._tensorflow import products_apart
from gradcheck.oracles.precision import wider
from gradcheck.oracles.subject import Subject, attempt
from gradcheck.raised import Raised
from oracles import lies

LIES = {
    "numeric": [(lies.wrong_entry, "float64"), (lies.wrong_entry, "float32"), (lies.absent, "float64")],
    "graph": [(lies.other_in_graphs, "float32"), (lies.raises_in_graphs, "float32")],
    "unknown": [(lies.needs_sizes, "float64")],
    "forward": [(lies.not_linear, "float64")],
    "forward_function": [(lies.not_linear, "float64")],
    "second": [(lies.flat_second, "float64")],
    "second_forward": [(lies.flat_second, "float64")],
    "form": [(lies.wrong_shape, "float32"), (lies.wrong_dtype, "float32"), (lies.not_finite, "float32")],
    "precision": [(lies.coarse, "float32")],
}
CASES = [(name, call, dtype) for name, cases in LIES.items() for call, dtype in cases]


def doubts(name, subject):
    return list(oracles[name].judge(subject))


@pytest.mark.parametrize(("name", "call", "dtype"), CASES, ids=[f"{n}-{c.__name__}-{d}" for n, c, d in CASES])
def test_a_lie_is_noticed(name, call, dtype) -> None:
    assert doubts(name, Subject(lies.op(call), None, dtype))


# What judges only one of the two dtypes, and says why not the other.
ONLY = {
    "second": ("float64", "differences of a gradient need float64"),
    "second_forward": ("float64", "differences of a gradient need float64"),
    "precision": ("float32", "the operation takes no wider dtype"),
    "slices": ("neither", "no gradient comes as slices"),
}


@pytest.mark.parametrize("name", [oracle.name for oracle in oracles])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_honest_gradient_is_left_alone(name, dtype) -> None:
    only, reason = ONLY.get(name, (dtype, ""))
    for seed in range(3):
        subject = Subject(lies.HONEST, None, dtype, seed)
        if dtype == only:
            assert doubts(name, subject) == []
        else:
            with pytest.raises(Unjudged, match=f"^{reason}$"):
                doubts(name, subject)


@pytest.mark.parametrize("name", ["forward", "jacobian", "numeric", "precision", "second", "slices"])
def test_of_a_gradient_that_raises_nothing_but_the_form_is_judged(name) -> None:
    subject = Subject(lies.op(lies.raises), None, "float32" if name == "precision" else "float64")
    with pytest.raises(Unjudged, match=r"^the gradient raises: ValueError: "):
        doubts(name, subject)


@pytest.mark.parametrize(
    ("name", "call", "shape", "reason"),
    [
        ("jacobian", tf.tanh, (9, 9), "its first output has more than 64 entries"),
        ("numeric", tf.tanh, (0, 2), "it has no entry to move, or differences settle at none"),
        ("numeric", lambda x: tf.math.sin(1e9 * x), (2,), "it has no entry to move, or differences settle at none"),
        ("second", lambda x: tf.math.sin(1e6 * x), (2,), "the differences of its gradient do not settle"),
        ("forward", lambda x: x / 0.0, (2,), "of infinities nothing can be summed"),
        ("jacobian", lambda x: tf.cast(x, tf.int32), (2,), "it has no output that can have a gradient"),
    ],
)
def test_what_cannot_be_judged_says_why(name, call, shape, reason) -> None:
    with pytest.raises(Unjudged, match=f"^{reason}$"):
        doubts(name, Subject(Op("it", "lies", call, (real(*shape),)), None, "float64"))


@pytest.mark.parametrize(
    ("dtype", "dtypes", "expected"),
    [
        ("bfloat16", ("bfloat16", "float16", "float32", "float64"), "float32"),
        ("float16", ("bfloat16", "float16", "float64"), "float64"),
        ("float32", ("float32",), None),
        ("complex64", ("float32", "complex64", "complex128"), "complex128"),
    ],
)
def test_a_narrow_dtype_is_held_against_the_next_wider_that_there_is(dtype, dtypes, expected) -> None:
    assert wider(Subject(lies.op(lies.honest, dtypes=dtypes), None, dtype)) == expected


def test_another_gradient_under_xla_is_noticed(monkeypatch) -> None:
    def worse(subject, specs, **options):
        found = in_function(subject, specs)
        return tuple(g * 1.001 for g in found) if options.get("jit_compile") else found

    in_function = modes.in_function
    monkeypatch.setattr(modes, "in_function", worse)
    subject = Subject(lies.HONEST, None, "float32")
    (doubt,) = doubts("xla", subject)
    assert doubt.what == "eager against XLA"
    assert doubts("graph", subject) == []


def test_another_jacobian_by_pfor_is_noticed(monkeypatch) -> None:
    def worse(subject, pfor):
        return [found * (1.001 if pfor else 1.0) for found in jacobians(subject, pfor)]

    jacobians = jacobian._jacobians
    monkeypatch.setattr(jacobian, "_jacobians", worse)
    (doubt,) = doubts("jacobian", Subject(lies.HONEST, None, "float64"))
    assert doubt.what == "a loop's Jacobian against pfor's"


def test_the_wrong_entry_is_named() -> None:
    (doubt,) = doubts("numeric", Subject(lies.op(lies.wrong_entry), None, "float64"))
    assert (doubt.what, doubt.place) == ("reverse against numeric", "input 0 [1, 0]")
    (doubt,) = doubts("numeric", Subject(lies.op(lies.absent), None, "float64"))
    assert (doubt.what, doubt.found) == ("None though the value depends on it", "None")


@pytest.mark.parametrize(
    "call",
    [
        lies.another_value_in_graphs,
        lies.another_number_of_values_in_graphs,
        lies.no_value_in_graphs,
        lies.none_of_its_value_runs_in_graphs,
    ],
)
def test_differences_are_of_the_value_that_is_given_eagerly(call) -> None:
    subject = Subject(lies.op(call), None, "float64")
    assert doubts("numeric", subject) == []
    assert numeric._repeated(subject)(*subject.inputs)[0].numpy() == pytest.approx(subject.outputs[0], rel=1e-12)


def test_many_points_are_taken_by_one_trace() -> None:
    traced = []

    def call(x):
        traced.append(tf.executing_eagerly())
        return x**3

    assert doubts("numeric", Subject(lies.op(call), None, "float64")) == []
    assert traced.count(False) == 1
    assert traced.count(True) <= 2  # the outputs, and the gradient


def test_an_absence_with_a_reason_is_no_doubt() -> None:
    told = Op("absent", "lies", lies.absent, (real(2, 2),), absent={0: "it stops on purpose"})
    assert doubts("numeric", Subject(told, None, "float64")) == []


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("conjugate", [True, False])
def test_complex_gradients_are_conjugated_as_tensorflow_does(dtype, conjugate) -> None:
    @tf.custom_gradient
    def square(z):
        return z**2, lambda dy: dy * (tf.math.conj(2.0 * z) if conjugate else 2.0 * z)

    found = doubts("numeric", Subject(lies.op(square), None, dtype))
    assert bool(found) != conjugate


def test_a_kink_is_no_place_for_differences() -> None:
    oracle = oracles["numeric"]
    assert oracle.why_not(Subject(lies.AT_A_KINK, lies.AT_A_KINK.edges[0], "float64"))
    assert oracle.why_not(Subject(lies.AT_A_KINK, None, "float64")) is None
    assert oracles["graph"].why_not(Subject(lies.AT_A_KINK, lies.AT_A_KINK.edges[0], "float64")) is None


def test_what_an_entry_excludes_is_not_judged() -> None:
    limited = Op("limited", "lies", tf.tanh, (real(2, 2),), limits={"xla": "no kernel"})
    assert oracles["xla"].why_not(Subject(limited, None, "float32")) == "no kernel"


def test_a_gradient_that_cancels_is_no_fault_unless_rounding_is_left_out(monkeypatch) -> None:
    """Of one class all but certain, softmax takes the cotangent from itself: what is left rounds the same each time."""
    far = Subject(Op("far", "lies", tf.nn.softmax, (real(1, 4),)), None, "float64", 2, [np.array([[-12.0, -6, 7, 15]])])
    assert doubts("forward", far) == []
    monkeypatch.setattr(_compare, "_AMPLIFIED", 0)
    far.noise = None
    assert doubts("forward", far)


def test_an_operation_that_cancels_is_no_fault_and_a_lie_in_it_is() -> None:
    """A million times x is added and taken away: a million times the rounding stays."""

    def cubic(x, share=1.0):
        @tf.custom_gradient
        def cancelling(y):
            return (y**3 + 1e6 * y) - 1e6 * y, lambda dy: share * 3.0 * y**2 * dy

        return cancelling(x)

    for seed in range(40):
        assert doubts("numeric", Subject(lies.op(cubic), None, "float64", seed)) == []
        assert doubts("numeric", Subject(lies.op(partial(cubic, share=1.001), name="lying"), None, "float64", seed))


def test_where_the_operation_itself_fails_its_gradient_is_not_judged() -> None:
    counted = Op("counted", "lies", lambda x: x * float(x.shape[0]), (real(2, 2),))
    with pytest.raises(Unjudged, match="the operation itself fails there: TypeError"):
        doubts("unknown", Subject(counted, None, "float64"))
    assert doubts("graph", Subject(counted, None, "float64")) == []


# --- subjects --------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_point_and_another_gives_another() -> None:
    one, same, other = (Subject(lies.HONEST, None, "float64", seed) for seed in (0, 0, 1))
    assert np.array_equal(one.values[0], same.values[0])
    assert not np.array_equal(one.values[0], other.values[0])


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32", "float64", "complex64", "complex128"])
def test_values_and_gradients_have_the_dtype_asked_for(dtype) -> None:
    subject = Subject(lies.op(tf.multiply, away(2, 3), away(2, 3)), None, dtype)
    assert not isinstance(subject.eager, Raised)
    kinds = {value.dtype for value in (*subject.values, *subject.eager, *subject.cotangents)}
    assert kinds == {np.dtype(tf.as_dtype(dtype).as_numpy_dtype)}


def test_an_edge_brings_its_own_values_and_call() -> None:
    edged = Op("edged", "lies", tf.tanh, (real(2, 3),), edges=(edge("zero", [0.0, 1.0], call=tf.sin),))
    subject = Subject(edged, edged.edges[0], "float32")
    assert subject.label == "edged/zero/float32"
    assert np.allclose(subject.outputs[0], np.sin([0.0, 1.0]))


def test_an_operation_with_a_tape_inside_has_outputs_and_a_gradient() -> None:
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = x**3
        return tape.gradient(y, x)

    subject = Subject(lies.op(slope), None, "float64")
    assert not isinstance(subject.outputs, Raised)
    assert np.allclose(subject.outputs[0], 3 * subject.values[0] ** 2)
    assert np.allclose(subject.eager[0], 6 * subject.values[0] * subject.cotangents[0])


def test_an_operation_that_raises_is_an_answer() -> None:
    def fails(x):
        raise ValueError("never")

    assert str(Subject(lies.op(fails), None, "float32").outputs) == "ValueError: never"


@pytest.mark.parametrize("apart", [True, False])
def test_what_a_process_computed_before_does_not_show_in_forward_over_forward(monkeypatch, apart) -> None:
    """TensorFlow keeps the product of a square, and takes it for any other product of two inputs."""
    from gradcheck.oracles import second

    square, product = lies.op(_squared_exponential), lies.op(lambda x: tf.exp(x) * tf.sin(x))
    doubts("second_forward", Subject(square, None, "float64"))
    if not apart:
        monkeypatch.setattr(second, "products_apart", nullcontext)
        doubts("second_forward", Subject(square, None, "float64"))
    assert bool(doubts("second_forward", Subject(product, None, "float64"))) != apart


def test_products_that_were_traced_apart_are_not_kept_and_those_before_are() -> None:
    from tensorflow.python.eager import forwardprop

    kept = forwardprop._jvp_function_cache
    push(tf.exp)
    before = kept.values()
    with products_apart():
        push(tf.sin)
    push(tf.exp)
    assert kept.values() == before
    push(tf.sin)
    assert len(kept.values()) > len(before)


def push(function) -> None:
    x = tf.ones([7, 5, 3])
    with tf.autodiff.ForwardAccumulator(x, x) as accumulator:
        y = function(x)
    assert accumulator.jvp(y) is not None


def _squared_exponential(x):
    y = tf.exp(x)
    return y * y


def test_an_error_within_a_map_does_not_show_in_what_comes_after() -> None:
    """TensorFlow leaves a map's caching device behind, with which recomputing refuses to run eagerly."""

    def fails(row):
        raise ValueError("a mistake")

    recomputed = Op("recomputed", "lies", tf.recompute_grad(tf.tanh), (real(2, 2),))
    failed = attempt(lambda: tf.function(lambda x: tf.map_fn(fails, x), autograph=False)(tf.zeros([2, 2])))
    assert str(failed) == "ValueError: a mistake"
    assert doubts("form", Subject(recomputed, None, "float64")) == []


def test_an_error_is_told_by_what_stands_behind_it() -> None:
    def passed_on():
        try:
            raise KeyError("the cause")
        except KeyError as error:
            raise ValueError("while it was vectorised") from error

    def lost_in_c():
        try:
            raise TypeError("the cause")
        except TypeError:
            raise SystemError("returned a result with an exception set") from None

    def while_traced():
        raise StopIteration("in user code:\n\n    File x, line 3\n\n    ValueError: the cause\n    and more: of it")

    assert str(attempt(passed_on)) == "KeyError: 'the cause'"
    assert str(attempt(lost_in_c)) == "TypeError: the cause"
    assert str(attempt(while_traced)) == "ValueError: the cause"
