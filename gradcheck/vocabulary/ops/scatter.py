"""Scattering: into zeros, into a tensor, by adding, subtracting, minima and maxima, and into slices of it."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import distinct, real
from gradcheck.op import HALF, Family, edge, kink

scatter = Family("scatter")
MOST = ("float16", "float64", "complex64")
ONE_OF_TWO = [[0, 1], [2, 0]]
IGNORED = [[0], [9]]
NOT_IGNORED_BY_XLA = "XLA has no way to find indices that are bad"


def _slices(x: Any, value: Any, **options: Any) -> Any:
    settings = {"begin": [0, 1], "end": [3, 4], "strides": [2, 1]} | options
    return tf.raw_ops.TensorStridedSliceUpdate(input=x, value=value, **settings)


# Into zeros.
scatter(
    "scatter_nd",
    lambda u: tf.scatter_nd([[2, 0], [0, 1]], u, [3, 2]),
    real(2),
    dtypes=MOST,
    edges=[
        edge("repeated", call=lambda u: tf.scatter_nd([[1, 0], [1, 0]], u, [3, 2])),
        edge("rows", real(3, 2), call=lambda u: tf.scatter_nd([[2], [0], [2]], u, [4, 2])),
        edge("of rank 3", real(2, 1, 2), call=lambda u: tf.scatter_nd([[[2]], [[2]]], u, [3, 2])),
        edge("one", 1.5, call=lambda u: tf.scatter_nd([1, 1], u, [2, 2])),
        edge("nothing", real(0), call=lambda u: tf.scatter_nd(tf.zeros([0, 2], tf.int32), u, [3, 2])),
        edge("int64", call=lambda u: tf.scatter_nd(tf.constant([[1], [1]], tf.int64), u, tf.constant([3], tf.int64))),
    ],
)
scatter(
    "scatter_nd_ignoring",
    lambda u: tf.scatter_nd(IGNORED, u, [3], bad_indices_policy="IGNORE"),
    real(2),
    limits={"xla": NOT_IGNORED_BY_XLA},
)
scatter(
    "scatter_nd_non_aliasing_add",
    lambda x, u: tf.raw_ops.ScatterNdNonAliasingAdd(input=x, indices=ONE_OF_TWO, updates=u),
    real(3, 2),
    real(2),
    edges=[
        edge(
            "repeated",
            call=lambda x, u: tf.raw_ops.ScatterNdNonAliasingAdd(input=x, indices=[[1, 0], [1, 0]], updates=u),
        ),
        edge(
            "rows",
            real(3, 2),
            real(1, 2),
            call=lambda x, u: tf.raw_ops.ScatterNdNonAliasingAdd(input=x, indices=[[1]], updates=u),
        ),
    ],
    limits={"xla": "XLA has no kernel for it"},
)

# Into a tensor.
scatter(
    "tensor_scatter_nd_update",
    lambda x, u: tf.tensor_scatter_nd_update(x, ONE_OF_TWO, u),
    real(3, 2),
    real(2),
    dtypes=MOST,
    edges=[
        edge("rows", real(3, 2), real(2, 2), call=lambda x, u: tf.tensor_scatter_nd_update(x, [[2], [0]], u)),
        edge("one", real(3), 2.0, call=lambda x, u: tf.tensor_scatter_nd_update(x, [1], u)),
        edge("scalar updates", real(3), 2.0, call=lambda x, u: tf.tensor_scatter_nd_update(x, [[1], [0]], [u, u])),
        edge(
            "nothing",
            real(3, 2),
            real(0),
            call=lambda x, u: tf.tensor_scatter_nd_update(x, tf.zeros([0, 2], tf.int32), u),
        ),
    ],
)
for _name in ("add", "sub"):
    _scatter = lambda *inputs, name=_name, **options: getattr(tf, f"tensor_scatter_nd_{name}")(*inputs, **options)
    scatter(
        f"tensor_scatter_nd_{_name}",
        lambda x, u, scatter=_scatter: scatter(x, ONE_OF_TWO, u),
        real(3, 2),
        real(2),
        dtypes=MOST,
        edges=[
            edge("repeated", call=lambda x, u, scatter=_scatter: scatter(x, [[1, 1], [1, 1]], u)),
            edge("rows", real(3, 2), real(3, 2), call=lambda x, u, scatter=_scatter: scatter(x, [[2], [0], [2]], u)),
            edge("one", real(3), 2.0, call=lambda x, u, scatter=_scatter: scatter(x, [1], u)),
        ],
    )
    scatter(
        f"tensor_scatter_nd_{_name}_ignoring",
        lambda x, u, scatter=_scatter: scatter(x, IGNORED, u, bad_indices_policy="IGNORE"),
        real(3),
        real(2),
        limits={"xla": NOT_IGNORED_BY_XLA},
    )
for _name in ("max", "min"):
    _scatter = lambda *inputs, name=_name, **options: getattr(tf, f"tensor_scatter_nd_{name}")(*inputs, **options)
    scatter(
        f"tensor_scatter_nd_{_name}",
        lambda x, u, scatter=_scatter: scatter(x, ONE_OF_TWO, u),
        distinct(3, 2),
        distinct(2, gap=0.37),
        dtypes=HALF,
        edges=[
            edge("repeated", [0.0, 1.0], [2.0, 3.0], call=lambda x, u, scatter=_scatter: scatter(x, [[1], [1]], u)),
            edge(
                "repeated, kept", [0.0, 1.0], [1.5, 0.5], call=lambda x, u, scatter=_scatter: scatter(x, [[1], [1]], u)
            ),
            edge(
                "rows", [[1.0, 2.0], [3.0, 4.0]], [[0.5, 5.0]], call=lambda x, u, scatter=_scatter: scatter(x, [[1]], u)
            ),
            kink("tie", [0.0, 1.0], [1.0, 1.0], call=lambda x, u, scatter=_scatter: scatter(x, [[1], [1]], u)),
            edge(
                "ignoring",
                [0.0, 1.0],
                [2.0, 3.0],
                call=lambda x, u, scatter=_scatter: scatter(x, IGNORED, u, bad_indices_policy="IGNORE"),
            ),
        ],
    )

# Into slices of a tensor.
scatter(
    "tensor_strided_slice_update",
    _slices,
    real(3, 4),
    real(2, 3),
    dtypes=MOST,
    edges=[
        edge("a row for all", real(3, 4), real(3)),
        edge("a column for all", real(3, 4), real(2, 1)),
        edge("a scalar for all", real(3, 4), 1.5),
        edge(
            "masks", real(3, 4), real(3, 4), call=lambda x, v: _slices(x, v, strides=[1, 1], begin_mask=3, end_mask=3)
        ),
        edge(
            "reversed",
            real(3, 4),
            real(3, 2),
            call=lambda x, v: _slices(x, v, begin=[2, 3], end=[-9, 1], strides=[-1, -1]),
        ),
        edge("shrunk", real(3, 4), real(3), call=lambda x, v: _slices(x, v, strides=[1, 1], shrink_axis_mask=1)),
        edge(
            "ellipsis",
            real(2, 2, 2),
            real(2, 2, 1),
            call=lambda x, v: _slices(x, v, begin=[0, 1], end=[0, 2], strides=[1, 1], ellipsis_mask=1),
        ),
        edge("nothing", real(3, 4), real(2, 0), call=lambda x, v: _slices(x, v, begin=[0, 3], end=[3, 3])),
    ],
)
