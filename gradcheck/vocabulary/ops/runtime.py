"""Operations that TensorFlow makes by itself: stateful branches and loops, reads of variables, what debuggers add.

`tf.gradients` follows a variable's handle through what reads it; tapes do not.
"""

from collections.abc import Callable
from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import positive, real
from gradcheck.op import Family
from gradcheck.vocabulary.ops._traced import traced

runtime = Family("runtime")
STATEFUL = "what is stateful is run once more by each way, and pfor and XLA refuse it"
_NOT_STATEFUL = dict.fromkeys(
    ("forward_function", "second_forward", "reverse over forward", "xla", "jacobian"), STATEFUL
)


# What a branch or a loop does to the state of a process makes it an If, a Case or a While.
def _with_state(x: Any) -> Any:
    return x * (1.0 + 0.0 * tf.random.uniform([], dtype=x.dtype))


_BRANCHES: dict[str, Callable[[Any], Any]] = {
    "cond": lambda x: tf.cond(tf.reduce_sum(x * x) > 0, lambda: _with_state(x) ** 2, lambda: x),
    "case": lambda x: tf.switch_case(tf.shape(x)[0] - 2, [lambda: _with_state(x) ** 3, lambda: x]),
    "while": lambda x: tf.while_loop(
        lambda i, _: i < 2, lambda i, y: (i + 1, _with_state(y) * y), (0, x), maximum_iterations=2
    )[1],
}
for _name, _branch in _BRANCHES.items():
    runtime(f"stateful_{_name}", traced(_branch), real(2, 2), limits=_NOT_STATEFUL)


def _of_variable(read: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """Return a call that takes a gradient by a variable, which is a handle to TensorFlow's runtime."""

    def gradient(x: Any) -> Any:
        handle = tf.raw_ops.VarHandleOp(dtype=x.dtype, shape=[2, 2], shared_name=f"gradcheck {x.dtype.name}")
        value = tf.constant([[1.0, 2.0], [3.0, 4.0]], x.dtype)
        tf.raw_ops.AssignVariableOp(resource=handle, value=value)
        loss = tf.reduce_sum((read(handle, x.dtype) * x) ** 2)
        return tf.convert_to_tensor(tf.gradients(loss, [handle])[0])

    return traced(gradient)


_READS: dict[str, Callable[[Any, Any], Any]] = {
    "read": lambda handle, dtype: tf.raw_ops.ReadVariableOp(resource=handle, dtype=dtype),
    "gather": lambda handle, dtype: tf.raw_ops.ResourceGather(resource=handle, indices=[1, 0], dtype=dtype),
    "gather_nd": lambda handle, dtype: tf.raw_ops.ResourceGatherNd(resource=handle, indices=[[1], [0]], dtype=dtype),
}
for _name, _read in _READS.items():
    runtime(f"gradients_of_variable_{_name}", _of_variable(_read), real(2, 2), limits=_NOT_STATEFUL)

runtime(
    "debug_gradient_identity",
    traced(lambda x: tf.raw_ops.DebugGradientIdentity(input=x) ** 2),
    real(2, 3),
    limits={"form": "its gradient wants a name that a debugger made"},
)
runtime(
    "prevent_gradient",
    lambda x: tf.raw_ops.PreventGradient(input=x, message="not here"),
    real(2, 3),
    limits={"form": "its gradient is registered to raise"},
)
runtime(
    "random_gamma",
    lambda x: tf.random.gamma([2], x, dtype=x.dtype, seed=1),
    positive(2),
    limits=dict.fromkeys(
        ("numeric", "forward", "graph", "unknown", "xla", "second", "jacobian", "precision"),
        "every call draws other numbers, whose gradient is that of the numbers drawn",
    ),
)
