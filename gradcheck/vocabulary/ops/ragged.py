"""Ragged tensors: gathered, reduced, padded, joined, multiplied; differentiated by their flat values."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, distinct, real
from gradcheck.op import REAL, Edge, Family, edge, kink

ragged = Family("ragged")
NO_XLA = {"xla": "XLA has no ragged tensors"}
NO_SECOND = "its gradient has no gradient"
flat = real(4)
wide = real(4, 2)


def _rows(values: Any, lengths: Any = (2, 0, 1, 1)) -> Any:
    return tf.RaggedTensor.from_row_lengths(values, lengths, validate=False)


def _nested(values: Any) -> Any:
    return tf.RaggedTensor.from_row_lengths(_rows(values), [3, 1], validate=False)


def _each(*cases: tuple[str, Any]) -> list[Edge]:
    return [edge(name, call=call) for name, call in cases]


# To and from dense and sparse ones.
ragged(
    "ragged_to_tensor",
    lambda x: _rows(x).to_tensor(),
    flat,
    edges=[
        edge("wide", wide),
        edge("nested", call=lambda x: _nested(x).to_tensor()),
        edge("a shape that cuts", call=lambda x: _rows(x).to_tensor(shape=[3, 1])),
        edge("a shape that pads", call=lambda x: _rows(x).to_tensor(shape=[5, 3])),
        edge("no values", real(0), call=lambda x: _rows(x, [0, 0]).to_tensor(shape=[2, 2])),
    ],
    limits=NO_XLA,
)
ragged(
    "ragged_to_tensor_of_default",
    lambda x, d: _rows(x).to_tensor(default_value=tf.reshape(d, [])),
    flat,
    real(1),
    edges=[
        edge("wide, a row", wide, real(2), call=lambda x, d: _rows(x).to_tensor(default_value=d)),
        edge("wide, a row of rank 2", real(4, 2, 2), real(1, 2), call=lambda x, d: _rows(x).to_tensor(default_value=d)),
        edge("wide, a column", real(4, 2, 2), real(2, 1), call=lambda x, d: _rows(x).to_tensor(default_value=d)),
        edge("wide, a scalar", wide, real(1)),
        edge(
            "padded", flat, real(1), call=lambda x, d: _rows(x).to_tensor(default_value=tf.reshape(d, []), shape=[6, 3])
        ),
    ],
    limits=NO_XLA,
)
ragged(
    "ragged_from_tensor",
    lambda x: tf.RaggedTensor.from_tensor(x, lengths=[2, 0]).flat_values,
    real(2, 3),
    limits=NO_XLA,
)
ragged(
    "ragged_to_sparse",
    lambda x: _rows(x).to_sparse().values,
    flat,
    edges=[edge("wide", wide), edge("nested", call=lambda x: _nested(x).to_sparse().values)],
    limits=NO_XLA,
)
ragged(
    "ragged_from_sparse",
    lambda x: tf.RaggedTensor.from_sparse(tf.SparseTensor([[0, 0], [0, 1], [2, 0], [2, 1]], x, [3, 2])).flat_values,
    flat,
    limits=NO_XLA,
)
ragged(
    "ragged_fill_empty_rows",
    lambda x, d: (
        tf.ragged.fill_empty_rows(_rows(x), tf.reshape(d, []))[0].values
        if hasattr(tf.ragged, "fill_empty_rows")
        else tf.raw_ops.RaggedFillEmptyRows(
            value_rowids=tf.constant([0, 0, 2, 3], tf.int64),
            values=x,
            nrows=tf.constant(4, tf.int64),
            default_value=tf.reshape(d, []),
        )[1]
    ),
    flat,
    real(1),
    limits={**NO_XLA, "second": NO_SECOND, "forward": NO_SECOND},
)
ragged(
    "ragged_through_variant",
    lambda x: tf.raw_ops.RaggedTensorFromVariant(
        encoded_ragged=tf.raw_ops.RaggedTensorToVariant(
            rt_nested_splits=[tf.constant([0, 2, 2, 4], tf.int64)], rt_dense_values=x, batched_input=True
        ),
        input_ragged_rank=0,
        output_ragged_rank=1,
        Tvalues=x.dtype,
        Tsplits=tf.int64,
    )[1],
    flat,
    limits=NO_XLA,
)
ragged(
    "ragged_map_fn",
    lambda x: tf.map_fn(tf.reduce_sum, _rows(x), fn_output_signature=x.dtype),
    flat,
    edges=_each(
        (
            "to ragged",
            lambda x: (
                tf.map_fn(tf.square, _rows(x), fn_output_signature=tf.RaggedTensorSpec([None], x.dtype, 0)).flat_values
            ),
        )
    ),
    limits={**NO_XLA, "reverse over reverse": NO_SECOND},
)

# Gathered.
ragged(
    "ragged_gather",
    lambda x: tf.gather(_rows(x), [2, 0, 0]).flat_values,
    flat,
    edges=[
        edge("wide", wide),
        edge("by ragged", call=lambda x: tf.gather(_rows(x), tf.ragged.constant([[0], [3, 0]])).flat_values),
        edge("empty rows", call=lambda x: tf.gather(_rows(x), [1, 1]).flat_values),
        edge("nested", call=lambda x: tf.gather(_nested(x), [1, 0]).flat_values),
        edge(
            "batch_dims=1",
            call=lambda x: (
                tf.gather(_rows(x), tf.ragged.constant([[1, 1], [], [0], []], dtype=tf.int32), batch_dims=1).flat_values
            ),
        ),
    ],
    limits=NO_XLA,
)
ragged("ragged_gather_nd", lambda x: tf.gather_nd(_rows(x), [[0, 1], [2, 0], [0, 1]]), flat, limits=NO_XLA)
ragged(
    "ragged_getitem",
    lambda x: _rows(x)[0:3, :1].flat_values,
    flat,
    edges=_each(("one row", lambda x: _rows(x)[0]), ("reversed", lambda x: _rows(x)[::-1].flat_values)),
    limits=NO_XLA,
)
ragged(
    "ragged_boolean_mask",
    lambda x: tf.ragged.boolean_mask(_rows(x), tf.ragged.constant([[True, False], [], [True], [True]])).flat_values,
    flat,
    limits=NO_XLA,
)

# Reduced.
for _name in ("sum", "mean", "prod", "max", "min", "variance", "std"):
    ragged(
        f"ragged_reduce_{_name}",
        lambda x, name=_name: getattr(tf.math, f"reduce_{name}")(_rows(x, [3, 2]), axis=1),
        distinct(5),
        edges=[
            # The deviation of one number alone is zero, at which a root has no derivative.
            (kink if _name == "std" else edge)(
                "axis=0", call=lambda x, name=_name: getattr(tf.math, f"reduce_{name}")(_rows(x, [3, 2]), axis=0)
            ),
            edge("all", call=lambda x, name=_name: getattr(tf.math, f"reduce_{name}")(_rows(x, [3, 2]))),
            *(
                [
                    edge(
                        "an empty row",
                        call=lambda x, name=_name: getattr(tf.math, f"reduce_{name}")(_rows(x, [3, 0, 2]), axis=1),
                    )
                ]
                if _name in ("sum", "prod")
                else []
            ),
            *([edge("zeros", [0.0, 2.0, 3.0, 0.0, 0.0])] if _name == "prod" else []),
            kink("tie", [1.0, 1.0, 1.0, 2.0, 2.0]),
        ],
        limits=NO_XLA,
    )
ragged("ragged_softmax", lambda x: tf.nn.softmax(_rows(x, [3, 1])).flat_values, flat, limits=NO_XLA)

# Joined and multiplied.
ragged(
    "ragged_concat",
    lambda x, y: tf.concat([_rows(x), _rows(y, [1, 1, 0, 1])], axis=1).flat_values,
    flat,
    real(3),
    edges=[
        edge("axis=0", flat, real(3), call=lambda x, y: tf.concat([_rows(x), _rows(y, [1, 2])], axis=0).flat_values)
    ],
    limits=NO_XLA,
)
ragged(
    "ragged_stack", lambda x, y: tf.ragged.stack([_rows(x), _rows(y, [1, 2])]).flat_values, flat, real(3), limits=NO_XLA
)
ragged("ragged_tile", lambda x: tf.tile(_rows(x), [2, 2]).flat_values, flat, limits=NO_XLA)
ragged("ragged_reverse", lambda x: tf.reverse(_rows(x), axis=[1]).flat_values, flat, limits=NO_XLA)
ragged("ragged_multiply", lambda x, y: (_rows(x) * _rows(y)).flat_values, flat, flat, limits=NO_XLA)
ragged(
    "ragged_broadcast",
    lambda x, y: (_rows(x, [3, 1]) * y).flat_values,
    flat,
    real(2, 1),
    edges=[edge("a scalar", flat, 1.5)],
    limits=NO_XLA,
)
ragged(
    "ragged_where",
    lambda x, y: tf.where(tf.ragged.constant([[True, False], [], [True], [False]]), _rows(x), _rows(y)).flat_values,
    flat,
    flat,
    limits=NO_XLA,
)
ragged(
    "ragged_matmul",
    lambda x, y: (
        tf.linalg.matmul(
            tf.RaggedTensor.from_row_lengths(x, [1, 2]), tf.RaggedTensor.from_row_lengths(y, [2, 2])
        ).flat_values
    ),
    real(3, 2),
    real(4, 2),
    limits={**NO_XLA, "reverse over reverse": NO_SECOND, "forward over reverse": NO_SECOND},
)
ragged(
    "ragged_matvec",
    lambda x, y: tf.linalg.matvec(tf.RaggedTensor.from_row_lengths(x, [1, 2]), y).flat_values,
    real(3, 2),
    real(2, 2),
    limits=NO_XLA,
)
ragged(
    "ragged_einsum",
    lambda x, y: tf.einsum("bij,bkj->bik", tf.RaggedTensor.from_row_lengths(x, [1, 2]).to_tensor(), y),
    real(3, 2),
    real(2, 2, 2),
    limits=NO_XLA,
)
ragged(
    "ragged_segment_sum",
    lambda x: tf.math.unsorted_segment_sum(_rows(x), [0, 1, 0, 1], 2).flat_values,
    flat,
    limits=NO_XLA,
)
ragged("ragged_divide", lambda x, y: (_rows(x) / _rows(y)).flat_values, flat, away(4), dtypes=REAL, limits=NO_XLA)
