"""Decompositions of matrices, systems of equations, and functions of matrices."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import away, definite, lower, matrices, positive, real, symmetric
from gradcheck.op import COMPLEX, REAL, Family, edge, kink

decompositions = Family("decompositions")
XLA_ITERATES = "XLA iterates to a tolerance of its own, and compiles no complex matrices"
BOTH = (*REAL, *COMPLEX)
UNIT = [[1.0, 0.0], [0.0, 1.0]]
SINGULAR = [[1.0, 2.0], [2.0, 4.0]]
_BANDS = positive(2, 3)
_TRIDIAGONAL = [[0.5, -0.4, 0.0], [2.0, -3.0, 2.5], [0.0, 0.7, 0.6]]


def _turned(vectors: Any) -> Any:
    """Return vectors free of the phase that a decomposition may choose for each."""
    return vectors * tf.math.conj(vectors[..., :1, :])


def _eigh(a: Any) -> Any:
    values, vectors = tf.linalg.eigh(a)
    return values, _turned(vectors)


def _eig(a: Any) -> Any:
    """Add up over the pairs, whose order is promised nowhere and differs from dtype to dtype."""
    values, vectors = tf.linalg.eig(a)
    turned = tf.abs(tf.reduce_sum(vectors * tf.math.conj(vectors[..., ::-1, :]), -2)) ** 2
    return tf.reduce_sum(values**2, -1), tf.reduce_sum(turned**2, -1)


def _svd(a: Any, *, full: bool = False) -> Any:
    s, u, v = tf.linalg.svd(a, full_matrices=full)
    least = min(a.shape[-2:])
    turn = tf.math.conj(u[..., :1, :least])
    return s, u[..., :least] * turn, v[..., :least] * turn


def _limit(regularizer: Any) -> Any:
    return tf.cast(tf.reshape(regularizer, []), tf.float64)


# Decompositions
decompositions(
    "cholesky",
    tf.linalg.cholesky,
    definite(3, 3),
    dtypes=BOTH,
    edges=[
        edge("batch", definite(2, 2, 2)),
        edge("size 1", [[4.0]]),
        edge("unit", UNIT),
        edge("empty", real(0, 0)),
        edge("empty batch", real(0, 2, 2)),
    ],
)
decompositions(
    "qr",
    tf.linalg.qr,
    matrices(3, 3),
    dtypes=BOTH,
    edges=[
        edge("deep", real(3, 2)),
        edge("wide", real(2, 3)),
        edge("wide, full", real(2, 3), call=lambda a: tf.linalg.qr(a, full_matrices=True)),
        edge("batch", matrices(2, 2, 2)),
        edge("only r", real(3, 2), call=lambda a: tf.linalg.qr(a)[1]),
        edge("size 1", away(1, 1)),
    ],
    limits={"unknown": "its gradient needs known shapes"},
)
decompositions(
    "svd",
    _svd,
    real(2, 3),
    dtypes=BOTH,
    edges=[
        edge("deep", real(3, 2)),
        edge("square", matrices(2, 2)),
        edge("full, wide", real(2, 3), call=lambda a: _svd(a, full=True)),
        edge("full, deep", real(3, 2), call=lambda a: _svd(a, full=True)),
        edge("batch", real(2, 2, 2)),
        edge("small", matrices(2, 2), call=lambda a: _svd(1e-6 * a)),
        edge("only u", real(2, 2), call=lambda a: _turned(tf.linalg.svd(a)[1])),
    ],
    limits={"unknown": "its gradient needs known shapes"},
)
decompositions(
    "svdvals",
    lambda a: tf.linalg.svd(a, compute_uv=False),
    real(2, 3),
    dtypes=BOTH,
    edges=[
        edge("batch", real(2, 3, 2)),
        edge("sum of equal values", UNIT, call=lambda a: tf.reduce_sum(tf.linalg.svd(a, compute_uv=False))),
        edge("squares of no value", SINGULAR, call=lambda a: tf.linalg.svd(a, compute_uv=False) ** 2),
    ],
)
decompositions(
    "eigh",
    _eigh,
    symmetric(3, 3),
    dtypes=BOTH,
    edges=[
        edge("batch", symmetric(2, 2, 2)),
        edge("equal values", UNIT, call=lambda a: tf.reduce_sum(tf.linalg.eigh(a)[0] ** 2)),
        edge("small", symmetric(2, 2), call=lambda a: _eigh(1e-11 * a)),
        edge("size 1", [[2.0]]),
        edge("only vectors", symmetric(3, 3), call=lambda a: _turned(tf.linalg.eigh(a)[1])),
    ],
    limits={"xla": XLA_ITERATES},
)
decompositions(
    "eigvalsh",
    tf.linalg.eigvalsh,
    symmetric(3, 3),
    dtypes=BOTH,
    edges=[
        edge("batch", symmetric(2, 2, 2)),
        edge("sum of equal values", UNIT, call=lambda a: tf.reduce_sum(tf.linalg.eigvalsh(a))),
    ],
    limits={"xla": XLA_ITERATES},
)
decompositions(
    "eig",
    _eig,
    symmetric(3, 3),
    dtypes=BOTH,
    edges=[edge("not symmetric", [[2.0, 0.3], [-0.4, 0.5]]), edge("turning", [[0.5, -2.0], [1.0, 0.7]])],
    limits={"xla": "XLA has no kernel for Eig"},
)
decompositions(
    "eigvals",
    lambda a: tf.reduce_sum(tf.linalg.eigvals(a) ** 3, -1),
    matrices(2, 2),
    dtypes=BOTH,
    limits={"xla": "XLA has no kernel for Eig"},
)

# Functions of matrices
decompositions(
    "inverse",
    tf.linalg.inv,
    matrices(3, 3),
    dtypes=BOTH,
    edges=[
        edge("adjoint", matrices(3, 3), call=lambda a: tf.linalg.inv(a, adjoint=True)),
        edge("batch", matrices(2, 2, 2)),
        edge("empty", real(0, 0)),
    ],
)
decompositions(
    "pinv",
    tf.linalg.pinv,
    real(2, 3),
    edges=[
        edge("deep", real(3, 2)),
        edge("square", matrices(2, 2)),
        edge("equal values", UNIT),
        edge("small", matrices(2, 2), call=lambda a: 1e-6 * tf.linalg.pinv(1e-6 * a)),
    ],
    limits={"unknown": "the gradient of a decomposition says that it must know the sizes"},
)
decompositions(
    "det",
    tf.linalg.det,
    matrices(3, 3),
    dtypes=BOTH,
    edges=[
        edge("singular", SINGULAR),
        edge("zeros", [[0.0, 0.0], [0.0, 1.0]]),
        edge("batch", matrices(2, 2, 2)),
        edge("size 1", [[-2.0]]),
        edge("no value", [[0.0]]),
        edge("empty", real(0, 0)),
    ],
)
decompositions(
    "slogdet",
    tf.linalg.slogdet,
    matrices(3, 3),
    dtypes=BOTH,
    edges=[
        edge("negative", [[1.0, 2.0], [3.0, 4.0]]),
        edge("batch", matrices(2, 2, 2)),
        edge("only logarithm", matrices(2, 2), call=lambda a: tf.linalg.slogdet(a)[1]),
    ],
)
decompositions(
    "logdet",
    tf.linalg.logdet,
    definite(3, 3),
    dtypes=BOTH,
    edges=[edge("batch", definite(2, 2, 2)), edge("unit", UNIT)],
)
decompositions(
    "sqrtm",
    tf.linalg.sqrtm,
    definite(3, 3),
    dtypes=BOTH,
    edges=[
        edge("batch", definite(2, 2, 2)),
        edge("not symmetric", [[2.0, 0.5], [-0.4, 1.0]]),
        edge("unit", UNIT),
    ],
    limits={"xla": "XLA has no kernel for MatrixSquareRoot"},
)
decompositions(
    "expm",
    tf.linalg.expm,
    real(3, 3),
    dtypes=BOTH,
    edges=[
        edge("zero", [[0.0, 0.0], [0.0, 0.0]]),
        edge("large", [[4.0, -7.0], [2.0, 3.0]]),
        edge("small", [[1e-3, 2e-3], [0.0, 1e-3]]),
        edge("batch of two sizes", [[[0.01, 0.02], [0.0, 0.01]], [[4.0, 2.0], [1.0, 3.0]]]),
        edge("size 1", [[2.0]]),
    ],
)
decompositions(
    "norm",
    lambda a: tf.norm(a, ord="fro", axis=(-2, -1)),
    real(2, 3),
    dtypes=BOTH,
    edges=[
        edge("ord=2", matrices(2, 2), call=lambda a: tf.norm(a, ord=2, axis=(-2, -1))),
        edge("ord=3", positive(2, 3), call=lambda a: tf.norm(a, ord=3, axis=-1, keepdims=True)),
        kink("zero", [[0.0, 0.0]]),
    ],
)

# Systems of equations
decompositions(
    "solve",
    tf.linalg.solve,
    matrices(3, 3),
    real(3, 2),
    dtypes=BOTH,
    edges=[
        edge("adjoint", matrices(3, 3), real(3, 2), call=lambda a, b: tf.linalg.solve(a, b, adjoint=True)),
        edge("batch", matrices(2, 2, 2), real(2, 2, 1)),
        edge("no right side", matrices(2, 2), real(2, 0)),
        edge("empty", real(0, 0), real(0, 2)),
    ],
)
decompositions(
    "triangular_solve",
    tf.linalg.triangular_solve,
    lower(3, 3),
    real(3, 2),
    dtypes=BOTH,
    edges=[
        edge("adjoint", lower(3, 3), real(3, 2), call=lambda a, b: tf.linalg.triangular_solve(a, b, adjoint=True)),
        edge("upper", matrices(3, 3), real(3, 2), call=lambda a, b: tf.linalg.triangular_solve(a, b, lower=False)),
        edge(
            "upper, adjoint",
            matrices(3, 3),
            real(3, 2),
            call=lambda a, b: tf.linalg.triangular_solve(a, b, lower=False, adjoint=True),
        ),
        edge("broadcast", lower(2, 2), real(2, 2, 1)),
        edge("broadcast matrix", lower(2, 2, 2), real(2, 1)),
        edge("full matrix", matrices(3, 3), real(3, 2)),
    ],
)
decompositions("cholesky_solve", tf.linalg.cholesky_solve, lower(3, 3), real(3, 2), dtypes=BOTH)
decompositions(
    "banded_triangular_solve",
    tf.linalg.banded_triangular_solve,
    positive(2, 3),
    real(3, 2),
    dtypes=BOTH,
    limits={"xla": "XLA has no kernel for BandedTriangularSolve"},
    edges=[
        edge("upper", _BANDS, real(3, 2), call=lambda a, b: tf.linalg.banded_triangular_solve(a, b, lower=False)),
        edge("adjoint", _BANDS, real(3, 2), call=lambda a, b: tf.linalg.banded_triangular_solve(a, b, adjoint=True)),
        edge(
            "upper, adjoint",
            _BANDS,
            real(3, 2),
            call=lambda a, b: tf.linalg.banded_triangular_solve(a, b, lower=False, adjoint=True),
        ),
        edge("one band", positive(1, 3), real(3, 2)),
        edge("three bands", positive(3, 3), real(3, 1)),
        edge("broadcast", positive(2, 2), real(2, 2, 1)),
        edge("batch", positive(2, 2, 2), real(2, 2, 1)),
    ],
)
decompositions(
    "tridiagonal_solve",
    tf.linalg.tridiagonal_solve,
    positive(3, 3),
    real(3, 2),
    dtypes=BOTH,
    edges=[
        edge(
            "no pivoting",
            _TRIDIAGONAL,
            real(3, 2),
            call=lambda d, b: tf.linalg.tridiagonal_solve(d, b, partial_pivoting=False),
        ),
        edge("vector", _TRIDIAGONAL, real(3)),
        edge(
            "transposed right",
            _TRIDIAGONAL,
            real(2, 3),
            call=lambda d, b: tf.linalg.tridiagonal_solve(d, b, transpose_rhs=True),
        ),
        edge(
            "conjugated right",
            _TRIDIAGONAL,
            real(2, 3),
            call=lambda d, b: tf.linalg.tridiagonal_solve(d, b, transpose_rhs=True, conjugate_rhs=True),
        ),
        edge("size 2", [[0.5, 0.0], [2.0, 3.0], [0.0, 1.0]], real(2, 2)),
        edge("size 1", [[0.0], [2.0], [0.0]], real(1, 2)),
        edge(
            "matrix",
            matrices(3, 3),
            real(3, 2),
            call=lambda a, b: tf.linalg.tridiagonal_solve(a, b, diagonals_format="matrix"),
        ),
    ],
)
decompositions(
    "lstsq",
    tf.linalg.lstsq,
    matrices(3, 3),
    real(3, 2),
    dtypes=BOTH,
    edges=[
        edge("deep", real(3, 2), real(3, 2)),
        edge("wide", real(2, 3), real(2, 2)),
        edge("batch", real(2, 3, 2), real(2, 3, 1)),
    ],
)
decompositions(
    "regularised_lstsq",
    lambda a, b, r: tf.linalg.lstsq(a, b, l2_regularizer=tf.reshape(r, [])),
    real(3, 2),
    real(3, 2),
    positive(1),
    edges=[edge("wide", real(2, 3), real(2, 2), 0.5)],
)
decompositions(
    "matrix_solve_ls",
    lambda a, b: tf.raw_ops.MatrixSolveLs(matrix=a, rhs=b, l2_regularizer=_limit(0), fast=True),
    real(3, 2),
    real(3, 2),
    dtypes=BOTH,
    limits={"xla": "XLA has no kernel for MatrixSolveLs"},
    edges=[
        edge("wide", real(2, 3), real(2, 2)),
        edge("square", matrices(2, 2), real(2, 2)),
        edge("batch", real(2, 3, 2), real(2, 3, 1)),
    ],
)
decompositions(
    "regularised_matrix_solve_ls",
    lambda a, b, r: tf.raw_ops.MatrixSolveLs(matrix=a, rhs=b, l2_regularizer=_limit(r), fast=True),
    real(3, 2),
    real(3, 2),
    positive(1),
    limits={"xla": "XLA has no kernel for MatrixSolveLs"},
    edges=[edge("wide", real(2, 3), real(2, 2), 0.5)],
)
