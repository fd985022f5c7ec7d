"""Faults of gathering, scattering, segments, slicing, sparse and ragged tensors."""

from gradcheck.examine.known import Known

_ISSUES = "https://github.com/tensorflow/tensorflow/issues/"

FAULTS: tuple[Known, ...] = (
    Known("concat-int64-axis", ("concat*/*int64*/*",)),
    Known("csr-matmul-unknown-sizes", ("csr_matmul*/unknown",), found="TypeError: Expected int64*"),
    Known("csr-sparse-matmul-eager", ("csr_sparse_matmul*",)),
    Known("dynamic-stitch-repeated", ("dynamic_stitch_of_repeated/*",), issue=f"{_ISSUES}7397"),
    Known("gather-nd-ignoring", ("gather_nd_ignoring/*",), since=(2, 16)),
    Known("gather-nd-one-tuple", ("gather_nd/*one*/*",), issue=f"{_ISSUES}56628"),
    Known("ragged-default-column", ("ragged_to_tensor_of_default/*column*/*",)),
    Known(
        "scatter-ignoring",
        (
            "scatter_nd_ignoring/*",
            "tensor_scatter_nd_add_ignoring/*",
            "tensor_scatter_nd_sub_ignoring/*",
        ),
        since=(2, 16),
    ),
    Known("segment-forward-empty", ("unsorted_segment_m??_of_empty/*/forward*",), issue=f"{_ISSUES}127233"),
    Known("segment-prod-complex", ("*segment_prod/*complex*/numeric",)),
    Known("segment-prod-second-order", ("segment_prod/*/second*",)),
    Known("sparse-times-scalar", issue=f"{_ISSUES}46008"),
    Known("sparse-to-dense-one-value"),
    Known("sparse-to-dense-places"),
    Known("top-k-int64-index", issue=f"{_ISSUES}61701"),
    Known("unsorted-segment-prod-second-order", ("unsorted_segment_prod*/second*",)),
    Known("csr-sparse-matmul-pruned"),
    Known("csr-through-function"),
)
