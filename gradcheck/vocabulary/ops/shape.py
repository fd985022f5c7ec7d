"""Shapes: reshaping, transposing, joining, splitting, repeating, broadcasting, and passing on."""

from gradcheck.backend import tf
from gradcheck.domain import real
from gradcheck.op import COMPLEX, HALF, Family, edge

shape = Family("shape")
MOST = ("bfloat16", "float64", "complex64")
NO_XLA = "XLA has no kernel for it"

# Passing on.
shape("identity", tf.identity, real(2, 3), dtypes=MOST, edges=[edge("empty", real(0, 3)), edge("scalar", 1.5)])
shape("identity_n", lambda x, y: tf.identity_n([x, y]), real(2), real(3))
shape("ensure_shape", lambda x: tf.ensure_shape(x, [None, 3]), real(2, 3), dtypes=MOST)
shape("check_numerics", lambda x: tf.debugging.check_numerics(x, "x"), real(2, 3), dtypes=HALF)
shape(
    "check_numerics_v2",
    lambda x: tf.raw_ops.CheckNumericsV2(tensor=x, message="x"),
    real(2, 3),
    dtypes=HALF,
    limits={"xla": NO_XLA},
)
shape("placeholder_with_default", lambda x: tf.raw_ops.PlaceholderWithDefault(input=x, shape=x.shape), real(2, 3))
shape("debug_identity", lambda x: tf.raw_ops.DebugIdentityV2(input=x), real(2, 3), limits={"xla": NO_XLA})
shape("print", lambda x: tf.raw_ops.Print(input=x, data=[], first_n=0), real(2, 3), limits={"xla": NO_XLA})

# Other shapes of the same entries.
shape(
    "reshape",
    lambda x: tf.reshape(x, [3, -1]),
    real(2, 3),
    dtypes=MOST,
    edges=[
        edge("to a scalar", real(1, 1), call=lambda x: tf.reshape(x, [])),
        edge("from a scalar", 1.5, call=lambda x: tf.reshape(x, [1, 1])),
        edge("empty", real(2, 0), call=lambda x: tf.reshape(x, [0, 5])),
        edge("empty, one size unknown", real(0, 3), call=lambda x: tf.reshape(x, [3, 0])),
    ],
)
shape(
    "expand_dims",
    lambda x: tf.expand_dims(x, 1),
    real(2, 3),
    edges=[edge("axis=-1", call=lambda x: tf.expand_dims(x, -1))],
)
shape(
    "squeeze",
    tf.squeeze,
    real(1, 3, 1),
    edges=[edge("axis", call=lambda x: tf.squeeze(x, [-1])), edge("of one entry", real(1, 1))],
    limits={"unknown": "which axes have size 1 must be known"},
)
shape("squeeze_axis", lambda x: tf.squeeze(x, [0]), real(1, 3))
shape(
    "transpose",
    tf.transpose,
    real(2, 3),
    dtypes=MOST,
    edges=[
        edge("perm", real(2, 1, 3), call=lambda x: tf.transpose(x, [2, 0, 1])),
        edge("conjugate", call=lambda x: tf.transpose(x, conjugate=True)),
        edge("int64", real(2, 1, 3), call=lambda x: tf.transpose(x, tf.constant([2, 0, 1], tf.int64))),
        edge("empty", real(0, 3)),
    ],
)
shape(
    "conjugate_transpose",
    lambda x: tf.raw_ops.ConjugateTranspose(x=x, perm=[2, 0, 1]),
    real(2, 1, 3),
    dtypes=("float64", *COMPLEX),
)
shape("matrix_transpose", tf.linalg.matrix_transpose, real(2, 2, 3), dtypes=("float64", "complex64"))
shape("moveaxis", lambda x: tf.experimental.numpy.moveaxis(x, 0, -1), real(2, 1, 3))
shape("swapaxes", lambda x: tf.experimental.numpy.swapaxes(x, 0, -1), real(2, 1, 3))

