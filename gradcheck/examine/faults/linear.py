"""Faults of linear algebra, decompositions, diagonals and signals."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known("banded-solve-one-band", ("banded_triangular_solve/*one*/*",)),
    Known(
        "det-complex",
        (
            "det/*complex*/numeric",
            "log_det*/*complex*/numeric",
        ),
    ),
    Known("det-singular", ("det/*singular*/*",)),
    Known(
        "svd-small",
        ("svd/small/*/numeric", "eigh/small/*/numeric", "pinv/small/*/numeric"),
        what="reverse against numeric",
    ),
    Known(
        "pinv-equal-values",
        ("pinv/equal values/*",),
        surely=("pinv/equal values/float64/numeric",),
    ),
    Known("irfft2d-cropped", ("irfft*d/*crop*/*",)),
    Known("rfft-cropped", ("rfft*/*crop*/*",)),
    Known(
        "matrix-solve-ls-complex",
        (
            "*matrix_solve_ls/*complex*/numeric",
            "*lstsq/*complex*/numeric",
        ),
    ),
    Known(
        "matrix-solve-ls-regularizer",
        (
            "regularised_*/numeric",
            "regularised_*/second*",
        ),
    ),
    Known("slogdet-complex", ("slogdet/*complex*/numeric",)),
    Known("sqrtm-complex", ("sqrtm/*complex*/numeric",)),
    Known(
        "tridiagonal-solve-complex",
        (
            "tridiagonal_solve/*complex*/numeric",
            "tridiagonal_solve/*complex*/forward*",
        ),
    ),
    Known("diag-part-v2-alignment", ("matrix_diag_part_v2/*/numeric",)),
    Known(
        "diag-part-unknown-sizes",
        ("matrix_diag_part*/*unknown",),
        found="ValueError: Shapes must be equal rank*",
        surely=("matrix_diag_part_v2/float64/unknown",),
    ),
)
