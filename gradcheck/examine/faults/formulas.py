"""Faults of elementwise, special, binary and reducing operations, and of quantisation."""

from gradcheck.examine.known import Known

_ISSUES = "https://github.com/tensorflow/tensorflow/issues/"

FAULTS: tuple[Known, ...] = (
    Known(
        "xla-complex-sqrt",
        (
            *("sqrt/complex*/xla", "rsqrt/complex*/xla", "reciprocal/complex*/xla", "inv/complex*/xla"),
            *("sqrt_grad/complex*/xla", "rsqrt_grad/complex*/xla", "reciprocal_grad/complex*/xla"),
        ),
        surely=("sqrt/complex128/xla", "reciprocal/complex128/xla"),
    ),
    # The second derivative of bessel_i0 at zero is the first one of bessel_i1.
    Known(
        "bessel-i1-zero",
        ("bessel_i1/zero/*/numeric", "bessel_i1/zero/*/second", "bessel_i0/zero/*/second*"),
        surely=("bessel_i1/zero/float64/numeric",),
        issue=f"{_ISSUES}120578",
        before=(2, 23),
    ),
    Known(
        "bessel-j1-second-order",
        ("bessel_j1/zero/*/second",),
        surely=("bessel_j1/zero/float64/second",),
        before=(2, 23),
    ),
    Known(
        "clip-by-global-norm-zero",
        ("*clip_by_global_norm/zero*/form", "*clip_by_global_norm/zero*/numeric", "*clip_by_global_norm/zero*/second*"),
        surely=("clip_by_global_norm/zero/float64/numeric",),
    ),
    Known("cumprod-complex", ("cumprod/*complex*/numeric",), surely=("cumprod/complex*/numeric",)),
    # The gradient of reduce_prod is made of products by cumprod.
    Known(
        "cumprod-zero",
        (
            *("cumprod/a zero/*/numeric", "cumprod/two zeros/*/numeric"),
            *("cumprod/a zero/*/second*", "cumprod/two zeros/*/second*"),
            *("reduce_prod/a zero/*/second*", "reduce_prod/two zeros/*/second*", "reduce_prod/zeros in rows/*/second*"),
        ),
        surely=("cumprod/a zero/float64/numeric", "reduce_prod/a zero/float64/second"),
        issue=f"{_ISSUES}119430",
        before=(2, 23),
    ),
    Known(
        "cumulative-logsumexp-second-order",
        ("cumulative_logsumexp/*/second*",),
        found="nan, allowed *",
        surely=("cumulative_logsumexp/float64/second",),
    ),
    # NaN in a function; eagerly, what forward mode keeps of it is a number that depends on the tangents' signs.
    Known(
        "cumulative-logsumexp-second-order",
        ("cumulative_logsumexp/*/second_forward",),
        what="forward over forward *",
        surely=(),
    ),
    # Dividing by an infinity, complex numbers have no first order there either.
    Known(
        "euclidean-norm-second-order",
        (
            "reduce_euclidean_norm/one row of two/float64/second*",
            "reduce_euclidean_norm/one row of two/complex128/form",
            "reduce_euclidean_norm/one row of two/complex128/numeric",
        ),
        surely=("reduce_euclidean_norm/one row of two/float64/second",),
        before=(2, 23),
    ),
    Known(
        "euclidean-norm-complex",
        ("reduce_euclidean_norm/*complex*/numeric",),
        surely=("reduce_euclidean_norm/complex*/numeric",),
    ),
    # One-sided: differences do not settle there, so that no oracle sees it.
    Known("igamma-zero", issue=f"{_ISSUES}123578", before=(2, 23)),
    Known(
        "logaddexp-tie",
        ("logaddexp*/equal/*/numeric", "logaddexp*/equal/*/second*"),
        surely=("logaddexp/equal/float64/numeric",),
        before=(2, 23),
    ),
    Known(
        "multiply-no-nan-complex",
        (
            "multiply_no_nan/*complex*/numeric",
            "multiply_no_nan/*complex*/forward*",
        ),
        surely=("multiply_no_nan/complex128/forward",),
    ),
    Known(
        "pow-complex-zero",
        ("pow/zero base, exponent 1/complex128/*", "pow/zero base, whole exponents/complex128/*"),
        surely=("pow/zero base, exponent 1/complex128/numeric",),
        before=(2, 23),
    ),
    # The second derivative of x, and the third one of its square, are multiples of x to the power of zero.
    Known(
        "pow-zero-exponent",
        (
            *("pow/zero base, exponent 0/*/form", "pow/zero base, exponent 0/*/numeric"),
            *("pow/zero base, exponent ?/*/second*", "pow/zero base, whole exponents/*/second*"),
        ),
        surely=("pow/zero base, exponent 0/float64/numeric",),
        issue=f"{_ISSUES}35011",
    ),
    Known(
        "quantize-second-order",
        ("quantize_and_dequantize_v4/*", "quantize_and_dequantize_v4_gradient/*/form"),
        found="TypeError: _QuantizeAndDequantizeV4GradGrad*",
        surely=("quantize_and_dequantize_v4/float64/forward", "quantize_and_dequantize_v4_gradient/float64/form"),
        issue=f"{_ISSUES}60059",
    ),
    Known(
        "sinc-zero",
        ("sinc/zero/*/form", "sinc/zero/*/numeric", "sinc/zero/*/second*"),
        surely=("sinc/zero/float64/numeric",),
        issue=f"{_ISSUES}127226",
        before=(2, 23),
    ),
    Known("spence-second-order", ("spence/one/*/second*",), surely=("spence/one/float64/second",)),
    Known("squared-difference-complex", ("squared_difference/*complex*/numeric",)),
    Known(
        "xlogy-complex",
        ("xlogy/*complex*/numeric", "xlog1py/*complex*/numeric", "xdivy/*complex*/numeric"),
        surely=("xlogy/complex*/numeric",),
    ),
    Known(
        "xlogy-zero",
        (
            *("xlogy/zero/*/numeric", "xlog1py/zero/*/numeric", "xdivy/zero/*/numeric"),
            *("xlogy/zero/*/second*", "xlog1py/zero/*/second*", "xdivy/zero/*/second*"),
        ),
        surely=("xlogy/zero/float64/numeric",),
        issue=f"{_ISSUES}119476",
        before=(2, 23),
    ),
    Known(
        "zeta-second-order",
        ("zeta/float64/second*", "zeta/broadcast/float64/second*"),
        surely=("zeta/float64/second",),
    ),
)
