"""Slices, paddings, reversals, blocks of space, diagonals, and what is chosen or sorted."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, between, distinct, real
from gradcheck.op import HALF, Edge, Family, edge, kink

slicing = Family("slicing")
NOT_WRITTEN = "its gradient function gives None: nobody has written that derivative"
REFUSED = "TensorFlow registers it as not differentiable"
MOST = ("bfloat16", "float64", "complex64")
NO_XLA = "XLA has no kernel for it"


def _each(*cases: tuple[str, Any]) -> list[Edge]:
    return [edge(name, call=call) for name, call in cases]


# Slices.
slicing(
    "slice",
    lambda x: tf.slice(x, [1, 0], [2, 2]),
    real(3, 4),
    dtypes=MOST,
    edges=_each(
        ("the rest", lambda x: tf.slice(x, [1, 2], [-1, -1])),
        ("nothing", lambda x: tf.slice(x, [1, 2], [0, 2])),
        ("int64", lambda x: tf.slice(x, tf.constant([1, 2], tf.int64), tf.constant([2, -1], tf.int64))),
    ),
)
slicing(
    "strided_slice",
    lambda x: x[0:3:2, 1:4],
    real(3, 4),
    dtypes=MOST,
    edges=_each(
        ("reversed", lambda x: x[::-1, ::-2]),
        ("negative", lambda x: x[-2:, :-1]),
        ("shrunk", lambda x: x[1, 1:]),
        ("shrunk by a negative index", lambda x: x[:, -1]),
        ("one entry", lambda x: x[2, 3]),
        ("new axis", lambda x: x[:, None, 1:2, None]),
        ("ellipsis", lambda x: x[..., 1]),
        ("ellipsis and new axis", lambda x: x[..., None, ::2]),
        ("nothing", lambda x: x[2:1]),
        ("beyond the end", lambda x: x[1:9, -9:2]),
        ("int64", lambda x: x[tf.constant(1, tf.int64) :, 1]),
        ("by tensors", lambda x: x[tf.constant(0) : tf.constant(2), tf.constant(1)]),
    ),
)
slicing(
    "strided_slice_grad",
    lambda g: tf.raw_ops.StridedSliceGrad(
        shape=[3, 4], begin=[0, 1], end=[3, 4], strides=[2, 1], dy=g, begin_mask=0, end_mask=2
    ),
    real(2, 3),
    dtypes=("float64", "complex64"),
)
slicing(
    "diff",
    lambda x: tf.experimental.numpy.diff(x, n=2),
    real(2, 4),
    edges=_each(("axis=0", lambda x: tf.experimental.numpy.diff(x, axis=0))),
)

# Paddings.
slicing(
    "pad",
    lambda x: tf.pad(x, [[1, 0], [0, 2]]),
    real(2, 3),
    dtypes=MOST,
    edges=_each(
        ("a constant", lambda x: tf.pad(x, [[1, 0], [0, 2]], constant_values=1.5)),
        ("nothing", lambda x: tf.pad(x, [[0, 0], [0, 0]])),
        ("int64", lambda x: tf.pad(x, tf.constant([[1, 0], [0, 2]], tf.int64))),
    ),
)
slicing(
    "pad_with_a_value",
    lambda x, c: tf.pad(x, [[1, 0], [0, 2]], constant_values=tf.reshape(c, [])),
    real(2, 3),
    real(1),
    absent={1: NOT_WRITTEN},
)
for _mode in ("REFLECT", "SYMMETRIC"):
    slicing(
        f"mirror_pad_{_mode.lower()}",
        lambda x, mode=_mode: tf.pad(x, [[1, 0], [2, 1]], mode),
        real(2, 3),
        dtypes=("float16", "float64", "complex64"),
        edges=[
            edge("nothing", call=lambda x, mode=_mode: tf.pad(x, [[0, 0], [0, 0]], mode)),
            edge("as far as it goes", real(3), call=lambda x, mode=_mode: tf.pad(x, [[2, 2]], mode)),
            edge(
                "rank 5",
                real(1, 2, 1, 2, 2),
                call=lambda x, mode=_mode: tf.pad(x, [[0, 0], [1, 1], [0, 0], [0, 1], [1, 0]], mode),
            ),
            edge("int64", call=lambda x, mode=_mode: tf.pad(x, tf.constant([[1, 1], [0, 1]], tf.int64), mode)),
        ],
    )
    slicing(
        f"mirror_pad_grad_{_mode.lower()}",
        lambda g, mode=_mode: tf.raw_ops.MirrorPadGrad(input=g, paddings=[[1, 0], [1, 1]], mode=mode),
        real(3, 5),
        limits={"xla": NO_XLA} if _mode == "SYMMETRIC" else {},
    )

# Reversals and rotations.
slicing(
    "reverse",
    lambda x: tf.reverse(x, [1]),
    real(2, 3),
    dtypes=MOST,
    edges=_each(
        ("every axis", lambda x: tf.reverse(x, [0, -1])),
        ("no axis", lambda x: tf.reverse(x, tf.zeros([0], tf.int32))),
        ("int64", lambda x: tf.reverse(x, tf.constant([0], tf.int64))),
    ),
)
slicing("reverse_v1", lambda x: tf.raw_ops.Reverse(tensor=x, dims=[True, False]), real(2, 3))
slicing(
    "reverse_sequence",
    lambda x: tf.reverse_sequence(x, [2, 3], seq_axis=1),
    real(2, 3),
    dtypes=("float16", "float64", "complex64"),
    edges=[
        edge("nothing of one", call=lambda x: tf.reverse_sequence(x, [0, 3], seq_axis=1)),
        edge("other axes", real(3, 2, 2), call=lambda x: tf.reverse_sequence(x, [2, 3], seq_axis=0, batch_axis=2)),
        edge("int64", call=lambda x: tf.reverse_sequence(x, tf.constant([1, 2], tf.int64), seq_axis=1)),
    ],
)
slicing(
    "roll",
    lambda x: tf.roll(x, 1, 1),
    real(2, 3),
    dtypes=MOST,
    edges=_each(
        ("two axes", lambda x: tf.roll(x, [1, -2], [0, 1])),
        ("an axis twice", lambda x: tf.roll(x, [1, 4], [-1, 1])),
        ("far", lambda x: tf.roll(x, -7, -1)),
        ("int64", lambda x: tf.roll(x, tf.constant(2, tf.int64), tf.constant(1, tf.int64))),
    ),
)

# Blocks of space.
slicing(
    "space_to_batch",
    lambda x: tf.space_to_batch(x, [2, 1], [[1, 0], [0, 1]]),
    real(1, 3, 2, 2),
    dtypes=("float16", "float64", "complex64"),
    edges=[edge("of rank 3", real(1, 4, 2), call=lambda x: tf.space_to_batch(x, [2], [[0, 2]]))],
)
slicing(
    "batch_to_space",
    lambda x: tf.batch_to_space(x, [2, 1], [[1, 0], [0, 1]]),
    real(2, 2, 3, 1),
    dtypes=("float16", "float64"),
    edges=[edge("of rank 3", real(4, 2, 2), call=lambda x: tf.batch_to_space(x, [2], [[1, 2]]))],
)
slicing(
    "space_to_batch_v1",
    lambda x: tf.raw_ops.SpaceToBatch(input=x, paddings=[[1, 0], [0, 0]], block_size=2),
    real(1, 3, 2, 1),
)
slicing(
    "batch_to_space_v1",
    lambda x: tf.raw_ops.BatchToSpace(input=x, crops=[[1, 0], [0, 1]], block_size=2),
    real(4, 2, 2, 1),
)
slicing(
    "space_to_depth", lambda x: tf.nn.space_to_depth(x, 2), real(1, 4, 2, 2), dtypes=("float16", "float64", "complex64")
)
slicing(
    "depth_to_space", lambda x: tf.nn.depth_to_space(x, 2), real(1, 2, 1, 8), dtypes=("float16", "float64", "complex64")
)

# Choices.
slicing(
    "where",
    lambda x, y: tf.where([[True, False, True], [False, False, True]], x, y),
    real(2, 3),
    real(2, 3),
    dtypes=MOST,
    edges=[
        edge("broadcast", real(2, 1), real(3)),
        edge("scalars", 1.0, 2.0),
        edge("a condition of one", call=lambda x, y: tf.where([True], x, y)),
        edge("a condition for each column", call=lambda x, y: tf.where([True, False, True], x, y)),
        edge("empty", real(0, 3), real(1), call=lambda x, y: tf.where(tf.zeros([0, 3], tf.bool), x, y)),
    ],
)
slicing(
    "select_v1",
    lambda x, y: tf.raw_ops.Select(condition=[[True, False, True], [False, False, True]], x=x, y=y),
    real(2, 3),
    real(2, 3),
    edges=_each(
        ("a condition for each row", lambda x, y: tf.raw_ops.Select(condition=[True, False], x=x, y=y)),
        ("a scalar", lambda x, y: tf.raw_ops.Select(condition=False, x=x, y=y)),
    ),
)
slicing(
    "clip_by_value_op",
    lambda x, low, high: tf.raw_ops.ClipByValue(t=x, clip_value_min=low, clip_value_max=high),
    away(2, 3, least=0.9, most=1.5),
    between(-0.6, -0.3, 2, 3),
    between(0.3, 0.6, 2, 3),
    edges=[
        edge("bounds for each", away(2, 3, least=0.9), real(2, 3, low=-0.6, high=-0.3), real(2, 3, low=0.3, high=0.6))
    ],
)
slicing(
    "top_k",
    lambda x: tf.math.top_k(x, 2)[0],
    distinct(2, 4),
    dtypes=HALF,
    edges=[
        edge("all", call=lambda x: tf.math.top_k(x, 4)[0]),
        edge("none", call=lambda x: tf.math.top_k(x, 0)[0]),
        # Their order is not promised.
        edge("unsorted", call=lambda x: tf.sort(tf.math.top_k(x, 2, sorted=False)[0])),
        edge("of rank 3", distinct(2, 2, 3)),
        edge("vector", distinct(4)),
        edge("int16", call=lambda x: tf.math.top_k(x, 2, index_type=tf.int16)[0]),
        edge("int64", call=lambda x: tf.math.top_k(x, 2, index_type=tf.int64)[0]),
        kink("tie", [1.0, 2.0, 2.0, 2.0]),
        edge("no rows", distinct(0, 4)),
    ],
)
slicing("top_k_v1", lambda x: tf.raw_ops.TopK(input=x, k=2)[0], distinct(2, 4), limits={"xla": NO_XLA})
slicing(
    "sort",
    tf.sort,
    distinct(2, 3),
    edges=[
        edge("descending", call=lambda x: tf.sort(x, direction="DESCENDING")),
        edge("axis=0", call=lambda x: tf.sort(x, axis=0)),
        edge("one", distinct(2, 1)),
        kink("tie", [1.0, 1.0, 0.0]),
    ],
)
slicing("sorted_by_argsort", lambda x: tf.gather(x, tf.argsort(x), batch_dims=1), distinct(2, 3))
slicing(
    "one_hot_values",
    lambda on, off: tf.one_hot([1, 0], 3, tf.reshape(on, []), tf.reshape(off, [])),
    real(1),
    real(1),
    absent={0: REFUSED, 1: REFUSED},
)
slicing("range_from", lambda x: tf.range(tf.reshape(x, []), tf.reshape(x, []) + 2.5), real(1), absent={0: REFUSED})
slicing(
    "linspace",
    lambda x, y: tf.linspace(tf.reshape(x, []), tf.reshape(y, []), 4),
    real(1),
    real(1),
    edges=[
        edge("of rows", real(2), real(2), call=lambda x, y: tf.linspace(x, y, 3)),
        edge("axis=-1", real(2), real(2), call=lambda x, y: tf.linspace(x, y, 3, axis=-1)),
        edge("one", real(2), real(2), call=lambda x, y: tf.linspace(x, y, 1)),
    ],
)
