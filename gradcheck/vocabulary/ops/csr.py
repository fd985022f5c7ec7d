"""Sparse matrices in compressed rows (CSR): made, read, transposed and multiplied, each way to transpose.

Addition and softmax of them have no kernel on a CPU.
"""

from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import real
from gradcheck.op import Family, edge

csr = Family("csr")
NUMBERS = ("float64", "complex128")
NO_TANGENT = "forward mode has no tangents of CSR matrices"
LIMITS = {
    "xla": "XLA has no CSR matrices",
    "jacobian": "pfor's loop passes CSR matrices on without their shape and dtype",
    "forward": NO_TANGENT,
    "second": NO_TANGENT,
}
FULL = [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]
FEW = [[0, 1], [1, 0], [1, 2]]
LAST = [[0, 0], [1, 2]]
_HOW = ("transpose", "adjoint")


def _sparse(values: Any, places: Any = FEW, shape: Any = (2, 3)) -> Any:
    return tf.raw_ops.SparseTensorToCSRSparseMatrix(
        indices=tf.constant(places, tf.int64), values=values, dense_shape=tf.constant(shape, tf.int64)
    )


def _dense(matrix: Any, dtype: Any) -> Any:
    return tf.raw_ops.CSRSparseMatrixToDense(sparse_input=matrix, type=dtype)


def _by_dense(a: Any, b: Any, **options: Any) -> Any:
    return tf.raw_ops.SparseMatrixMatMul(a=_sparse(a), b=b, **options)


def _by_sparse(a: Any, b: Any, places: Any = FULL, **options: bool) -> Any:
    """Return a full matrix of 2 by 3 times a sparse one, whose shape is what the product needs."""
    mirrored = any(options.get(f"{how}_a") for how in _HOW) == any(options.get(f"{how}_b") for how in _HOW)
    other = _sparse(b, [[c, r] for r, c in places], (3, 2)) if mirrored else _sparse(b, places)
    product = tf.raw_ops.SparseMatrixSparseMatMul(a=_sparse(a, FULL), b=other, type=a.dtype, **options)
    return _dense(product, a.dtype)


def _in_function(a: Any, b: Any, **options: Any) -> Any:
    return tf.function(lambda a, b: _by_sparse(a, b, **options), autograph=False)(a, b)


# Made and read.
csr(
    "csr_of_values",
    lambda v: _dense(_sparse(v), v.dtype),
    real(3),
    dtypes=NUMBERS,
    edges=[
        edge(
            "of batches",
            real(3),
            call=lambda v: _dense(_sparse(v, [[0, 0, 1], [1, 0, 0], [1, 1, 2]], (2, 2, 3)), v.dtype),
        ),
        edge("an empty row", real(2), call=lambda v: _dense(_sparse(v, [[0, 1], [2, 0]], (3, 2)), v.dtype)),
        edge("a zero", [0.0, 1.0, 2.0]),
    ],
    limits=LIMITS,
)
csr(
    "csr_of_dense",
    lambda x: _dense(tf.raw_ops.DenseToCSRSparseMatrix(dense_input=x, indices=tf.constant(FEW, tf.int64)), x.dtype),
    real(2, 3),
    dtypes=NUMBERS,
    limits=LIMITS,
)
csr(
    "csr_to_sparse",
    lambda v: tf.raw_ops.CSRSparseMatrixToSparseTensor(sparse_matrix=_sparse(v), type=v.dtype)[1],
    real(3),
    dtypes=NUMBERS,
    limits=LIMITS,
)
for _conjugate in (False, True):
    csr(
        "csr_adjoint" if _conjugate else "csr_transpose",
        lambda v, conjugate=_conjugate: _dense(
            tf.raw_ops.SparseMatrixTranspose(input=_sparse(v), type=v.dtype, conjugate=conjugate), v.dtype
        ),
        real(3),
        dtypes=NUMBERS,
        limits=LIMITS,
    )
csr(
    "csr_multiply",
    lambda v, b: _dense(tf.raw_ops.SparseMatrixMul(a=_sparse(v), b=tf.reshape(b, [])), v.dtype),
    real(3),
    real(1),
    limits={**LIMITS, "form": "its gradient is registered to raise"},
)

# Multiplied by a dense matrix: of each way to transpose, where the sparse one is 2 by 3.
_WAYS: tuple[tuple[str, dict[str, bool]], ...] = (
    ("", {}),
    ("transposed first", {"transpose_a": True}),
    ("transposed second", {"transpose_b": True}),
    ("transposed both", {"transpose_a": True, "transpose_b": True}),
    ("adjoint first", {"adjoint_a": True}),
    ("adjoint second", {"adjoint_b": True}),
    ("adjoint both", {"adjoint_a": True, "adjoint_b": True}),
    ("adjoint first, transposed second", {"adjoint_a": True, "transpose_b": True}),
    ("transposed first, adjoint second", {"transpose_a": True, "adjoint_b": True}),
)


def _second(options: dict[str, bool]) -> tuple[int, int]:
    """Return the shape of what a matrix of 2 by 3 is multiplied by, so that the product has 2 more sizes."""
    rows = 2 if options.get("transpose_a") or options.get("adjoint_a") else 3
    return (4, rows) if options.get("transpose_b") or options.get("adjoint_b") else (rows, 4)


for _more, _outputs in (
    ("", {}),
    ("_transposed", {"transpose_output": True}),
    ("_conjugate", {"conjugate_output": True}),
    ("_adjoint", {"transpose_output": True, "conjugate_output": True}),
):
    csr(
        f"csr_matmul{_more}",
        lambda a, b, o=_outputs: _by_dense(a, b, **o),
        real(3),
        real(3, 4),
        dtypes=NUMBERS if _more in ("", "_transposed") else ("complex128",),
        edges=[
            edge(name, real(3), real(*_second(ways)), call=lambda a, b, o={**ways, **_outputs}: _by_dense(a, b, **o))
            for name, ways in _WAYS[1:]
        ],
        limits=LIMITS,
    )

# Multiplied by a sparse matrix, in a function: eagerly its gradient asks for what only CSRSparseMatrix notes.
csr(
    "csr_sparse_matmul",
    _in_function,
    real(6),
    real(6),
    dtypes=NUMBERS,
    edges=[edge(name, call=lambda a, b, o=ways: _in_function(a, b, **o)) for name, ways in _WAYS[1:]]
    + [
        edge("the second has few entries", real(6), real(2), call=lambda a, b: _in_function(a, b, places=LAST)),
        edge("eagerly", call=_by_sparse),
    ],
    limits=LIMITS,
)
