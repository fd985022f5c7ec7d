"""The gradient of max_pool2d of an empty batch of bfloat16 ends the process in a tf.function; needs only TensorFlow.

In a function, oneDNN's kernel of the gradient takes bfloat16 (`MklMaxPoolingGradOp`). For an empty batch it takes
one tensor for another: "Check failed: dtype() == expected_dtype, int32 expected, got bfloat16" is the last that the
process says. Eagerly, and with `TF_ENABLE_ONEDNN_OPTS=0`, the gradient is an empty one.
"""

from __future__ import annotations

import subprocess
import sys

CHILD = """
import os
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"
import tensorflow as tf

@tf.function
def gradient(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.nn.max_pool2d(x, ksize=2, strides=1, padding="VALID")
    return tape.gradient(y, x)

print("shape", gradient(tf.zeros([0, 4, 3, 2], tf.DTYPE)).shape)
"""


def run(dtype: str) -> str:
    """Return what a process of its own prints, or how it ended."""
    command = [sys.executable, "-c", CHILD.replace("DTYPE", dtype)]
    child = subprocess.run(command, capture_output=True, text=True, check=False)
    return child.stdout.strip() if child.returncode == 0 else f"the process ended with {child.returncode}"


def main() -> str:
    """Print what both dtypes give, then BUG or OK; return which."""
    expected, found = run("float64"), run("bfloat16")
    print("float64 ", expected)
    print("bfloat16", found)
    verdict = "OK" if expected == found else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    main()
