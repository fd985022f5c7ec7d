"""Faults of elementwise, special, binary and reducing operations, and of quantisation."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known("xla-complex-sqrt", ("sqrt/complex*/xla", "sqrt/*/complex*/xla")),
    Known("bessel-i1-zero"),
    Known("bessel-j1-second-order"),
    Known("betainc-none"),
    Known("clip-by-global-norm-zero"),
    Known("cumprod-complex"),
    Known("cumprod-zero"),
    Known("cumulative-logsumexp-second-order"),
    Known("euclidean-norm-complex"),
    Known("euclidean-norm-second-order"),
    Known("igamma-zero"),
    Known("log-poisson-loss-zero"),
    Known("logaddexp-tie"),
    Known("moments-second-order"),
    Known("multiply-no-nan-complex"),
    Known("pow-zero-exponent"),
    Known("quantize-second-order"),
    Known("sinc-zero"),
    Known("spence-second-order"),
    Known("squared-difference-complex"),
    Known("weighted-cross-entropy-zero"),
    Known("xlogy-complex"),
    Known("xlogy-zero"),
    Known("zeta-none"),
)