# Joining and splitting.
shape(
    "concat",
    lambda x, y: tf.concat([x, y], 0),
    real(2, 3),
    real(1, 3),
    dtypes=MOST,
    edges=[
        edge("axis=-1", real(2, 3), real(2, 1), call=lambda x, y: tf.concat([x, y], -1)),
        edge("with an empty one", real(2, 3), real(0, 3)),
        edge("with itself", call=lambda x, y: tf.concat([x, y, x], 0)),
        edge("int64 axis", real(2, 3), real(2, 1), call=lambda x, y: tf.concat([x, y], tf.constant(1, tf.int64))),
        edge("of 20", real(1, 2), real(2, 2), call=lambda x, y: tf.concat([x, y] * 10, 0)),
        edge("of 20, axis=-1", real(2, 1), real(2, 2), call=lambda x, y: tf.concat([x, y] * 10, -1)),
    ],
)
shape("concat_v1", lambda x, y: tf.raw_ops.Concat(concat_dim=1, values=[x, y]), real(2, 1), real(2, 2))
shape(
    "stack",
    lambda x, y: tf.stack([x, y]),
    real(2, 3),
    real(2, 3),
    dtypes=MOST,
    edges=[
        edge("axis=-1", call=lambda x, y: tf.stack([x, y], -1)),
        edge("scalars", 1.0, 2.0),
        edge("one", call=lambda x, y: tf.stack([x + y])),
    ],
)
shape(
    "unstack",
    lambda x: tf.unstack(x, num=2),
    real(2, 3),
    dtypes=MOST,
    edges=[
        edge("axis=-1", call=lambda x: tf.unstack(x, num=3, axis=-1)),
        edge("one is used", call=lambda x: tf.unstack(x, num=2)[1]),
    ],
)
shape(
    "split",
    lambda x: tf.split(x, 3, axis=1),
    real(2, 3),
    dtypes=MOST,
    edges=[
        edge("one is used", call=lambda x: tf.split(x, 3, axis=-1)[2]),
        edge("one part", call=lambda x: tf.split(x, 1, axis=1)),
    ],
)
shape(
    "split_v",
    lambda x: tf.split(x, [1, 2], axis=-1),
    real(2, 3),
    dtypes=MOST,
    edges=[
        edge("the rest", call=lambda x: tf.raw_ops.SplitV(value=x, size_splits=[2, -1], axis=1, num_split=2)),
        edge("an empty part", call=lambda x: tf.split(x, [0, 2], axis=0)),
        edge("one is used", call=lambda x: tf.split(x, [1, 1, 1], axis=1)[0]),
        edge("int64", call=lambda x: tf.split(x, tf.constant([1, 1], tf.int64), axis=0)),
    ],
)

# Repeating and broadcasting.
shape(
    "tile",
    lambda x: tf.tile(x, [2, 3]),
    real(2, 2),
    dtypes=MOST,
    edges=[
        edge("once", call=lambda x: tf.tile(x, [1, 1])),
        edge("never", call=lambda x: tf.tile(x, [0, 1])),
        edge("scalar", 1.5, call=lambda x: tf.tile(x, tf.zeros([0], tf.int32))),
        edge("int64", call=lambda x: tf.tile(x, tf.constant([1, 2], tf.int64))),
        edge("empty", real(0, 2)),
    ],
)
shape(
    "repeat",
    lambda x: tf.repeat(x, [2, 0, 1], axis=0),
    real(3, 2),
    edges=[
        edge("all alike", call=lambda x: tf.repeat(x, 2, axis=1)),
        edge("flat", call=lambda x: tf.repeat(x, 2)),
        edge("axis=-1", call=lambda x: tf.repeat(x, [1, 3], axis=-1)),
    ],
)
shape(
    "broadcast_to",
    lambda x: tf.broadcast_to(x, [2, 3, 2]),
    real(3, 1),
    dtypes=MOST,
    edges=[
        edge("scalar", 1.5),
        edge("same", real(2, 3, 2)),
        edge("to nothing", real(1, 2), call=lambda x: tf.broadcast_to(x, [0, 2])),
        edge("one entry", real(1, 1, 1)),
        edge("int64", call=lambda x: tf.broadcast_to(x, tf.constant([2, 3, 2], tf.int64))),
    ],
)
shape(
    "fill",
    lambda x: tf.fill([2, 3], tf.reshape(x, [])),
    real(1),
    dtypes=MOST,
    edges=[edge("nothing", call=lambda x: tf.fill([0, 3], tf.reshape(x, [])))],
)
shape(
    "meshgrid",
    tf.meshgrid,
    real(2),
    real(3),
    edges=[edge("ij", call=lambda x, y: tf.meshgrid(x, y, indexing="ij"))],
)
