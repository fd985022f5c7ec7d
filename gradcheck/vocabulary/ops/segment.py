"""Reductions by segments: sorted, unsorted, sparse, with and without their number, with empty segments."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, distinct, real
from gradcheck.op import HALF, Edge, Family, edge, kink

segment = Family("segment")
NO_SECOND = "its gradient has no gradient"
NO_XLA = "XLA has no kernel for it"
TWO_ZEROS = [[0.0, 2.0], [0.0, 3.0], [1.5, 4.0]]
ONE_ZERO = [[0.0, 2.0], [1.5, 3.0], [-1.0, 4.0]]


def _sorted(name: str, ids: Any) -> Any:
    return lambda x: getattr(tf.math, f"segment_{name}")(x, ids)


def _unsorted(name: str, ids: Any, count: int) -> Any:
    return lambda x: getattr(tf.math, f"unsorted_segment_{name}")(x, ids, count)


def _sparse(name: str, *places: Any, **options: Any) -> Any:
    return lambda x: getattr(tf.sparse, f"segment_{name}")(x, *places, **options)


def _edges(call: Any, name: str) -> list[Edge]:
    return [
        edge("one segment", call=call(name, [0, 0, 0])),
        edge("an empty segment", call=call(name, [0, 2, 2])),
        edge("int64", call=call(name, tf.constant([0, 0, 1], tf.int64))),
    ]


# Sorted ids.
for _name in ("sum", "mean", "prod"):
    segment(
        f"segment_{_name}",
        _sorted(_name, [0, 0, 1]),
        away(3, 2),
        dtypes=("float16", "float32", "float64", "complex64"),
        edges=[
            edge("one segment", call=_sorted(_name, [0, 0, 0])),
            edge("an empty segment", call=_sorted(_name, [0, 2, 2])),
            edge("vector", away(3)),
            edge("a zero", ONE_ZERO, call=_sorted(_name, [0, 0, 0])),
            edge("two zeros", TWO_ZEROS, call=_sorted(_name, [0, 0, 0])),
            edge("nothing", away(0, 2), call=lambda x, name=_name: _sorted(name, tf.zeros([0], tf.int32))(x)),
        ],
    )
for _name in ("max", "min"):
    segment(
        f"segment_{_name}",
        _sorted(_name, [0, 0, 1]),
        distinct(3, 2),
        dtypes=HALF,
        edges=[
            edge("one segment", call=_sorted(_name, [0, 0, 0])),
            edge("an empty segment", call=_sorted(_name, [0, 2, 2])),
            edge("of rank 3", distinct(3, 2, 2)),
            kink("tie", [[1.0], [1.0], [2.0]]),
        ],
    )

# Unsorted ids; negative ones are dropped.
for _name in ("sum", "mean", "sqrt_n", "prod", "max", "min"):
    segment(
        f"unsorted_segment_{_name}",
        _unsorted(_name, [1, 0, 1], 2),
        distinct(3, 2),
        dtypes=("float16", "float32", "float64", "complex64") if _name in ("sum", "prod") else HALF,
        edges=[
            edge("dropped", call=_unsorted(_name, [1, -1, 0], 2)),
            edge("all dropped but one", call=_unsorted(_name, [-1, -1, 0], 1)),
            *(
                []
                if _name in ("max", "min")  # the lowest number there is has no differences
                else [edge("empty segments", call=_unsorted(_name, [3, 1, 3], 5))]
            ),
            edge("of rank 2", call=_unsorted(_name, [[1, 0], [1, 1], [0, 0]], 2)),
            edge("int64", call=lambda x, name=_name: _unsorted(name, tf.constant([1, 0, 1], tf.int64), 2)(x)),
            kink("tie", [[1.0, 2.0], [0.0, 0.0], [1.0, 2.0]]),
            edge("a zero", ONE_ZERO),
            edge("a zero that is dropped", ONE_ZERO, call=_unsorted(_name, [-1, 0, 0], 1)),
            edge("two zeros", TWO_ZEROS, call=_unsorted(_name, [0, 0, 0], 1)),
        ],
    )
for _name in ("max", "min"):
    segment(
        f"unsorted_segment_{_name}_of_empty",
        lambda x, name=_name: tf.tanh(_unsorted(name, [2, 0, 2], 3)(x)),
        distinct(3, 2),
    )

# Sparse segments.
for _name in ("sum", "mean", "sqrt_n"):
    segment(
        f"sparse_segment_{_name}",
        _sparse(_name, [2, 0, 2], [0, 0, 1]),
        real(3, 2),
        dtypes=HALF,
        edges=[
            edge("an empty segment", call=_sparse(_name, [2, 0, 2], [0, 2, 2])),
            edge("an index twice in a segment", call=_sparse(_name, [1, 1, 0], [0, 0, 0])),
            edge("of rank 3", real(3, 2, 2)),
            edge("with their number", call=_sparse(_name, [2, 0, 2], [0, 0, 1], num_segments=4)),
            edge("empty first, with their number", call=_sparse(_name, [2, 0, 2], [1, 1, 3], num_segments=5)),
            edge(
                "no indices, with their number",
                call=lambda x, name=_name: _sparse(
                    name, tf.zeros([0], tf.int32), tf.zeros([0], tf.int32), num_segments=2
                )(x),
            ),
            edge("sparse gradient", call=_sparse(_name, [2, 0, 2], [0, 0, 1], sparse_gradient=True)),
            edge(
                "sparse gradient, with their number",
                call=_sparse(_name, [2, 0, 2], [1, 1, 3], num_segments=5, sparse_gradient=True),
            ),
            edge(
                "int64",
                call=lambda x, name=_name: _sparse(
                    name, tf.constant([2, 0, 2], tf.int64), tf.constant([0, 0, 1], tf.int64)
                )(x),
            ),
        ],
        limits={"xla": NO_XLA, "second": NO_SECOND, "forward": NO_SECOND},
    )
