"""Faults of linear algebra, decompositions, diagonals and signals."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known("banded-solve-one-band"),
    Known("det-complex"),
    Known("det-singular"),
    Known("eigh-small"),
    Known("irfft2d-cropped"),
    Known("rfft-cropped"),
    Known("matrix-solve-ls-complex"),
    Known("matrix-solve-ls-regularizer"),
    Known("slogdet-complex"),
    Known("sqrtm-complex"),
    Known("tridiagonal-solve-complex"),
    Known("diag-padding-none"),
)
