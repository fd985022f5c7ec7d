"""Gathering: by one index, by index tuples, in batches, by masks and partitions, and stitching."""

from gradcheck.backend import tf
from gradcheck.domain import real
from gradcheck.op import Family, edge

gather = Family("gather")
MOST = ("float16", "float64", "complex64")
NO_XLA = "XLA has no kernel for it"


# By one index.
gather(
    "gather",
    lambda x: tf.gather(x, [2, 0, 2]),
    real(3, 2),
    dtypes=("float16", "float32", "float64", "complex64"),
    edges=[
        edge("axis=1", call=lambda x: tf.gather(x, [1, 1, 0], axis=1)),
        edge("axis=-1", real(2, 3, 2), call=lambda x: tf.gather(x, [1, 0, 1], axis=-1)),
        edge("axis=-rank", call=lambda x: tf.gather(x, [2, 2], axis=-2)),
        edge("scalar index", call=lambda x: tf.gather(x, 1)),
        edge("scalar index, axis=1", call=lambda x: tf.gather(x, 1, axis=1)),
        edge("indices of rank 2", call=lambda x: tf.gather(x, [[0, 2], [2, 2]])),
        edge("indices of rank 2, axis=1", call=lambda x: tf.gather(x, [[0, 1], [1, 1]], axis=1)),
        edge("int64", call=lambda x: tf.gather(x, tf.constant([0, 2, 2], tf.int64))),
        edge("int64, axis=1", call=lambda x: tf.gather(x, tf.constant([0, 1, 1], tf.int64), axis=1)),
        edge("no indices", call=lambda x: tf.gather(x, tf.zeros([0], tf.int32))),
        edge("no indices, axis=1", call=lambda x: tf.gather(x, tf.zeros([0], tf.int32), axis=1)),
        edge("empty rows", real(3, 0)),
        edge("vector", real(4), call=lambda x: tf.gather(x, [3, 3, 0])),
    ],
)
gather("gather_v1", lambda x: tf.raw_ops.Gather(params=x, indices=[2, 0, 2]), real(3, 2), limits={"xla": NO_XLA})
gather(
    "gather_of_batches",
    lambda x: tf.gather(x, [[1, 1], [0, 2]], batch_dims=1),
    real(2, 3),
    dtypes=MOST,
    edges=[
        edge("rank 3", real(2, 3, 2)),
        edge("axis=2", real(2, 2, 3), call=lambda x: tf.gather(x, [[1, 1], [0, 2]], batch_dims=1, axis=2)),
        edge("axis=-1", real(2, 2, 3), call=lambda x: tf.gather(x, [[1], [2]], batch_dims=1, axis=-1)),
        edge("batch_dims=-1", call=lambda x: tf.gather(x, [[1, 1], [0, 2]], batch_dims=-1)),
        edge("batch_dims=2", real(2, 1, 3), call=lambda x: tf.gather(x, [[[2, 2]], [[0, 1]]], batch_dims=2)),
        edge("batch_dims=rank of indices", call=lambda x: tf.gather(x, [1, 2], batch_dims=1)),
        edge("int64", call=lambda x: tf.gather(x, tf.constant([[1], [2]], tf.int64), batch_dims=1)),
        edge("no indices", call=lambda x: tf.gather(x, tf.zeros([2, 0], tf.int32), batch_dims=1)),
        edge("no batches", real(0, 3), call=lambda x: tf.gather(x, tf.zeros([0, 2], tf.int32), batch_dims=1)),
    ],
)
gather(
    "batch_gather",
    lambda x: tf.compat.v1.batch_gather(x, [[1, 1], [0, 2]]),
    real(2, 3),
)
# By index tuples.
gather(
    "gather_nd",
    lambda x: tf.gather_nd(x, [[0, 1], [2, 0], [0, 1]]),
    real(3, 2),
    dtypes=("float16", "float32", "float64", "complex64"),
    edges=[
        edge("rows", call=lambda x: tf.gather_nd(x, [[2], [0], [2]])),
        edge("rows of a vector", real(3), call=lambda x: tf.gather_nd(x, [[2], [0], [2]])),
        edge("rows by rank 3", call=lambda x: tf.gather_nd(x, [[[2], [0]], [[2], [2]]])),
        edge("one tuple", call=lambda x: tf.gather_nd(x, [1, 1])),
        edge("empty tuple", call=lambda x: tf.gather_nd(x, tf.zeros([2, 0], tf.int32))),
        edge("no tuples", call=lambda x: tf.gather_nd(x, tf.zeros([0, 2], tf.int32))),
        edge("int64", call=lambda x: tf.gather_nd(x, tf.constant([[2, 1], [2, 1]], tf.int64))),
        edge("batch_dims=1", call=lambda x: tf.gather_nd(x, [[1], [1], [0]], batch_dims=1)),
        edge("batch_dims=1, rank 3", real(2, 3, 2), call=lambda x: tf.gather_nd(x, [[[2, 1]], [[0, 0]]], batch_dims=1)),
    ],
)
gather(
    "gather_nd_ignoring",
    lambda x: tf.gather_nd(x, [[0, 1], [9, 0], [0, 1]], bad_indices_policy="IGNORE"),
    real(3, 2),
    edges=[edge("rows", call=lambda x: tf.gather_nd(x, [[2], [9]], bad_indices_policy="IGNORE"))],
    limits={"xla": "XLA has no way to find indices that are bad"},
)

