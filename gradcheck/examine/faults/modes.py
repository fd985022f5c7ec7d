"""Faults of the ways in which TensorFlow takes gradients: forward mode, functions, loops, pfor and XLA."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known(
        "forward-sparse-read",
        ("*/forward*", "*/second*"),
        found="AttributeError: 'IndexedSlices' object has no attribute '_id'",
        surely=("gather_v1/float64/forward*",),
    ),
    Known("forward-embedding-lookup"),
    Known(
        "forward-tensor-array",
        ("*/forward*", "*/second*"),
        found="TypeError: `dtype` <dtype: 'variant'>*",
        surely=("array_write/float64/forward*",),
    ),
    Known("cond-unknown-shape"),
    Known("recompute-kills", before=(2, 17)),
    Known("forward-ensure-shape"),
    Known("forward-forward-products"),
    Known("forward-fused-batch-norm"),
    Known("forward-svd-many-shapes"),
    Known("pfor-bias-channels-first"),
    Known("pfor-explicit-padding"),
    Known("pfor-grouped-convolution"),
    Known("reverse-forward-function"),
    Known("tensor-array-gather-repeated"),
    Known("tensor-list-scatter-repeated"),
    Known("xla-sqrt-grad-zero"),
    Known(
        "jacobian-loop-dtype",
        ("*/jacobian",),
        found="a Jacobian",
        expected="InvalidArgumentError: TensorArray dtype is *",
        surely=("cast_to_complex128/float64/jacobian",),
    ),
    Known(
        "jacobian-loop-empty",
        ("*/jacobian",),
        found="a Jacobian",
        expected="ValueError: Tensor's shape *",
        surely=("negative/empty/float64/jacobian",),
    ),
)
