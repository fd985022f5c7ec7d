"""Gradients that are `tf.IndexedSlices`: how they pass through operations, clipping, norms and sums of gradients."""

from collections.abc import Callable
from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, positive
from gradcheck.op import Family, edge
from gradcheck.vocabulary.ops._traced import REFUSED, traced

slices = Family("slices")
IDS = [2, 0, 2]


def _rows(x: Any, ids: Any = IDS) -> Any:
    """Return rows of what is given; its gradient comes as slices, with repeated ids that are not in order."""
    return tf.gather(x, ids)


def _gradient(x: Any, ids: Any = IDS) -> Any:
    """Return the slices that are the gradient of a sum of cubes of rows."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.reduce_sum(_rows(x, ids) ** 3)
    return tape.gradient(loss, x)


def _power(x: Any) -> Any:
    return tf.while_loop(lambda i, _: i < 2, lambda i, y: (i + 1, y * x), (0, x), maximum_iterations=2)[1]


# Operations whose gradient is given slices.
_THROUGH: dict[str, Callable[[Any], Any]] = {
    "identity": tf.identity,
    "square": tf.square,
    "abs": tf.abs,
    "neg": tf.negative,
    "scaled": lambda x: 2.0 * x,
    "sum_with_itself": lambda x: x + x,
    "broadcast_sum": lambda x: x + x[:1],
    "difference": lambda x: x - x[:, :1],
    "quotient": lambda x: x / (x[:1] + 5.0),
    "exp": tf.exp,
    "tanh": tf.tanh,
    "relu": tf.nn.relu,
    "silu": tf.nn.silu,
    "gelu": tf.nn.gelu,
    "softmax": tf.nn.softmax,
    "softplus": tf.nn.softplus,
    "selu": tf.nn.selu,
    "leaky_relu": tf.nn.leaky_relu,
    "softsign": tf.nn.softsign,
    "log_softmax": tf.nn.log_softmax,
    "clip_by_value": lambda x: tf.clip_by_value(x, -0.7, 0.7),
    "maximum": lambda x: tf.maximum(x, 0.0),
    "pow": lambda x: tf.abs(x) ** 1.5,
    "bias_add": lambda x: tf.nn.bias_add(x, x[0]),
    "matmul": lambda x: tf.matmul(x, x, transpose_b=True),
    "einsum": lambda x: tf.einsum("ij,kj->ik", x, x),
    "reshape": lambda x: tf.reshape(x, [2, -1]),
    "expand_dims": lambda x: tf.expand_dims(x, 1),
    "squeeze": lambda x: tf.squeeze(x[:, None], 1),
    "transpose": tf.transpose,
    "concat": lambda x: tf.concat([x, 2.0 * x], 0),
    "concat_columns": lambda x: tf.concat([x, 2.0 * x], 1),
    "concat_columns_by_negative_axis": lambda x: tf.concat([x, 2.0 * x], -1),
    "stack": lambda x: tf.stack([x, 2.0 * x]),
    "unstack": lambda x: tf.stack(tf.unstack(x, num=3)),
    "tile": lambda x: tf.tile(x, [2, 2]),
    "tile_of_rows": lambda x: tf.tile(x, [3, 1]),
    "pad": lambda x: tf.pad(x, [[1, 0], [0, 1]]),
    "mirror_pad": lambda x: tf.pad(x, [[1, 0], [0, 1]], "REFLECT"),
    "slice": lambda x: tf.slice(x, [0, 0], [3, 1]),
    "strided_slice": lambda x: x[::-1, 1:],
    "reverse": lambda x: tf.reverse(x, [0]),
    "roll": lambda x: tf.roll(x, 1, 0),
    "cumsum": tf.cumsum,
    "cumprod": tf.math.cumprod,
    "gather": lambda x: tf.gather(x, [1, 2, 2]),
    "gather_columns": lambda x: tf.gather(x, [1, 0], axis=1),
    "gather_nd": lambda x: tf.gather_nd(x, [[1], [2], [2]]),
    "scatter_add": lambda x: tf.tensor_scatter_nd_add(x, [[1]], [x[0]]),
    "scatter_update": lambda x: tf.tensor_scatter_nd_update(x, [[1]], [x[0]]),
    "scatter_max": lambda x: tf.tensor_scatter_nd_max(x, [[1]], [x[0]]),
    "scatter_nd": lambda x: tf.scatter_nd([[1], [0], [2]], x, [3, 2]),
    "segment_sum": lambda x: tf.math.segment_sum(x, [0, 1, 2]),
    "unsorted_segment_sum": lambda x: tf.math.unsorted_segment_sum(x, [1, 0, 2], 3),
    "segment_mean": lambda x: tf.math.segment_mean(x, [0, 1, 2]),
    "segment_max": lambda x: tf.math.segment_max(x, [0, 1, 2]),
    "unsorted_segment_max": lambda x: tf.math.unsorted_segment_max(x, [1, 0, 2], 3),
    "dynamic_stitch": lambda x: tf.dynamic_stitch([[1, 0], [2]], [x[:2], x[2:]]),
    "broadcast_to": lambda x: tf.broadcast_to(x[:1], [3, 2]),
    "where": lambda x: tf.where([[True, False]] * 3, x, 2.0 * x),
    "band_part": lambda x: tf.linalg.band_part(x, 0, -1),
    "set_diag": lambda x: tf.linalg.set_diag(x, x[0]),
    "cast": lambda x: tf.cast(tf.cast(x, tf.float64), x.dtype),
    "check_numerics": lambda x: tf.debugging.check_numerics(x, "x"),
    "ensure_shape": lambda x: tf.ensure_shape(x, [3, 2]),
    "grad_pass_through": lambda x: tf.grad_pass_through(tf.identity)(x + 0.0),
    "reduce_sum_kept": lambda x: tf.reduce_sum(x, 1, keepdims=True),
    "reduce_max_kept": lambda x: tf.reduce_max(x, 1, keepdims=True),
    "reduce_prod_kept": lambda x: tf.reduce_prod(x, 1, keepdims=True),
    "l2_normalize": lambda x: tf.math.l2_normalize(x, 1),
    "complex": lambda x: tf.math.real(tf.complex(x, 2.0 * x)),
    "sort": lambda x: tf.sort(x, 1),
    "function": lambda x: tf.function(lambda y: y * y, autograph=False)(x + 0.0),
    "cond": lambda x: tf.cond(tf.constant(True), lambda: tf.square(x), lambda: x),
    "while_loop": _power,
    "map_fn": lambda x: tf.map_fn(tf.square, x),
    "vectorized_map": lambda x: tf.vectorized_map(tf.square, x),
    "tensor_array": lambda x: tf.TensorArray(x.dtype, 3, element_shape=[2]).unstack(x).stack(),
    "recompute_grad": lambda x: tf.recompute_grad(tf.square)(x + 0.0),
    "identity_n": lambda x: tf.identity_n([x, 2.0 * x])[1],
    "fft": lambda x: tf.math.real(tf.signal.fft(tf.complex(x, x))),
    "layer_of_images": lambda x: tf.nn.avg_pool1d(x[..., None], 1, 1, "VALID"),
}
_LIMITS = {
    "softsign": dict.fromkeys(("second", "forward"), "SoftsignGrad has no gradient, by which forward mode goes too"),
    "recompute_grad": REFUSED,
}
for _name, _through in _THROUGH.items():
    slices(
        f"slices_through_{_name}",
        lambda x, through=_through: _rows(through(x), [1, 0, 1]),
        away(3, 2),
        limits=_LIMITS.get(_name),
    )

# Clipping and norms of slices.
slices(
    "slices_clip_by_norm",
    lambda x: tf.clip_by_norm(_gradient(x), 1.5).values,
    away(3, 2),
    edges=[
        edge("not reached", call=lambda x: tf.clip_by_norm(_gradient(x), 1e4).values),
        edge("no ids", call=lambda x: tf.clip_by_norm(_gradient(x, tf.zeros([0], tf.int32)), 1.5).values),
        edge("by rows", call=lambda x: tf.clip_by_norm(_gradient(x), 1.5, axes=[1]).values),
        edge("zeros", [[0.0, 0.0], [1.0, 2.0], [0.0, 0.0]]),
        edge(
            "one row is zero",
            [[0.0, 0.0], [1.0, 2.0], [1.0, 0.5]],
            call=lambda x: tf.clip_by_norm(_gradient(x), 1.5, axes=[1]).values,
        ),
    ],
)
slices(
    "slices_clip_by_value",
    lambda x: tf.clip_by_value(_gradient(x), -1.0, 1.0).values,
    positive(3, 2),
)
slices(
    "slices_clip_by_global_norm",
    lambda x, y: tf.clip_by_global_norm([_gradient(x), y, None], 1.5)[0][0].values,
    away(3, 2),
    away(2),
    edges=[
        edge("not reached", call=lambda x, y: tf.clip_by_global_norm([_gradient(x), y], 1e4)[0][0].values),
        edge("no ids", call=lambda x, y: tf.clip_by_global_norm([_gradient(x, tf.zeros([0], tf.int32)), y], 1.5)[0][1]),
        edge(
            "a norm that is given",
            call=lambda x, y: (
                tf.clip_by_global_norm([_gradient(x), y], 1.5, use_norm=tf.reduce_sum(tf.abs(y)) + 2.0)[0][0].values
            ),
        ),
        edge(
            "zeros, not reached",
            [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]],
            [0.0, 0.0],
            call=lambda x, y: tf.clip_by_global_norm([x, y], 1.5)[0],
        ),
    ],
)
slices("slices_global_norm", lambda x, y: tf.linalg.global_norm([_gradient(x), y, None]), away(3, 2), away(2))

# Sums of slices.
slices(
    "slices_add_n",
    lambda x, y: tf.add_n([_gradient(x), y]),
    away(3, 2),
    away(3, 2),
    edges=[
        edge("of slices", call=lambda x, y: tf.add_n([_gradient(x), _gradient(y)])),
        edge("no ids", call=lambda x, y: tf.add_n([_gradient(x, tf.zeros([0], tf.int32)), y])),
    ],
)
slices(
    "slices_convert_to_tensor",
    lambda x: tf.convert_to_tensor(_gradient(x)),
    away(3, 2),
    edges=[edge("no ids", call=lambda x: tf.convert_to_tensor(_gradient(x, tf.zeros([0], tf.int32))))],
)
slices("slices_multiply", lambda x, y: tf.convert_to_tensor(_gradient(x)) * y, away(3, 2), away(3, 2))
slices("slices_negate", lambda x: (-_gradient(x)).values, away(3, 2))
slices(
    "slices_of_two_gathers",
    lambda x: tf.gather(x, [1, 1]) * tf.gather(x, [0, 2]),
    away(3, 2),
    edges=[
        edge("and a dense use", call=lambda x: tf.gather(x, [1, 1]) * x[:2]),
        edge("int32 and int64", call=lambda x: tf.gather(x, [1, 1]) * tf.gather(x, tf.constant([0, 1], tf.int64))),
        edge("and gather_nd", call=lambda x: tf.gather(x, [1, 1]) * tf.gather_nd(x, [[0], [2]])),
    ],
)
slices(
    "accumulate_n_op",  # a graph alone has kernels for it
    traced(lambda x, y: tf.raw_ops.AccumulateNV2(inputs=[x, y, x], shape=[3, 2])),
    away(3, 2),
    away(3, 2),
    limits=dict.fromkeys(
        ("forward", "second_forward", "reverse over forward"),
        "forward mode leaves it where no kernel is put in its place",
    ),
)
