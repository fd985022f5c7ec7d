"""pfor raises for the gradient of a loop that swaps two variables, where a loop does not; needs only TensorFlow.

In the gradient of the loop, one variable depends on the row of the Jacobian before a step, and the other after it.
`WhileV2` in `tensorflow/python/ops/parallel_for/pfor.py` looks for variables that a step makes depend on the row, and
gives them a dimension more; where a step takes the dependence away, the shape before it and the shape after it do not
fit:

```text
ValueError: Shapes must be equal rank, but are 3 and 2
```

A loop that stops a variable's gradient is met by it as well, and one that replaces a variable by a constant: it is
given one dimension after another, until TensorFlow refuses the shape.
`tape.jacobian(..., experimental_use_pfor=False)` goes around it.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf


@tf.function(autograph=False)
def swap(x: Any, y: Any) -> Any:
    """Return the first of two variables after three swaps: the second."""
    return tf.while_loop(lambda i, *_: i < 3, lambda i, x, y: (i + 1, y, x), (0, x, y))[1]


def jacobian(x: Any, y: Any, *, vectorised: bool) -> str:
    """Return the Jacobian by the second variable, or what is raised."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(y)
        z = swap(x, y)
    try:
        return str(tape.jacobian(z, y, experimental_use_pfor=vectorised).numpy().tolist())
    except ValueError as error:
        return f"ValueError: {str(error.__cause__ or error).strip().splitlines()[-1].strip()}"


def main() -> str:
    """Print the Jacobian by a loop and by pfor, then BUG or OK; return which."""
    x, y = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    expected, found = jacobian(x, y, vectorised=False), jacobian(x, y, vectorised=True)
    print("by a loop", expected)
    print("by pfor  ", found)
    verdict = "OK" if found == expected else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
