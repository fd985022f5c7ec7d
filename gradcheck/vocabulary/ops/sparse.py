"""Sparse tensors: products, sums, choices, slices, orders, rows that are filled; differentiated by their values."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, distinct, positive, real
from gradcheck.op import REAL, Edge, Family, edge

sparse = Family("sparse")
REFUSED = "TensorFlow registers it as not differentiable"
NUMBERS = ("float32", "float64", "complex128")
NO_SECOND = "its gradient has no gradient"
NO_XLA = "XLA has no kernel for it"
XLA = {"xla": NO_XLA}
PLACES = [[0, 1], [1, 0], [1, 2]]
OTHER = [[0, 1], [1, 1]]


def _matrix(values: Any, places: Any = PLACES, shape: Any = (2, 3)) -> Any:
    return tf.SparseTensor(tf.cast(places, tf.int64), values, tf.constant(shape, tf.int64))


def _scattered(places: Any, shape: Any, values: Any, default: Any) -> Any:
    return tf.raw_ops.SparseToDense(
        sparse_indices=places, output_shape=shape, sparse_values=values, default_value=tf.reshape(default, [])
    )


def _products(call: Any, *cases: tuple[str, tuple[int, int], dict[str, Any]]) -> list[Edge]:
    return [
        edge(name, real(3), real(*shape), call=lambda v, b, o=options: call(v, b, **o))
        for name, shape, options in cases
    ]


# Products of a sparse and a dense matrix.
def _product(v: Any, b: Any, **options: Any) -> Any:
    return tf.sparse.sparse_dense_matmul(_matrix(v), b, **options)


sparse(
    "sparse_dense_matmul",
    _product,
    real(3),
    real(3, 2),
    dtypes=("bfloat16", *NUMBERS),
    edges=[
        *_products(
            _product,
            ("adjoint of the first", (2, 2), {"adjoint_a": True}),
            ("adjoint of the second", (2, 3), {"adjoint_b": True}),
            ("adjoints", (2, 2), {"adjoint_a": True, "adjoint_b": True}),
        ),
        edge(
            "one entry", real(1), real(3, 1), call=lambda v, b: tf.sparse.sparse_dense_matmul(_matrix(v, [[1, 2]]), b)
        ),
        edge(
            "an entry twice",
            real(2),
            real(3, 2),
            call=lambda v, b: tf.sparse.sparse_dense_matmul(_matrix(v, [[1, 2], [1, 2]]), b),
        ),
        edge(
            "no entries",
            real(0),
            real(3, 2),
            call=lambda v, b: tf.sparse.sparse_dense_matmul(_matrix(v, tf.zeros([0, 2], tf.int64)), b),
        ),
        edge("dense by sparse", real(3), real(2, 2), call=lambda v, b: tf.sparse.sparse_dense_matmul(b, _matrix(v))),
        edge(
            "dense by adjoint of sparse",
            real(3),
            real(2, 3),
            call=lambda v, b: tf.sparse.sparse_dense_matmul(b, _matrix(v), adjoint_b=True),
        ),
    ],
    limits=XLA,
)
sparse(
    "embedding_by_product",
    lambda v, b: tf.nn.embedding_lookup_sparse(
        b, _matrix(tf.constant([0, 1, 2], tf.int64)), _matrix(v), combiner="sum"
    ),
    real(3),
    real(3, 2),
    limits=XLA,
)

# With a dense tensor, entry by entry.
sparse(
    "sparse_dense_multiply",
    lambda v, d: (_matrix(v) * d).values,
    real(3),
    real(2, 3),
    dtypes=REAL,
    edges=[
        edge("a row for all", real(3), real(3)),
        edge("a row of rank 2", real(3), real(1, 3)),
        edge("a column for all", real(3), real(2, 1)),
        edge("one number of rank 1", real(3), real(1)),
        edge("a scalar", real(3), 1.5),
        edge("zeros", [0.0, 1.0, 2.0], [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]),
    ],
    limits=XLA,
)
sparse(
    "sparse_dense_divide",
    lambda v, d: (_matrix(v) / d).values,
    real(3),
    away(2, 3),
    edges=[
        edge("a row for all", real(3), away(3)),
        edge("a column for all", real(3), away(2, 1)),
        edge("a scalar", real(3), 1.5),
    ],
    limits=XLA,
)
sparse(
    "sparse_dense_cwise_add",
    lambda v, d: tf.raw_ops.SparseDenseCwiseAdd(sp_indices=PLACES, sp_values=v, sp_shape=[2, 3], dense=d),
    real(3),
    real(2, 3),
    limits={"form": "its gradient is registered to raise"},
)
sparse(
    "sparse_dense_add",
    lambda v, d: tf.sparse.add(_matrix(v), d),
    real(3),
    real(2, 3),
    dtypes=NUMBERS,
    edges=[
        edge("an entry twice", real(2), real(2, 3), call=lambda v, d: tf.sparse.add(_matrix(v, [[1, 2], [1, 2]]), d))
    ],
    limits=XLA,
)

# Of two sparse tensors.
sparse(
    "sparse_add",
    lambda a, b: tf.sparse.add(_matrix(a), _matrix(b, OTHER)).values,
    real(3),
    real(2),
    dtypes=NUMBERS,
    edges=[
        edge("the same places", real(3), real(3), call=lambda a, b: tf.sparse.add(_matrix(a), _matrix(b)).values),
        edge(
            "a threshold",
            [1.0, 0.1, 2.0],
            [1.0, 0.2],
            call=lambda a, b: tf.sparse.add(_matrix(a), _matrix(b, OTHER), threshold=0.5).values,
        ),
        edge(
            "none in one",
            real(3),
            real(0),
            call=lambda a, b: tf.sparse.add(_matrix(a), _matrix(b, tf.zeros([0, 2], tf.int64))).values,
        ),
    ],
    limits={**XLA, "second": NO_SECOND, "forward": NO_SECOND},
)
for _name in ("maximum", "minimum"):
    sparse(
        f"sparse_{_name}",
        lambda a, b, name=_name: getattr(tf.sparse, name)(_matrix(a), _matrix(b, OTHER)).values,
        away(3),
        distinct(2),
        limits={"form": "its gradient is registered to raise"},
    )

# Of one.
sparse(
    "sparse_softmax",
    lambda v: tf.sparse.softmax(_matrix(v)).values,
    real(3),
    edges=[
        edge(
            "of rank 3",
            real(3),
            call=lambda v: tf.sparse.softmax(_matrix(v, [[0, 0, 1], [1, 0, 0], [1, 0, 1]], (2, 1, 2))).values,
        )
    ],
    limits={**XLA, "second": NO_SECOND, "forward": NO_SECOND},
)
sparse(
    "sparse_reduce_sum",
    lambda v: tf.sparse.reduce_sum(_matrix(v), axis=1),
    real(3),
    edges=[
        edge("all", call=lambda v: tf.sparse.reduce_sum(_matrix(v))),
        edge("axis=-2", call=lambda v: tf.sparse.reduce_sum(_matrix(v), axis=-2)),
        edge("kept", call=lambda v: tf.sparse.reduce_sum(_matrix(v), axis=[0], keepdims=True)),
        edge("both", call=lambda v: tf.sparse.reduce_sum(_matrix(v), axis=[0, -1], keepdims=True)),
        edge("no axis", call=lambda v: tf.sparse.reduce_sum(_matrix(v), axis=[])),
        edge("an entry twice", real(2), call=lambda v: tf.sparse.reduce_sum(_matrix(v, [[1, 2], [1, 2]]), axis=1)),
    ],
    limits=XLA,
)
sparse(
    "sparse_concat",
    lambda a, b: tf.sparse.concat(0, [_matrix(a), _matrix(b)]).values,
    real(3),
    real(3),
    limits=XLA,
    absent={0: REFUSED, 1: REFUSED},
)
sparse("sparse_transpose", lambda v: tf.sparse.transpose(_matrix(v)).values, real(3), limits=XLA)
sparse(
    "sparse_slice",
    lambda v: tf.sparse.slice(_matrix(v), [0, 1], [2, 2]).values,
    real(3),
    dtypes=NUMBERS,
    edges=[edge("nothing", call=lambda v: tf.sparse.slice(_matrix(v), [0, 0], [1, 1]).values)],
    limits={**XLA, "second": NO_SECOND, "forward": NO_SECOND},
)
sparse(
    "sparse_reorder",
    lambda v: tf.sparse.reorder(_matrix(v, [[1, 2], [0, 1], [1, 0]])).values,
    real(3),
    dtypes=NUMBERS,
    edges=[edge("nothing", real(0), call=lambda v: tf.sparse.reorder(_matrix(v, tf.zeros([0, 2], tf.int64))).values)],
    limits=XLA,
)
sparse("sparse_reshape", lambda v: tf.sparse.reshape(_matrix(v), [3, -1]).values, real(3), limits=XLA)
sparse("sparse_retain", lambda v: tf.sparse.retain(_matrix(v), [True, False, True]).values, real(3), limits=XLA)
sparse("sparse_map_values", lambda v: tf.sparse.map_values(tf.square, _matrix(v)).values, real(3), limits=XLA)
sparse("sparse_expand_dims", lambda v: tf.sparse.expand_dims(_matrix(v), 0).values, real(3), limits=XLA)
sparse("sparse_from_dense", lambda x: tf.sparse.from_dense(x).values, away(2, 2), limits=XLA)
sparse(
    "sparse_to_dense",
    lambda v: tf.sparse.to_dense(_matrix(v)),
    real(3),
    dtypes=NUMBERS,
    edges=[
        edge("a default", call=lambda v: tf.sparse.to_dense(_matrix(v), default_value=1.5)),
        edge("nothing", real(0), call=lambda v: tf.sparse.to_dense(_matrix(v, tf.zeros([0, 2], tf.int64)))),
    ],
)
sparse(
    "sparse_to_dense_v1",
    lambda v, d: _scattered(PLACES, [2, 3], v, d),
    real(3),
    real(1),
    edges=[
        edge("places of rank 1", real(2), real(1), call=lambda v, d: _scattered([1, 3], [4], v, d)),
        edge("one place", real(1), real(1), call=lambda v, d: _scattered(2, [4], tf.reshape(v, []), d)),
        edge("one value for all", real(1), real(1), call=lambda v, d: _scattered(PLACES, [2, 3], tf.reshape(v, []), d)),
    ],
    limits=XLA,
)


sparse(
    "sparse_fill_empty_rows",
    lambda v, d: tf.sparse.fill_empty_rows(_matrix(v, PLACES, (4, 3)), tf.reshape(d, []))[0].values,
    real(3),
    real(1),
    dtypes=REAL,
    edges=[
        edge(
            "no entries",
            real(0),
            real(1),
            call=lambda v, d: (
                tf.sparse.fill_empty_rows(_matrix(v, tf.zeros([0, 2], tf.int64)), tf.reshape(d, []))[0].values
            ),
        ),
        edge(
            "no empty row",
            real(3),
            real(1),
            call=lambda v, d: tf.sparse.fill_empty_rows(_matrix(v), tf.reshape(d, []))[0].values,
        ),
    ],
    limits={**XLA, "second": NO_SECOND, "forward": NO_SECOND},
)
sparse(
    "sparse_mask_of_slices",
    lambda v: tf.compat.v1.sparse_mask(tf.IndexedSlices(v, [0, 2, 3]), [2]).values,
    positive(3, 2),
    limits=XLA,
)
