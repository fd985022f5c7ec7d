"""Faults of gathering, scattering, segments, slicing, sparse and ragged tensors."""

from gradcheck.examine.known import Known

_ISSUES = "https://github.com/tensorflow/tensorflow/issues/"

FAULTS: tuple[Known, ...] = (
    Known("concat-int64-axis", ("concat*/*int64*/*",), surely=("concat/int64 axis/float64/forward",)),
    Known("csr-matmul-unknown-sizes", ("csr_matmul*/unknown",), found="TypeError: Expected int64*"),
    Known("csr-sparse-matmul-eager", ("csr_sparse_matmul*",), surely=("csr_sparse_matmul/float64/form",)),
    Known(
        "dynamic-stitch-repeated",
        ("dynamic_stitch_of_repeated/*",),
        issue=f"{_ISSUES}7397",
        before=(2, 23),
        surely=("dynamic_stitch_of_repeated/float64/numeric",),
    ),
    Known(
        "gather-nd-ignoring", ("gather_nd_ignoring/*",), since=(2, 16), surely=("gather_nd_ignoring/float64/forward",)
    ),
    Known(
        "gather-nd-one-tuple",
        ("gather_nd/*one*/*", "gather_nd/empty tuple/*"),
        issue=f"{_ISSUES}56628",
        surely=("gather_nd/one tuple/float64/form",),
    ),
    Known(
        "ragged-default-column",
        ("ragged_to_tensor_of_default/*column*/*",),
        surely=("ragged_to_tensor_of_default/wide, a column/float64/form",),
    ),
    Known(
        "scatter-ignoring",
        (
            "scatter_nd_ignoring/*",
            "tensor_scatter_nd_add_ignoring/*",
            "tensor_scatter_nd_sub_ignoring/*",
            "tensor_scatter_nd_m??/ignoring/*/forward*",
            "tensor_scatter_nd_m??/ignoring/*/second*",
        ),
        since=(2, 16),
        surely=("scatter_nd_ignoring/float64/form",),
    ),
    Known(
        "segment-forward-empty",
        ("unsorted_segment_m??_of_empty/*/forward*", "segment_*/an empty segment/*/forward*"),
        issue=f"{_ISSUES}127233",
        surely=("unsorted_segment_max_of_empty/float64/forward",),
    ),
    Known("segment-prod-complex", ("*segment_prod/*complex*/numeric",)),
    Known(
        "segment-prod-second-order",
        ("segment_prod/*/second*", "ragged_reduce_prod/*/second*"),
        surely=("segment_prod/two zeros/float64/second",),
    ),
    Known("sparse-times-scalar", ("sparse_dense_*/a scalar/*/form",), issue=f"{_ISSUES}46008"),
    Known("sparse-to-dense-one-value", ("sparse_to_dense_v1/one value for all/*/form",)),
    # With unknown sizes nothing is checked, and nothing raised.
    Known(
        "sparse-to-dense-one-value",
        ("sparse_to_dense_v1/one value for all/*/unknown",),
        expected="InvalidArgumentError: *",
        surely=(),
    ),
    Known("sparse-to-dense-places", ("sparse_to_dense_v1/*place*/*/form",)),
    Known("top-k-int64-index", ("top_k/int*/*/form",), issue=f"{_ISSUES}61701"),
    Known(
        "unsorted-segment-prod-second-order",
        ("unsorted_segment_prod*/second*", "ragged_reduce_prod/*/second*"),
        surely=("unsorted_segment_prod/two zeros/float64/second",),
    ),
    Known(
        "pfor-sparse-segments",
        ("sparse_segment_*/*with their number/*/jacobian",),
        surely=(),
    ),
    Known(
        "sparse-segment-empty",
        ("sparse_segment_*/no indices, with their number/*",),
        surely=(),  # the memory may happen to be zero
        before=(2, 23),
    ),
    Known("csr-sparse-matmul-pruned"),
    Known("csr-through-function"),
)
