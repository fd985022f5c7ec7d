"""Faults of the ways in which TensorFlow takes gradients beside forward mode: functions, loops, pfor and XLA."""

from gradcheck.examine.known import Known

FAULTS: tuple[Known, ...] = (
    Known("cond-unknown-shape"),
    Known("recompute-kills", before=(2, 17)),
    Known(
        "recompute-slices",
        ("slices_through_recompute_grad/*",),
        found="TypeError: Expected a type in (*Tensor'>), got: *IndexedSlices*",
        surely=("slices_through_recompute_grad/float64/graph",),
    ),
    Known(
        "pfor-loop-swapped",
        ("while_loop/*/jacobian",),
        found="ValueError: Shape*",
        surely=("while_loop/swapped/float64/jacobian",),
    ),
    Known(
        "pfor-zeros-of-variant",
        ("*/jacobian",),
        found="TypeError: `dtype` <dtype: 'variant'> is not compatible with 0 of dtype int64*",
        surely=("recompute_grad/loop/float64/jacobian",),
    ),
    Known(
        "recompute-second-order",
        ("recompute_grad/*/second",),
        what="reverse over reverse *",
        found="NotImplementedError: recompute_grad tried to transpose grad of *",
        surely=("recompute_grad/in a function/float64/second",),
    ),
    Known("failed-map-recompute"),
    Known(
        "py-function-unused-shape",
        ("py_function/unused/*/form",),
        what="the gradient's shape",
        found="()",
    ),
    Known(
        "pfor-list-gather",
        ("array_scatter/*graph/*/jacobian", "list_scatter*/jacobian"),
        found="InvalidArgumentError: *Input to reshape is a tensor with *",
        surely=("list_scatter/float64/jacobian",),
    ),
    Known(
        "pfor-list-concat",
        ("array_split/read, graph/*/jacobian",),
        found="InvalidArgumentError: *",
    ),
    Known(
        "pfor-roll-negative-axis",
        ("roll/far/*/jacobian", "roll/an axis twice/*/jacobian"),
        found="*, allowed *",
        surely=("roll/far/float64/jacobian",),
    ),
    Known(
        "pfor-gather-nd-ignoring",
        ("tensor_scatter_nd_m??/ignoring/*/jacobian",),
        found="InvalidArgumentError: indices*does not index into param shape*",
        since=(2, 16),
        surely=("tensor_scatter_nd_max/ignoring/float64/jacobian",),
    ),
    Known(
        "pfor-einsum-diagonal",
        ("einsum/*/jacobian",),
        found="ValueError: Output subscripts contain a label appearing more than once*",
        surely=(),
    ),
    Known(
        "pfor-nothing-to-stack",
        ("dynamic_partition/of a scalar/*/jacobian",),
        found="InvalidArgumentError: *",
    ),
    Known(
        "tensor-array-gather-repeated",
        ("array_gather/repeated*", "list_gather/repeated/*"),
        found="*, allowed *",
        surely=("array_gather/repeated/float64/graph", "list_gather/repeated/float64/numeric"),
    ),
    Known(
        "tensor-list-scatter-repeated",
        ("list_scatter_v2/repeated/*",),
        found="*, allowed *",
        surely=("list_scatter_v2/repeated/float64/numeric",),
    ),
    Known(
        "xla-sqrt-grad-zero",
        ("clip_by_average_norm/zero/float32/xla",),
        issue="https://github.com/tensorflow/tensorflow/issues/118674",
    ),
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
