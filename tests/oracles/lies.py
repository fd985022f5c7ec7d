"""Operations whose gradients lie, each in a way that one oracle must notice, and an honest one."""

from __future__ import annotations

from gradcheck.backend import tf
from gradcheck.domain import real
from gradcheck.op import Op, kink


def op(call, *inputs, name="", **options):
    """Return an operation that is in no catalogue."""
    return Op(name or call.__name__, "lies", call, inputs or (real(2, 2, low=0.5, high=1.5),), **options)


def honest(x):
    return tf.custom_gradient(lambda y: (y**3, lambda dy: 3.0 * y**2 * dy))(x)


def wrong_entry(x):
    """One entry is off by one percent."""

    @tf.custom_gradient
    def cube(x):
        wrong = tf.constant([[1.0, 1.0], [1.01, 1.0]], x.dtype)
        return x**3, lambda dy: 3.0 * x**2 * dy * wrong

    return cube(x)


def absent(x):
    return tf.stop_gradient(x) * 2.0 + tf.zeros_like(x)


def other_in_graphs(x):
    @tf.custom_gradient
    def cube(x):
        factor = 3.0 if tf.executing_eagerly() else 3.003
        return x**3, lambda dy: factor * x**2 * dy

    return cube(x)


def raises_in_graphs(x):
    @tf.custom_gradient
    def cube(x):
        def gradient(dy):
            if not tf.executing_eagerly():
                raise ValueError("not in a graph")
            return 3.0 * x**2 * dy

        return x**3, gradient

    return cube(x)


def another_value_in_graphs(x):
    """The gradient is right of what is given eagerly."""
    return x**3 if tf.executing_eagerly() else 1.01 * x**3


def no_value_in_graphs(x):
    if not tf.executing_eagerly():
        raise ValueError("not in a graph")
    return x**3


def another_number_of_values_in_graphs(x):
    return [x**3] if tf.executing_eagerly() else [x**3, x]


def none_of_its_value_runs_in_graphs(x):
    if not tf.executing_eagerly():
        tf.debugging.assert_less(x, 0.0 * x)
    return x**3


def needs_sizes(x):
    @tf.custom_gradient
    def cube(x):
        return x**3, lambda dy: 3.0 * x**2 * dy * (1.0 if x.shape.is_fully_defined() else 1.001)

    return cube(x)


def not_linear(x):
    """The gradient is no linear function of the cotangent, which forward mode transposes."""

    @tf.custom_gradient
    def cube(x):
        return x**3, lambda dy: 3.0 * x**2 * dy * tf.abs(dy)

    return cube(x)


def flat_second(x):
    @tf.custom_gradient
    def cube(x):
        return x**3, lambda dy: tf.stop_gradient(3.0 * x**2) * dy

    return cube(x)


def wrong_shape(x):
    @tf.custom_gradient
    def total(x):
        return tf.reduce_sum(x), lambda dy: dy * tf.ones([4], x.dtype)

    return total(x)


def wrong_dtype(x):
    @tf.custom_gradient
    def cube(x):
        return x**3, lambda dy: tf.cast(3.0 * x**2 * dy, tf.float64)

    return cube(x)


def not_finite(x):
    @tf.custom_gradient
    def cube(x):
        return x**3, lambda dy: dy / tf.zeros_like(x)

    return cube(x)


def coarse(x):
    """The gradient is computed in half precision."""

    @tf.custom_gradient
    def cube(x):
        def gradient(dy):
            kind = tf.float16 if x.dtype == tf.float32 else x.dtype
            return tf.cast(3.0 * tf.cast(x, kind) ** 2 * tf.cast(dy, kind), x.dtype)

        return x**3, gradient

    return cube(x)


def raises(x):
    """The gradient raises in every mode."""

    @tf.custom_gradient
    def cube(x):
        def gradient(dy):
            raise ValueError("no gradient")

        return x**3, gradient

    return cube(x)


def other_in_pfor(x):
    """The gradient is another where it is vectorised, for which TensorFlow traces it."""

    @tf.custom_gradient
    def cube(x):
        def gradient(dy):
            factor = 3.0 if tf.executing_eagerly() else 3.003
            return factor * x**2 * dy

        return x**3, gradient

    return cube(x)


def reads_twice(x):
    """The gradient is honest, but comes as slices with repeated ids, which TensorFlow clips one by one."""
    return tf.gather(x, [1, 0, 1])


def too_few_rows(x):
    """The gradient comes as slices of fewer rows than there are."""

    @tf.custom_gradient
    def first(x):
        return x[:1], lambda dy: tf.IndexedSlices(dy, [0], [1, 2])

    return first(x)


HONEST = op(honest, dtypes=("float32", "float64"))
AT_A_KINK = op(tf.abs, edges=(kink("zero", [0.0, 1.0]),))
