"""Two implementations with the same gradients pass, whatever rounding does; lies of a thousandth do not."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck import LawBroken, UsageError, assert_same_gradients
from gradcheck.backend import tf

RANDOM = np.random.default_rng(5)
A = tf.Variable(RANDOM.normal(size=(20, 6)).astype(np.float32), name="a")
B = tf.Variable(RANDOM.normal(size=6).astype(np.float32), name="b")
ROWS = tf.Variable(RANDOM.normal(size=(5, 3)).astype(np.float32), name="rows")
FAR = tf.Variable((1000 + RANDOM.normal(size=300)).astype(np.float32), name="far")
COMPLEX = tf.Variable([1 + 2j, 3 - 1j], name="c")
HALF = tf.Variable(RANDOM.normal(size=32), dtype=tf.bfloat16, name="half")
X = RANDOM.normal(size=(8, 20)).astype(np.float32)


def plain(x):
    logits = x @ A + B
    return tf.reduce_mean(tf.math.log(tf.reduce_sum(tf.exp(logits), -1)) - logits[:, 0])


def fused(x):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.zeros([8], tf.int32), x @ A + B))


def variance():
    return tf.math.reduce_variance(FAR)


def cancelling():
    return tf.reduce_mean(FAR * FAR) - tf.reduce_mean(FAR) ** 2


def by_python(x):
    return plain(x) if float(x[0, 0]) < 99 else None


SAME = {
    "fused against plain": (plain, fused, (X,), [A, B]),
    "by names": (plain, fused, (X,), ["a", "b"]),
    "by glob": (plain, fused, (X,), "*"),
    "a tf.function against a function": (plain, tf.function(fused), (X,), [A, B]),
    "one that cannot be traced": (by_python, fused, (X,), [A, B]),
    "two losses at once": (lambda x: (plain(x), B), lambda x: [fused(x), B * 1.0], (X,), [A, B]),
    "slices against a product": (
        lambda: tf.reduce_sum(tf.nn.embedding_lookup(ROWS, [0, 0, 3]) ** 2),
        lambda: tf.reduce_sum((tf.one_hot([0, 0, 3], 5) @ ROWS) ** 2),
        (),
        ROWS,
    ),
    "complex": (
        lambda: tf.abs(tf.reduce_sum(COMPLEX * COMPLEX)),
        lambda: tf.sqrt(tf.abs(tf.reduce_sum(COMPLEX**2) * tf.math.conj(tf.reduce_sum(COMPLEX**2)))),
        (),
        COMPLEX,
    ),
    "bfloat16": (
        lambda: tf.reduce_sum(tf.tanh(HALF) * HALF),
        lambda: tf.reduce_sum(HALF * (2 * tf.sigmoid(2 * HALF) - 1)),
        (),
        HALF,
    ),
    "a sum that cancels": (variance, cancelling, (), FAR),
    "a hundred roundings of a constant": (
        lambda: tf.reduce_sum(B),
        lambda: tf.add_n([tf.reduce_sum(B) * 0.01 for _ in range(100)]),
        (),
        B,
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_equal_implementations_pass(name) -> None:
    f, g, args, variables = SAME[name]
    assert_same_gradients(f, g, *args, variables=variables)


@pytest.mark.parametrize("name", SAME)
def test_a_lie_about_one_of_them_is_found(name) -> None:
    f, g, args, variables = SAME[name]
    off = 2.0 if "bfloat16" in name else 1.01

    def lies(*given):
        return tf.nest.map_structure(lambda loss: loss * off, g(*given))

    with pytest.raises(LawBroken, match="differ; worst"):
        assert_same_gradients(f, lies, *args, variables=variables)


def test_where_nothing_cancels_a_hundred_thousandth_is_found() -> None:
    with pytest.raises(LawBroken, match=r"by a\n(?s:.*) ULP of the largest entry, allowed \d+"):
        assert_same_gradients(plain, lambda x: fused(x) * 1.0001, X, variables=A)


def test_a_difference_in_one_entry_is_found_at_its_place() -> None:
    mask = np.ones((20, 6), np.float32)
    mask[3, 4] = 0.99
    with pytest.raises(LawBroken, match=r"1 of 120 elements differ; worst \[3, 4\]"):
        assert_same_gradients(
            lambda: tf.reduce_sum(A * X[0][:, None]), lambda: tf.reduce_sum(A * X[0][:, None] * mask), variables=A
        )


def test_a_difference_inside_of_a_tf_function_alone_is_found() -> None:
    def changes(x):
        return fused(x) * (1.0 if tf.executing_eagerly() else 1.5)

    with pytest.raises(LawBroken, match=r"float32 \(6,\), inside of a tf.function\n"):
        assert_same_gradients(plain, changes, X, variables=B)
    with pytest.raises(LawBroken, match=r"float32 \(6,\), eagerly\n"):
        assert_same_gradients(plain, lambda x: fused(x) * (1.5 if tf.executing_eagerly() else 1.0), X, variables=B)


@pytest.mark.parametrize(("one", "other"), [(plain, "cut"), ("cut", plain)])
def test_none_in_one_alone_is_a_difference(one, other) -> None:
    def cut(x):
        return tf.reduce_sum(x @ A + tf.stop_gradient(B))

    with pytest.raises(LawBroken, match=r"\ngradient of loss by b\n(?s:.*)no gradient(?s:.*)shows what cuts the path"):
        assert_same_gradients(*(cut if side == "cut" else side for side in (one, other)), X, variables=[A, B])


def test_nan_in_one_alone_is_a_difference() -> None:
    with pytest.raises(LawBroken, match=r"places of NaN or infinity differ\n(?s:.*)enable_check_numerics"):
        assert_same_gradients(lambda: plain(X * 1000), lambda: fused(X * 1000), variables=A)


def test_parts_of_complex_numbers_are_told_apart() -> None:
    with pytest.raises(LawBroken, match=r"worst \[1, 1\]; the last index is 0 for real parts, 1 for imaginary ones"):
        assert_same_gradients(
            lambda: tf.abs(tf.math.real(COMPLEX[1])),
            lambda: tf.abs(tf.math.real(COMPLEX[1])) + tf.math.imag(COMPLEX[1]),
            variables=COMPLEX,
        )


def test_every_call_begins_with_the_same_values_and_leaves_them() -> None:
    count = tf.Variable(1.0, name="count", trainable=False)
    dropout = tf.keras.layers.Dropout(0.5)
    before = [variable.numpy() for variable in (A, B, count)]

    def drops():
        count.assign_add(1.0)
        return tf.reduce_sum(dropout(A * count, training=True))

    if dropout.variables:  # Keras 2 draws without a variable
        assert_same_gradients(drops, lambda: drops() * 1.0, variables=A)
    with pytest.raises(LawBroken):
        assert_same_gradients(lambda: B * count, lambda: B * (count + 1), variables=B)
    assert_same_gradients(lambda: B * count.assign_add(1.0), lambda: B * (count + 1), variables=B)
    assert all(np.array_equal(value, v.numpy()) for value, v in zip(before, (A, B, count), strict=True))


def test_what_rounding_alone_makes_is_not_judged() -> None:
    with pytest.raises(UsageError, match=r"^args: where the gradient of loss by far is .* nothing to judge"):
        assert_same_gradients(
            lambda: tf.reduce_sum(tf.sin(FAR * 1e5)), lambda: tf.reduce_sum(tf.sin(FAR * 1e2 * 1e3)), variables=FAR
        )


def test_what_cannot_be_judged_does_not_hide_what_can() -> None:
    def one():
        return tf.reduce_sum(tf.sin(FAR * 1e5)) + tf.reduce_sum(B)

    def other():
        return tf.reduce_sum(tf.sin(FAR * 1e2 * 1e3)) + tf.reduce_sum(B) * 2

    with pytest.raises(LawBroken, match=r"1 of 2 differs\ngradient of loss by b\n"):
        assert_same_gradients(one, other, variables=[FAR, B])


def test_a_function_that_raises_later_gives_values_back() -> None:
    before = B.numpy()
    calls = []

    def raises_later():
        calls.append(1)
        if len(calls) > 5:
            raise ValueError("worn out")
        return tf.reduce_sum(B * 1.1 * B)

    with pytest.raises(UsageError, match=r"^f raised ValueError: worn out"):
        assert_same_gradients(raises_later, lambda: tf.reduce_sum(1.3 * B * B), variables=B)
    assert np.array_equal(before, B.numpy())


def test_functions_that_draw_are_not_judged() -> None:
    with pytest.raises(UsageError, match="if the functions draw random numbers, a fixed seed"):
        assert_same_gradients(*[lambda: tf.reduce_sum(B * tf.random.normal([6]))] * 2, variables=B)


def fails(*_):
    raise ValueError("no such file")


@pytest.mark.parametrize(
    ("f", "g", "args", "variables", "message"),
    [
        (3, plain, (X,), A, "f must be callable; found 3"),
        (plain, 3, (X,), A, "g must be callable; found 3"),
        (plain, fails, (X,), A, "g raised ValueError: no such file"),
        (lambda: None, plain, (), A, "f must return at least one loss; found None"),
        (lambda: {}, plain, (), A, r"f must return at least one loss; found \{\}"),
        (lambda: B[0], lambda: 1, (), B, "g must return floating-point tensors; loss is 1"),
        (lambda: B[0], lambda: tf.constant(1), (), B, "g must return floating-point tensors; loss is int32"),
        (lambda: {"x": B}, lambda: {"y": B}, (), B, "f and g must return losses of the same names; f returns x, g"),
        (plain, fused, (tf.TensorSpec([None, 20]),), A, "args must be values; found a spec"),
        (plain, fused, (X,), [], "variables is empty"),
        (plain, fused, (X,), ["z*"], r"variables: no variable is called 'z\*'; there are: a, b"),
        (plain, fused, (X,), [3], "variables must be variables"),
        (plain, fused, (X,), ROWS, "variables: no loss has a gradient by rows"),
    ],
)
def test_a_mistake_names_the_argument(f, g, args, variables, message) -> None:
    with pytest.raises(UsageError, match=f"^{message}"):
        assert_same_gradients(f, g, *args, variables=variables)
