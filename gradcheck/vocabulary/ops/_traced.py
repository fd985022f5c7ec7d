"""Calls within a ``tf.function``."""

from typing import Any

from gradcheck.backend import tf
from gradcheck.op import Call


def traced(call: Call) -> Call:
    """Return a call that is traced: eagerly, loops and arrays are Python, whose own gradients do not run."""

    def run(*inputs: Any) -> Any:
        return tf.function(call, autograph=False)(*inputs)

    return run