# By masks and positions.
gather(
    "boolean_mask",
    lambda x: tf.boolean_mask(x, [True, False, True]),
    real(3, 2),
    dtypes=MOST,
    edges=[
        edge("axis=1", call=lambda x: tf.boolean_mask(x, [False, True], axis=1)),
        edge("of rank 2", call=lambda x: tf.boolean_mask(x, [[True, False], [False, False], [True, True]])),
        edge("nothing", call=lambda x: tf.boolean_mask(x, [False, False, False])),
    ],
    limits={"xla": "the size of its output depends on values"},
)
gather(
    "take_along_axis",
    lambda x: tf.experimental.numpy.take_along_axis(x, tf.constant([[1, 1], [0, 1], [0, 0]]), 1),
    real(3, 2),
    edges=[
        edge("axis=0", call=lambda x: tf.experimental.numpy.take_along_axis(x, tf.constant([[2, 2]]), 0)),
        edge("negative index", call=lambda x: tf.experimental.numpy.take_along_axis(x, tf.constant([[-1, 0]]), 0)),
    ],
)
gather("take", lambda x: tf.experimental.numpy.take(x, tf.constant([1, -1]), axis=1), real(2, 3))

# Partitions and stitches.
gather(
    "dynamic_partition",
    lambda x: tf.dynamic_partition(x, [1, 0, 1], 2),
    real(3, 2),
    dtypes=("float16", "float64", "complex64"),
    edges=[
        edge("an empty partition", call=lambda x: tf.dynamic_partition(x, [2, 0, 2], 3)),
        edge("of rank 2", call=lambda x: tf.dynamic_partition(x, [[0, 1], [1, 1], [0, 1]], 2)),
        edge("of a scalar", 1.5, call=lambda x: tf.dynamic_partition(x, 1, 2)),
        edge("nothing", real(0, 2), call=lambda x: tf.dynamic_partition(x, tf.zeros([0], tf.int32), 2)),
    ],
    limits={"xla": "the sizes of its outputs depend on values"},
)
for _name in ("dynamic_stitch", "parallel_dynamic_stitch"):
    _stitch = lambda *inputs, name=_name: getattr(tf.raw_ops, "".join(map(str.title, name.split("_"))))(
        indices=inputs[0], data=list(inputs[1:])
    )
    gather(
        _name,
        lambda x, y, stitch=_stitch: stitch([[2, 0], [1]], x, y),
        real(2, 2),
        real(1, 2),
        edges=[
            edge("scalars", 1.0, 2.0, call=lambda x, y, stitch=_stitch: stitch([1, 0], x, y)),
            edge(
                "of rank 2",
                real(2, 2, 2),
                real(2),
                call=lambda x, y, stitch=_stitch: stitch([[[0, 3], [4, 1]], 2], x, y),
            ),
        ],
        limits={"xla": NO_XLA} if "parallel" in _name else {},
    )
gather(
    "dynamic_stitch_of_repeated",
    lambda x, y: tf.dynamic_stitch([[0, 1], [1, 2]], [x, y]),
    real(2, 2),
    real(2, 2),
    edges=[edge("within one", call=lambda x, y: tf.dynamic_stitch([[0, 0], [1, 2]], [x, y]))],
)
