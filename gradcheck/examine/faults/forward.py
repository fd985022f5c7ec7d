"""Faults of forward mode, and of forward and reverse mode through functions."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known(
        "forward-sparse-read",
        ("*/forward*", "*/second*"),
        found="AttributeError: 'IndexedSlices' object has no attribute '_id'",
        surely=("gather_v1/float64/forward",),
    ),
    Known("forward-embedding-lookup"),
    # Wherever forward mode meets a variant, of which it wants ones: arrays, lists, and what branches keep.
    Known(
        "forward-tensor-array",
        ("*/forward*", "*/second*"),
        found="TypeError: `dtype` <dtype: 'variant'>*",
        surely=("array_write/float64/forward_function",),
    ),
    Known(
        "forward-ensure-shape",
        ("*ensure_shape/*/forward_function", "placeholder_with_default/*/forward_function"),
        what="reverse against forward inside a tf.function",
        found="TypeError: Could not generate a generic TraceType for dim*",
    ),
    Known("forward-svd-many-shapes"),
    Known(
        "norm-two-function",
        ("norm/ord=2/*/forward_function",),
        what="reverse against forward through a tf.function",
        found="NotImplementedError: SVD gradient has not been implemented for input with unknown *",
        before=(2, 23),
    ),
    Known(
        "forward-function-second-order",
        ("*/forward_function",),
        what="reverse against forward through a tf.function",
        found="LookupError: No gradient defined for operation*",
        surely=("igamma/float64/forward_function",),
    ),
    Known(
        "forward-function-second-order",
        ("lgamma/float16/forward_function",),  # digamma knows float16, and its own derivative does not
        what="reverse against forward through a tf.function",
        found="TypeError: Value passed to parameter 'a' has DataType float16*",
        surely=(),
    ),
    Known(
        "forward-nested-cond",
        ("rot90/*", "case/*", "cond/*", "switch_case/*", "while_loop/*"),
        what="reverse against forward inside a tf.function",
        found="AssertionError: ",
        surely=("rot90/float64/forward_function",),
    ),
    Known(
        "forward-forward-captured",
        ("*/second_forward",),
        what="forward over *",
        found="TypeError: InternalError.__init__() missing 2 required positional arguments: 'op' and 'message'",
        surely=("vectorized_map/float64/second_forward",),
    ),
    Known("forward-forward-comparison"),
    Known(
        "forward-forward-segments",
        ("*/second_forward", "cond/sparse/*/forward_function"),
        found="TypeError: 'NoneType' object cannot be interpreted as an integer",
        surely=("sparse_dense_matmul/float64/second_forward",),
    ),
    Known("forward-forward-variable", issue="https://github.com/tensorflow/tensorflow/issues/57358"),
    Known(
        "forward-shared-tangent",
        ("expm/*/second_forward", "lstsq/*/second_forward"),  # products of a matrix by itself
        what="forward over forward *",
        found="*, allowed *",
        issue="https://github.com/tensorflow/tensorflow/issues/127753",
        surely=("expm/float64/second_forward",),
        before=(2, 23),
    ),
    # Where a function takes all of the operation, nothing is left of the second derivative.
    Known(
        "reverse-forward-function",
        (
            *("case/*/second", "cond/*/second", "switch_case/*/second", "while_loop/*/second"),
            *("function/*/second", "function of a structure/*/second"),
            *("vectorized_map/*/second", "slices_through_vectorized_map/float64/second"),
            *("*/in a function/*/second", "list_*/graph/*/second", "array_*graph/*/second"),
        ),
        what="reverse over forward *",
        found="0, allowed *",
        surely=("function/float64/second",),
    ),
    Known(
        "reverse-forward-function",
        ("*/second",),
        what="reverse over forward *",
        found="InternalError: Recorded operation '__forward_*' returned too few gradients. Expected 1 but received 2",
        surely=("slices_through_function/float64/second",),
    ),
)
