"""Calls within a ``tf.function``, and what is computed again."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.op import Call

# What it says: "Consider not using recompute_grad in forward mode autodiff".
REFUSED = dict.fromkeys(
    ("forward", "second_forward", "reverse over forward"), "tf.recompute_grad refuses forward mode on purpose"
)


def traced(call: Call) -> Call:
    """Return a call that is traced: eagerly, loops and arrays are Python, whose own gradients do not run."""

    def run(*inputs: Any) -> Any:
        return tf.function(call, autograph=False)(*inputs)

    return run
