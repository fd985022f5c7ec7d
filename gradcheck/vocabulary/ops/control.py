"""Branches and loops, maps and folds, and functions that call functions."""

from collections.abc import Callable, Sequence
from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, positive, real, unit
from gradcheck.op import COMPLEX, REAL, Call, Family, edge, kink
from gradcheck.vocabulary.ops._traced import REFUSED, traced

control = Family("control")
BOTH = (*REAL, *COMPLEX)


def _is_large(x: Any) -> Any:
    """Return a condition that depends on the values, and is true where any are drawn."""
    return tf.reduce_sum(tf.abs(x)) > -1


# Branches
def _branches(taken: bool, left: Call, right: Call) -> Call:
    def run(*inputs: Any) -> Any:
        condition = _is_large(inputs[0])
        wanted = condition if taken else tf.logical_not(condition)
        return tf.cond(wanted, lambda: left(*inputs), lambda: right(*inputs))

    return run


control("cond_complex", traced(_branches(True, tf.multiply, tf.add)), real(2), real(2), dtypes=COMPLEX)
control(
    "cond",
    traced(_branches(True, lambda x, y: x * y, lambda x, y: x + y)),
    real(2),
    real(2),
    edges=[
        edge("other branch", call=traced(_branches(False, lambda x, y: x * y, lambda x, y: x + y))),
        edge("one input each", call=traced(_branches(True, lambda x, _: x * x, lambda _, y: y))),
        edge("unused", call=traced(_branches(False, lambda x, _: x * x, lambda _, y: tf.ones_like(y)))),
        edge("sparse", call=traced(_branches(True, lambda x, _: tf.gather(x, [0, 0]), lambda _, y: y))),
        edge(
            "nested",
            call=traced(_branches(True, _branches(False, lambda x, _: x, lambda x, y: x * y * y), lambda x, y: x + y)),
        ),
        edge("several", call=traced(_branches(True, lambda x, y: (x * y, x), lambda x, y: (x, y)))),
    ],
)


def _case(index: int) -> Call:
    def run(x: Any, y: Any) -> Any:
        chosen = tf.cast(tf.reduce_sum(tf.abs(x)) * 0, tf.int32) + index
        return tf.switch_case(chosen, {0: lambda: x * y, 1: lambda: tf.sin(x), 2: lambda: y}, default=lambda: x - y)

    return run


control("switch_case_complex", traced(_case(1)), real(2), real(2), dtypes=COMPLEX)
control(
    "switch_case",
    traced(_case(0)),
    real(2),
    real(2),
    edges=[
        edge("second", call=traced(_case(1))),
        edge("third", call=traced(_case(2))),
        edge("out of range", call=traced(_case(9))),
        edge("negative", call=traced(_case(-1))),
    ],
)
control(
    "case",
    traced(lambda x: tf.case([(x[0, 0] > 100, lambda: x), (x[0, 0] > -100, lambda: x * x)], lambda: 2 * x)),
    real(2, 3),
)


# Loops
def _loop(body: Callable[..., Any], steps: int = 3, **options: Any) -> Call:
    def run(*inputs: Any) -> Any:
        count = steps + tf.cast(tf.reduce_sum(tf.abs(inputs[0])) * 0, tf.int32)
        found = tf.while_loop(
            lambda i, *_: i < count, lambda i, *state: (i + 1, *body(*state)), (0, *inputs), **options
        )
        return found[1:]

    return traced(run)


def _nested(x: Any, y: Any) -> Any:
    found = tf.while_loop(lambda j, _: j < 2, lambda j, x: (j + 1, x * y), (0, x))
    return found[1], y


def _closed_over(x: Any, y: Any) -> Any:
    return tf.while_loop(lambda i, _: i < 3, lambda i, x: (i + 1, x * y), (0, x))[1]


