"""Forward mode in forward mode raises through a tf.function that reads a variable; needs only TensorFlow.

```text
TypeError: InternalError.__init__() missing 2 required positional arguments: 'op' and 'message'
```

What it means to say, and cannot since the exception is built wrongly, is that the function has another number of
inputs than there are inputs and tangents (`_build_functions_for_outputs` in
`tensorflow/python/eager/polymorphic_function/concrete_function.py`). A function that is given the same number as an
argument works; one that captures it, a variable or a tensor of the code around it, does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def second(function: Callable[[], Any], variable: Any) -> float:
    """Return the second derivative by forward mode in forward mode."""
    tangent = tf.constant(1.0)
    with tf.autodiff.ForwardAccumulator(variable, tangent) as outer:
        with tf.autodiff.ForwardAccumulator(variable, tangent) as inner:
            y = function()
        first = inner.jvp(y)
    return float(outer.jvp(first))


def main() -> str:
    """Print the second derivative without a function and through one, then BUG or OK; return which."""
    variable = tf.Variable(2.0)

    def cube() -> Any:
        return variable * variable * variable

    expected = second(cube, variable)
    print("eagerly              ", expected)
    try:
        found = str(second(tf.function(cube, autograph=False), variable))
    except (TypeError, tf.errors.InternalError) as error:
        found = f"{type(error).__name__}: {error}"
    print("through a tf.function", found)
    verdict = "OK" if found == str(expected) else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
