"""Diagonals: made, taken and set, in every version, with bands of them and each alignment."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import real
from gradcheck.op import Edge, Family, edge

diagonals = Family("diagonals")
NOT_WRITTEN = "its gradient function gives None: nobody has written that derivative"
MOST = ("bfloat16", "float64", "complex64")
ALIGNED = ("LEFT_RIGHT", "RIGHT_LEFT", "LEFT_LEFT", "RIGHT_RIGHT")


def _aligned(call: Any, *inputs: Any) -> list[Edge]:
    return [edge(a.lower(), *inputs, call=lambda *x, a=a: call(*x, align=a)) for a in ALIGNED]


# Made.
diagonals(
    "tensor_diag",
    tf.linalg.tensor_diag,
    real(3),
    dtypes=("float64", "complex64"),
    edges=[edge("of rank 2", real(2, 2))],
)
diagonals("matrix_diag_v1", lambda x: tf.raw_ops.MatrixDiag(diagonal=x), real(2, 3))
diagonals(
    "matrix_diag_v2",
    lambda x: tf.raw_ops.MatrixDiagV2(
        diagonal=x, k=[-1, 0], num_rows=3, num_cols=3, padding_value=tf.zeros([], x.dtype)
    ),
    real(2, 3),
)
diagonals(
    "matrix_diag",
    tf.linalg.diag,
    real(2, 3),
    dtypes=MOST,
    edges=[
        edge("above", call=lambda x: tf.linalg.diag(x, k=1)),
        edge("below", call=lambda x: tf.linalg.diag(x, k=-2)),
        edge("rows and columns", call=lambda x: tf.linalg.diag(x, k=0, num_rows=3, num_cols=5)),
        edge("padded", call=lambda x: tf.linalg.diag(x, padding_value=1.5)),
        edge("empty", real(2, 0)),
        *_aligned(lambda x, **o: tf.linalg.diag(x, k=(-1, 1), **o), real(3, 3)),
    ],
)
diagonals(
    "matrix_diag_of_padding",
    lambda x, p: tf.linalg.diag(x, padding_value=tf.reshape(p, [])),
    real(3),
    real(1),
    absent={1: NOT_WRITTEN},
)

# Taken.
diagonals(
    "tensor_diag_part",
    tf.linalg.tensor_diag_part,
    real(3, 3),
    dtypes=("float64", "complex64"),
    edges=[edge("of rank 4", real(1, 2, 1, 2))],
)
diagonals(
    "matrix_diag_part_v1",
    lambda x: tf.raw_ops.MatrixDiagPart(input=x),
    real(2, 3, 3),
    edges=[edge("wide", real(2, 3)), edge("tall", real(3, 2))],
)
diagonals(
    "matrix_diag_part_v2",
    lambda x: tf.raw_ops.MatrixDiagPartV2(input=x, k=[-1, 1], padding_value=tf.zeros([], x.dtype)),
    real(3, 3),
    edges=[edge("wide", real(2, 3)), edge("tall", real(3, 2))],
)
diagonals(
    "matrix_diag_part",
    tf.linalg.diag_part,
    real(3, 3),
    dtypes=MOST,
    edges=[
        edge("wide", real(2, 2, 3)),
        edge("tall", real(3, 2)),
        edge("above", call=lambda x: tf.linalg.diag_part(x, k=2)),
        edge("below", real(2, 4), call=lambda x: tf.linalg.diag_part(x, k=-1)),
        edge("padded", call=lambda x: tf.linalg.diag_part(x, k=(0, 1), padding_value=1.5)),
        *_aligned(lambda x, **o: tf.linalg.diag_part(x, k=(-1, 2), **o), real(3, 4)),
    ],
)
diagonals(
    "matrix_diag_part_of_padding",
    lambda x, p: tf.linalg.diag_part(x, k=(0, 1), padding_value=tf.reshape(p, [])),
    real(3, 3),
    real(1),
    absent={1: NOT_WRITTEN},
)
diagonals("trace", tf.linalg.trace, real(2, 3, 3), edges=[edge("wide", real(2, 3))])

# Set.
diagonals(
    "matrix_set_diag_v1",
    lambda x, d: tf.raw_ops.MatrixSetDiag(input=x, diagonal=d),
    real(2, 3, 3),
    real(2, 3),
    edges=[edge("wide", real(2, 3), real(2))],
)
diagonals(
    "matrix_set_diag_v2",
    lambda x, d: tf.raw_ops.MatrixSetDiagV2(input=x, diagonal=d, k=[-1, 0]),
    real(3, 3),
    real(2, 3),
)
diagonals(
    "matrix_set_diag",
    tf.linalg.set_diag,
    real(3, 3),
    real(3),
    dtypes=MOST,
    edges=[
        edge("wide", real(2, 2, 3), real(2, 2)),
        edge("above", real(3, 3), real(2), call=lambda x, d: tf.linalg.set_diag(x, d, k=1)),
        edge("below", real(3, 3), real(1), call=lambda x, d: tf.linalg.set_diag(x, d, k=-2)),
        edge("above, wide", real(2, 4), real(2), call=lambda x, d: tf.linalg.set_diag(x, d, k=1)),
        edge("below, tall", real(4, 2), real(2, 2), call=lambda x, d: tf.linalg.set_diag(x, d, k=(-2, -1))),
        edge("a band of one", real(3, 3), real(1, 2), call=lambda x, d: tf.linalg.set_diag(x, d[0], k=(1, 1))),
        *_aligned(lambda x, d, **o: tf.linalg.set_diag(x, d, k=(-1, 1), **o), real(3, 3), real(3, 3)),
    ],
)
diagonals(
    "band_part",
    lambda x: tf.linalg.band_part(x, 1, 0),
    real(3, 3),
    dtypes=MOST,
    edges=[
        edge("upper", call=lambda x: tf.linalg.band_part(x, 0, -1)),
        edge("wide", real(2, 2, 4), call=lambda x: tf.linalg.band_part(x, -1, 1)),
        edge("int64", call=lambda x: tf.linalg.band_part(x, tf.constant(0, tf.int64), tf.constant(1, tf.int64))),
    ],
)