control("while_loop_complex", _loop(lambda x, y: (x * y, y)), real(2), real(2), dtypes=COMPLEX)
control(
    "while_loop",
    _loop(lambda x, y: (x * y, y)),
    real(2),
    real(2),
    edges=[
        edge("no step", call=_loop(lambda x, y: (x * y, y), steps=0)),
        edge("one step", call=_loop(lambda x, y: (x * y, y), steps=1)),
        edge("both change", call=_loop(lambda x, y: (tf.sin(x) * y, x + y))),
        edge("swapped", call=_loop(lambda x, y: (y, x))),
        edge("replaced", call=_loop(lambda x, y: (tf.ones_like(x), x * y))),
        edge("maximum_iterations", call=_loop(lambda x, y: (x * y, y), maximum_iterations=2)),
        edge("one at a time", call=_loop(lambda x, y: (x * y, y), parallel_iterations=1)),
        edge("nested", call=_loop(_nested)),
        edge("branch inside", call=_loop(lambda x, y: (_branches(True, tf.multiply, tf.add)(x, y), y))),
        edge("inside a branch", call=traced(_branches(True, _loop(lambda x, y: (x * y, y)), lambda x, y: (x, y)))),
        edge("closed over", call=traced(_closed_over)),
        edge("closed over, eager", call=_closed_over),
        kink("stopped", call=_loop(lambda x, y: (tf.stop_gradient(x) * y, y))),  # its gradient is no derivative
        edge(
            "grows",
            real(1, 2),
            call=traced(
                lambda x: tf.while_loop(
                    lambda i, _: i < 2,
                    lambda i, x: (i + 1, tf.concat([x, x * x], 0)),
                    (0, x),
                    (tf.TensorShape([]), tf.TensorShape([None, 2])),
                )[1]
            ),
        ),
    ],
)


# Maps and folds
def _both_ways(name: str, call: Call, *inputs: Any, **options: Any) -> None:
    """Register an operation, and as an edge the same within a ``tf.function``."""
    edges = [*options.pop("edges", ()), edge("in a function", call=traced(call))]
    control(name, call, *inputs, edges=edges, **options)


_both_ways("map_fn_complex", lambda x: tf.map_fn(lambda row: row * row[0], x), real(2, 2), dtypes=COMPLEX)
_both_ways(
    "map_fn",
    lambda x: tf.map_fn(lambda row: row * row[0], x),
    real(3, 2),
    edges=[
        edge("one at a time", call=lambda x: tf.map_fn(lambda row: row * row, x, parallel_iterations=1)),
        edge("two", real(3, 2), real(3), call=lambda x, y: tf.map_fn(lambda r: (r[0] * r[1], r[1]), (x, y))),
        edge("closed over", real(3, 2), real(2), call=lambda x, y: tf.map_fn(lambda row: row * y, x)),
        edge("closed over, graph", real(3, 2), real(2), call=traced(lambda x, y: tf.map_fn(lambda r: r * y, x))),
    ],
)
_both_ways(
    "vectorized_map",
    lambda x: tf.vectorized_map(lambda row: row * row[0] + tf.sin(row), x),
    real(3, 2),
    edges=[
        edge("closed over", real(3, 2), real(2), call=lambda x, y: tf.vectorized_map(lambda row: row * y, x)),
        edge("gather", real(3, 2), call=lambda x: tf.vectorized_map(lambda row: tf.gather(row, [1, 1]), x)),
        edge("matmul", real(2, 2, 2), call=lambda x: tf.vectorized_map(lambda a: a @ a, x)),
        edge("one row", real(1, 2)),
    ],
)
_both_ways("scan_complex", lambda x: tf.scan(lambda a, row: a * row + row, x), real(2, 2), dtypes=COMPLEX)
_both_ways(
    "scan",
    lambda x: tf.scan(lambda a, row: a * row + row, x),
    real(3, 2),
    edges=[
        edge("initializer", real(3, 2), real(2), call=lambda x, y: tf.scan(lambda a, row: a * row, x, y)),
        edge("reverse", call=lambda x: tf.scan(lambda a, row: a * row, x, reverse=True)),
        edge("reverse, graph", call=traced(lambda x: tf.scan(lambda a, row: a * row, x, reverse=True))),
        edge("one row", real(1, 2)),
    ],
)
_both_ways("foldl", lambda x: tf.foldl(lambda a, row: a * row + a, x), real(3, 2), dtypes=BOTH)
_both_ways("foldr", lambda x: tf.foldr(lambda a, row: a * tf.sin(row), x), real(3, 2), edges=[edge("one", real(1, 2))])
_both_ways("grad_pass_through", tf.grad_pass_through(lambda x: 1 * x), real(2, 3), dtypes=BOTH)


