"""Faults of linear algebra, decompositions, diagonals and signals."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known(
        "banded-solve-one-band",
        ("banded_triangular_solve/*one*/*",),
        surely=("banded_triangular_solve/one band/float64/form",),
    ),
    Known(
        "det-complex",
        (
            "det/*complex*/numeric",
            "log_det*/*complex*/numeric",
        ),
        before=(2, 23),
    ),
    Known(
        "det-singular",
        ("det/*singular*/*", "det/zeros/*", "det/no value/*"),
        found="InvalidArgumentError: *Input is not invertible*",
        surely=("det/zeros/float64/form",),
        before=(2, 23),
    ),
    Known(
        "svd-small",
        ("svd/small/*/numeric", "eigh/small/*/numeric", "pinv/small/*/numeric"),
        what="reverse against numeric",
    ),
    # Of a gradient that is lost, two ways keep different rests.
    Known("svd-small", ("svd/small/*/second*", "eigh/small/*/second*", "pinv/small/*/second*"), surely=()),
    Known("svd-small", ("svd/small/*/xla", "eigh/small/*/xla", "pinv/small/*/xla"), found="*, allowed *", surely=()),
    Known(
        "pinv-equal-values",
        ("pinv/equal values/*",),
        surely=("pinv/equal values/float64/numeric",),
    ),
    Known("irfft2d-cropped", ("irfft*/*crop*/*",), surely=("irfft2d/cropped/complex128/form",)),
    Known("rfft-cropped", ("rfft*/*crop*/*", "stft/cropped/*"), surely=("rfft/cropped/float64/form",)),
    Known(
        "matrix-solve-ls-complex",
        (
            "*matrix_solve_ls/*complex*/numeric",
            "*lstsq/*complex*/numeric",
        ),
        surely=("matrix_solve_ls/complex128/numeric",),
    ),
    Known(
        "matrix-solve-ls-regularizer",
        (
            "regularised_*/numeric",
            "regularised_*/second*",
        ),
        surely=("regularised_matrix_solve_ls/float64/second",),
    ),
    Known("slogdet-complex", ("slogdet/*complex*/numeric",)),
    Known("sqrtm-complex", ("sqrtm/*complex*/numeric",)),
    Known(
        "tridiagonal-solve-complex",
        (
            "tridiagonal_solve/*complex*/numeric",
            "tridiagonal_solve/*complex*/forward*",
        ),
        surely=("tridiagonal_solve/complex128/forward",),
    ),
    Known("diag-part-v2-alignment", ("matrix_diag_part_v2/*/numeric",), before=(2, 23)),
    Known(
        "diag-part-unknown-sizes",
        (
            "matrix_diag_part*/*unknown",
            "matrix_diag_part*/*forward*",
            "tridiagonal_matmul/*unknown",
            "tridiagonal_solve/matrix/*unknown",
        ),
        found="ValueError: Shapes must be equal rank*",
        surely=("matrix_diag_part_v2/float64/unknown",),
    ),
)
