"""Faults of elementwise, special, binary and reducing operations, and of quantisation."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known(
        "xla-complex-sqrt",
        (
            "sqrt/*complex*/xla",
            "sqrt_grad/*complex*/xla",
        ),
        surely=("sqrt/complex128/xla",),
    ),
    Known("bessel-i1-zero", ("bessel_i1*/zero/*",)),
    Known("bessel-j1-second-order", ("bessel_j1/zero/*/second*",)),
    Known("clip-by-global-norm-zero", ("clip_by_global_norm/*zero*/*",)),
    Known("cumprod-complex", ("cumprod/*complex*/numeric",)),
    Known("cumprod-zero", ("cumprod/*zero*/*",)),
    Known("cumulative-logsumexp-second-order", ("cumulative_logsumexp/*/second*",)),
    Known("euclidean-norm-complex", ("reduce_euclidean_norm/*complex*/numeric",)),
    Known("euclidean-norm-second-order", ("reduce_euclidean_norm/*/second*",)),
    Known("igamma-zero", ("igamma*/*zero*/*",)),
    Known("logaddexp-tie", ("logaddexp*/equal/*",)),
    Known(
        "multiply-no-nan-complex",
        (
            "multiply_no_nan/*complex*/numeric",
            "multiply_no_nan/*complex*/forward*",
        ),
    ),
    Known("pow-zero-exponent", ("pow/zero base, exponent 0/*",)),
    Known("quantize-second-order", ("quantize_and_dequantize*",), found="TypeError: _QuantizeAndDequantizeV4GradGrad*"),
    Known("sinc-zero", ("sinc/zero/*",)),
    Known("spence-second-order", ("spence/one/*/second*",)),
    Known("squared-difference-complex", ("squared_difference/*complex*/numeric",)),
    Known(
        "xlogy-complex",
        (
            "xlogy/*complex*/numeric",
            "xlog1py/*complex*/numeric",
            "xdivy/*complex*/numeric",
        ),
    ),
    Known(
        "xlogy-zero",
        (
            "xlogy/*zero*/*",
            "xlog1py/zero/*",
            "xdivy/zero/*",
        ),
    ),
    Known("zeta-second-order", ("zeta/*/second*",), surely=("zeta/float64/second",)),
)
