"""Faults of gathering, scattering, segments, slicing, sparse and ragged tensors."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known("concat-int64-axis"),
    Known("csr-matmul-unknown-sizes"),
    Known("csr-sparse-matmul-eager"),
    Known("dynamic-stitch-repeated"),
    Known("gather-nd-ignoring", since=(2, 16)),
    Known("gather-nd-one-tuple"),
    Known("one-hot-none"),
    Known("pad-value-none"),
    Known("ragged-default-column"),
    Known("scatter-ignoring", since=(2, 16)),
    Known("segment-forward-empty"),
    Known("segment-prod-complex"),
    Known("segment-prod-second-order"),
    Known("sparse-concat-none"),
    Known("sparse-times-scalar"),
    Known("sparse-to-dense-one-value"),
    Known("sparse-to-dense-places"),
    Known("top-k-int64-index"),
    Known("unsorted-segment-prod-second-order"),
)