# Functions
def _structured(values: dict[str, Any]) -> Sequence[Any]:
    return values["a"] * values["b"][0], values["b"][1]


def _merged(x: Any) -> Any:
    no, yes = tf.raw_ops.Switch(data=x, pred=_is_large(x))
    return tf.raw_ops.Merge(inputs=[tf.sin(no), yes * yes]).output


def _cube(x: Any) -> Any:
    return x**3, lambda upstream: upstream * 3 * x**2


def _product(x: Any, y: Any) -> Any:
    return (x * y, x + y), lambda first, second: (first * y + second, first * x + second)


_both_ways("custom_gradient", tf.custom_gradient(_cube), away(2, 3))
_both_ways("custom_gradient of two", tf.custom_gradient(_product), real(2, 3), real(2, 3))
_both_ways(
    "recompute_grad",
    tf.recompute_grad(lambda x: tf.sin(x) * x),
    real(2, 3),
    edges=[
        edge("two", real(2), real(2), call=tf.recompute_grad(lambda x, y: x * y * y)),
        edge("several", real(2, 2), call=tf.recompute_grad(lambda x: (x * x, tf.sin(x)))),
        edge(
            "of itself",
            real(2),
            call=tf.recompute_grad(tf.recompute_grad(lambda x: tf.sin(x) * x)),
        ),
        edge(
            "loop",
            real(2),
            call=tf.recompute_grad(lambda x: tf.foldl(lambda a, r: a * r, tf.stack([x, x, x]))),
        ),
        edge("gather", real(3), call=traced(tf.recompute_grad(lambda x: tf.gather(x, [0, 0, 2])))),
    ],
    limits=REFUSED,
)
control(
    "py_function",
    lambda x: tf.ensure_shape(tf.py_function(lambda v: v * tf.sin(v), [x], x.dtype), x.shape),
    real(2, 3),
    limits={
        "xla": "XLA does not compile Python",
        "jacobian": "Python is not vectorised",
        **dict.fromkeys(("second", "forward"), "tf.py_function is documented to be differentiable once"),
    },
    edges=[
        edge("scalar", 1.5),
        edge("two", real(2), real(2), call=lambda x, y: tf.py_function(lambda a, b: a * b * b, [x, y], x.dtype)),
        edge("unused", real(2), real(2), call=lambda x, y: tf.py_function(lambda a, _: a * a, [x, y], x.dtype)),
        edge("in a function", call=traced(lambda x: tf.py_function(lambda v: v * v, [x], x.dtype))),
    ],
)
control(
    "function",
    traced(lambda x: tf.sin(x) * x),
    real(2, 3),
    edges=[edge("nested", call=traced(traced(tf.sin)))],
)
_both_ways(
    "function of a structure",
    lambda x, y: traced(_structured)({"a": x, "b": [y, x]}),
    real(2),
    positive(2),
    edges=[edge("unused", call=traced(lambda x, _: x * x))],
)
# Of a branch that is not taken, a function keeps zeros of float32, whatever the other branch's dtype is.
control(
    "switch",
    traced(_merged),
    unit(2, 3),
    dtypes=("float32",),
    limits={"xla": "XLA has no kernel for Switch", "jacobian": "of a branch that is not taken pfor knows no shape"},
)
_both_ways(
    "optional",
    lambda x: tf.raw_ops.OptionalGetValue(
        optional=tf.raw_ops.OptionalFromValue(components=[x, x * x]),
        output_types=[x.dtype, x.dtype],
        output_shapes=[x.shape, x.shape],
    ),
    real(2, 3),
    limits={"xla": "XLA has no kernel for OptionalFromValue"},
)
