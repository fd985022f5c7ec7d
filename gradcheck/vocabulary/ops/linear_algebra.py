"""Products of matrices."""

from collections.abc import Sequence
from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, matrices, real
from gradcheck.op import COMPLEX, HALF, REAL, Call, Family, edge

linear_algebra = Family("linear_algebra")
EVERY = (*HALF, *COMPLEX)
BOTH = (*REAL, *COMPLEX)


def _einsum(equation: str) -> Call:
    return lambda *inputs: tf.einsum(equation, *inputs)


# Products
linear_algebra(
    "matmul",
    tf.matmul,
    real(2, 3),
    real(3, 2),
    dtypes=EVERY,
    edges=[
        edge("transpose_a", real(3, 2), real(3, 2), call=lambda a, b: tf.matmul(a, b, transpose_a=True)),
        edge("transpose_b", real(2, 3), real(2, 3), call=lambda a, b: tf.matmul(a, b, transpose_b=True)),
        edge(
            "both transposed",
            real(3, 2),
            real(2, 3),
            call=lambda a, b: tf.matmul(a, b, transpose_a=True, transpose_b=True),
        ),
        edge("adjoint_a", real(3, 2), real(3, 2), call=lambda a, b: tf.matmul(a, b, adjoint_a=True)),
        edge("adjoint_b", real(2, 3), real(2, 3), call=lambda a, b: tf.matmul(a, b, adjoint_b=True)),
        edge("same input", real(2, 2), call=lambda a: tf.matmul(a, a)),
        edge("no inner entries", real(2, 0), real(0, 2)),
        edge("no rows", real(0, 3), real(3, 2)),
        edge("zeros", [[0.0, 0.0]], [[0.0], [1.0]]),
    ],
)
linear_algebra(
    "batch_matmul",
    tf.matmul,
    real(2, 2, 3),
    real(2, 3, 2),
    dtypes=EVERY,
    edges=[
        edge("broadcast left", real(2, 3), real(2, 3, 2)),
        edge("broadcast both", real(2, 1, 2, 2), real(3, 2, 1)),
        edge("empty batch", real(0, 2, 3), real(0, 3, 2)),
        edge("transpose_a", real(2, 3, 2), real(3, 2), call=lambda a, b: tf.matmul(a, b, transpose_a=True)),
        edge("adjoint_a", real(2, 3, 2), real(2, 3, 2), call=lambda a, b: tf.matmul(a, b, adjoint_a=True)),
        edge("adjoint_b", real(2, 2, 3), real(1, 2, 3), call=lambda a, b: tf.matmul(a, b, adjoint_b=True)),
        edge(
            "both adjoint",
            real(2, 3, 2),
            real(2, 2, 3),
            call=lambda a, b: tf.matmul(a, b, adjoint_a=True, adjoint_b=True),
        ),
    ],
)
linear_algebra(
    "batch_matmul_v1",
    lambda a, b: tf.raw_ops.BatchMatMul(x=a, y=b),
    real(2, 2, 3),
    real(2, 3, 2),
    dtypes=EVERY,
    edges=[
        edge("adj_x", real(2, 3, 2), real(2, 3, 2), call=lambda a, b: tf.raw_ops.BatchMatMul(x=a, y=b, adj_x=True)),
        edge("adj_y", real(2, 2, 3), real(2, 2, 3), call=lambda a, b: tf.raw_ops.BatchMatMul(x=a, y=b, adj_y=True)),
        edge(
            "adj_x, adj_y",
            real(2, 3, 2),
            real(2, 2, 3),
            call=lambda a, b: tf.raw_ops.BatchMatMul(x=a, y=b, adj_x=True, adj_y=True),
        ),
    ],
)
linear_algebra(
    "batch_matmul_v3",
    lambda a, b: tf.raw_ops.BatchMatMulV3(x=a, y=b, Tout=a.dtype),
    real(2, 2, 3),
    real(2, 3, 2),
    dtypes=EVERY,
    edges=[
        edge("broadcast", real(2, 3), real(2, 3, 2)),
        edge(
            "adj_x, adj_y",
            real(2, 3, 2),
            real(2, 2, 3),
            call=lambda a, b: tf.raw_ops.BatchMatMulV3(x=a, y=b, Tout=a.dtype, adj_x=True, adj_y=True),
        ),
        edge(
            "adj_y",
            real(2, 3),
            real(2, 2, 3),
            call=lambda a, b: tf.raw_ops.BatchMatMulV3(x=a, y=b, Tout=a.dtype, adj_y=True),
        ),
    ],
)
linear_algebra(
    "sparse_matmul",
    lambda a, b: tf.raw_ops.SparseMatMul(a=a, b=b, a_is_sparse=True),
    away(2, 3),
    real(3, 2),
    dtypes=("bfloat16", "float32"),
    limits={"xla": "XLA has no kernel for SparseMatMul"},
    edges=[
        edge(
            "transpose_a",
            real(3, 2),
            real(3, 2),
            call=lambda a, b: tf.raw_ops.SparseMatMul(a=a, b=b, a_is_sparse=True, transpose_a=True),
        ),
        edge(
            "transpose_b",
            real(2, 3),
            real(2, 3),
            call=lambda a, b: tf.raw_ops.SparseMatMul(a=a, b=b, b_is_sparse=True, transpose_b=True),
        ),
        edge(
            "both transposed",
            real(3, 2),
            real(2, 3),
            call=lambda a, b: tf.raw_ops.SparseMatMul(a=a, b=b, transpose_a=True, transpose_b=True),
        ),
        edge("same input", real(2, 2), call=lambda a: tf.raw_ops.SparseMatMul(a=a, b=a, a_is_sparse=True)),
    ],
)
linear_algebra("matvec", tf.linalg.matvec, real(2, 3), real(3), dtypes=EVERY)
linear_algebra(
    "tensordot",
    lambda a, b: tf.tensordot(a, b, axes=[[1, 2], [0, 1]]),
    real(2, 2, 3),
    real(2, 3, 2),
    dtypes=EVERY,
    edges=[
        edge("axes=0", real(2), real(3), call=lambda a, b: tf.tensordot(a, b, 0)),
        edge("axes=1", real(2, 3), real(3), call=lambda a, b: tf.tensordot(a, b, 1)),
        edge("negative axes", real(2, 3), real(3, 2), call=lambda a, b: tf.tensordot(a, b, [[-1], [-2]])),
    ],
)
linear_algebra("outer", lambda a, b: tf.tensordot(a, b, 0), real(2), real(2, 2), dtypes=BOTH)
linear_algebra(
    "cross",
    tf.linalg.cross,
    real(2, 3),
    real(2, 3),
    dtypes=HALF,
    limits={"xla": "XLA has no kernel for Cross"},
    edges=[edge("parallel", [1.0, 2.0, 3.0], [2.0, 4.0, 6.0]), edge("empty", real(0, 3), real(0, 3))],
)
linear_algebra("adjoint", tf.linalg.adjoint, real(2, 3), dtypes=EVERY)
linear_algebra("kronecker", lambda a, b: tf.einsum("ab,cd->acbd", a, b), real(2, 2), real(2, 2), dtypes=BOTH)
linear_algebra(
    "einsum",
    _einsum("ab,bc->ac"),
    real(2, 3),
    real(3, 2),
    dtypes=EVERY,
    edges=[
        edge("trace", real(3, 3), call=_einsum("aa->")),
        edge("diagonal", real(3, 3), call=_einsum("aa->a")),
        edge("transposed sum", real(2, 3, 2), call=_einsum("abc->ca")),
        edge("summed label", real(2, 3, 2), real(2, 2), call=_einsum("abc,cd->ad")),
        edge("repeated label", real(2, 2, 3), real(3), call=_einsum("aab,b->a")),
        edge("repeated summed label", real(3, 3, 2), real(2), call=_einsum("aab,b->")),
        edge("two summed labels", real(2, 2, 3), real(3, 2), call=_einsum("abc,cd->d")),
        edge("broadcast", real(2, 1, 2, 3), real(3, 3, 2), call=_einsum("...ab,...bc->...ac")),
        edge("ellipsis of one", real(2, 2, 3), real(3, 2), call=_einsum("...ab,bc->...ac")),
        edge("ellipsis last", real(2, 3, 2), real(3, 1), call=_einsum("ab...,b...->a...")),
        edge("ellipsis summed", real(2, 1, 3), real(2, 3), call=_einsum("...a,...a->...")),
        edge("scalar", real(2, 2), 2.0, call=_einsum("ab,->ba")),
        edge("all summed", real(2), real(3), call=_einsum("a,b->")),
        edge("three", real(2, 2), real(2, 3), real(3, 2), call=_einsum("ab,bc,cd->ad")),
        edge("empty", real(0, 3), real(3, 2)),
        edge("repeated output", real(3), call=lambda a: tf.raw_ops.Einsum(inputs=[a], equation="a->aa")),
        edge("same input", real(2, 2), call=lambda a: tf.einsum("ab,bc->ac", a, a)),
    ],
)
linear_algebra(
    "tridiagonal_matmul",
    tf.linalg.tridiagonal_matmul,
    real(3, 4),
    real(4, 2),
    dtypes=BOTH,
    limits={"xla": "XLA has no kernel for TridiagonalMatMul"},
    edges=[
        edge("batch", real(2, 3, 3), real(2, 3, 1)),
        edge("sequence", real(3), real(3), real(3), real(3, 2), call=lambda *inputs: _by_sequence(inputs)),
        edge("size 1", real(3, 1), real(1, 2)),
        edge("matrix", matrices(3, 3), real(3, 2), call=lambda a, x: tf.linalg.tridiagonal_matmul(a, x, "matrix")),
    ],
)


def _by_sequence(inputs: Sequence[Any]) -> Any:
    return tf.linalg.tridiagonal_matmul(tuple(inputs[:3]), inputs[3], diagonals_format="sequence")
