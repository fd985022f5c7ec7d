"""Operations of the catalogue as layers of a two-head graph, where their shapes allow it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.errors import UsageError
from gradcheck.layer import Layer
from gradcheck.op import REAL, Op, ops

PREFIX = "ops."
_SHAPES = ((2, 3, 4), (3, 1, 2))  # points, examples, features
_ENGINES = ("forward", "numeric", "unknown", "xla")  # limits of these would be an engine's
_ULPS = 64  # a kernel may sum in another order where an array is larger


@cache
def operation_layer(name: str) -> Layer:
    """Return the operation of a name such as ``"ops.erf"`` as a layer without parameters.

    What comes in is brought into the operation's domain smoothly, entry by entry, so that any layer can come before.

    Raises:
        UsageError: There is no such operation, or it cannot be a layer; the message says why.
    """
    op = ops[name.removeprefix(PREFIX)]
    reason = why_no_layer(op)
    if reason:
        raise UsageError(f"operation {op.name!r} cannot be a layer: {reason}")
    return Layer(name, _apply(op))


def operation_layers() -> list[str]:
    """Return the names of all layers that are operations; each operation is tried, which takes half a minute."""
    return [f"{PREFIX}{op.name}" for op in ops if why_no_layer(op) is None]


def why_no_layer(op: Op) -> str | None:
    """Return why an operation is no function from ``[..., batch, width]`` to the same shape, ``None`` if it is one."""
    if len(op.inputs) != 1:
        return f"it has {len(op.inputs)} inputs"
    if op.inputs[0].bring is None:
        return "no smooth function brings any number into its domain"
    if not set(REAL) <= set(op.dtypes):
        return f"it is not declared for {' and '.join(REAL)}"
    limit = next((op.limits[name] for name in _ENGINES if name in op.limits), None)
    if limit:
        return f"some engine cannot run it ({limit})"
    try:
        return _by_examples(op) or _by_tangents(op) or _by_dtypes(op)
    except Exception as error:  # whatever a kernel says of shapes that it does not take
        return f"it raises {type(error).__name__} at some shape or in some mode"


def _by_examples(op: Op) -> str | None:
    """Run the operation on stacks, and on each of their examples alone."""
    apply = _apply(op)
    for shape in _SHAPES:
        x = _values(shape)
        whole = apply(x)
        if not tf.is_tensor(whole) or whole.shape != x.shape or whole.dtype != x.dtype:
            return "its result has another shape or dtype than its input"
        alone = np.stack([[apply(x[i, j : j + 1])[0].numpy() for j in range(shape[1])] for i in range(shape[0])])
        apart = np.max(np.abs(alone - whole.numpy()))
        if not apart <= _ULPS * np.finfo(np.float64).eps * np.max(np.abs(alone)):
            return "an example depends on others of its batch, or the result is another one each time"
    return None


def _by_tangents(op: Op) -> str | None:
    """Take its gradient in both modes."""
    apply, x = _apply(op), _values(_SHAPES[0])
    with tf.GradientTape() as tape:
        tape.watch(x)
        whole = apply(x)
    forward = tf.function(
        lambda x: _push(apply, x), autograph=False, input_signature=[tf.TensorSpec([None] * 3, x.dtype)]
    )
    tangent = forward(x)
    absent = tape.gradient(whole, x) is None or tangent is None
    return "it has no gradient" if absent else None


def _push(apply: Any, x: Any) -> Any:
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as accumulator:
        result = apply(x)
    return accumulator.jvp(result)


def _by_dtypes(op: Op) -> str | None:
    """Trace it for sizes that are not known."""
    traced = tf.function(_apply(op), autograph=False)
    found = [traced.get_concrete_function(tf.TensorSpec([None] * 3, dtype)).output_dtypes.name for dtype in REAL]
    return None if found == list(REAL) else "its result has another dtype than its input"


def _values(shape: tuple[int, ...]) -> Any:
    return tf.constant(np.random.Generator(np.random.Philox(key=0)).uniform(-2, 2, shape), tf.float64)


def _apply(op: Op) -> Any:
    call, bring = op.call, op.inputs[0].bring

    def operation(x: Any) -> Any:
        return call(bring(x))  # type: ignore[misc]  # why_no_layer asks for it

    operation.__name__ = op.name.replace(".", "_").replace(" ", "_")
    return operation
