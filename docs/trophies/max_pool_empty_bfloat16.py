"""The gradient of max_pool2d of an empty batch of bfloat16 ends the process in a tf.function; needs only TensorFlow."""

from __future__ import annotations

import subprocess
import sys

CHILD = """
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
