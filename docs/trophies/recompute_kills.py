"""tf.recompute_grad of a layer normalisation inside tf.function kills the process where dimensions are unknown.

The gradient of a layer normalisation inside `tf.recompute_grad` and `tf.function`, where dimensions are unknown,
ends the process with a segmentation fault while the graph is optimized:

```text
[libprotobuf FATAL .../map.h:1293] CHECK failed: it != end(): key not found: value
```

Eagerly, with known dimensions and under XLA it works. TensorFlow 2.16.2 does it too, 2.17.1 does not. Found by the
law `recompute`, which is not judged on the engine `graph` before 2.17.
"""

from __future__ import annotations

import subprocess
import sys

import tensorflow as tf


def differentiate() -> None:
    """Take the gradient of a normalised matrix product by all of its variables."""
    kernel = tf.Variable([[1.0, 2.0], [3.0, 5.0]], shape=[None, None])
    scale, offset = (tf.Variable([1.0, 1.0], shape=[None]) for _ in range(2))

    @tf.function(input_signature=[tf.TensorSpec([None, None])])
    def gradients(x: tf.Tensor) -> list[tf.Tensor]:
        def loss() -> tf.Tensor:
            y = tf.matmul(x, kernel)
            mean, variance = tf.nn.moments(y, axes=[-1], keepdims=True)
            normalised = (y - mean) * tf.math.rsqrt(variance + 1e-3)
            return tf.reduce_sum(normalised * tf.expand_dims(scale, -2) + tf.expand_dims(offset, -2), -1)

        with tf.GradientTape() as tape:
            value = tf.recompute_grad(loss)()
        return tape.gradient(value, [kernel, scale, offset])

    print([gradient.numpy().tolist() for gradient in gradients(tf.constant([[1.0, 2.0], [3.0, 1.0]]))])


def main() -> str:
    """Print what happens, and the verdict."""
    run = subprocess.run([sys.executable, __file__, "differentiate"], capture_output=True, text=True, check=False)
    print((run.stdout if run.returncode == 0 else run.stderr).strip().splitlines()[-1])
    print(f"exit code {run.returncode}")
    verdict = "OK" if run.returncode == 0 else "BUG"
    print(verdict)
    return verdict


if __name__ == "__main__":
    if sys.argv[1:] == ["differentiate"]:
        differentiate()
    else:
        main()
