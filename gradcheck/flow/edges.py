"""What passes through one operation: values, and gradients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcheck.backend import tf
from gradcheck.flow._tensorflow import gradient_function

Operation = Any

# These tell of a tensor's shape alone, not of its values.
_SHAPE_ONLY = frozenset(
    {"Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike", "VariableShape", "TensorListElementShape"}
)
# Their gradient is a tensor of zeros, whatever comes in.
_FLAT = {"Sign": "its derivative is zero wherever it has one"}


def reads_values(op: Operation) -> bool:
    """Whether the outputs of an operation depend on its inputs' values."""
    return op.type not in _SHAPE_ONLY


class Gradients:
    """Which inputs of an operation get a gradient, asked of TensorFlow's own gradient functions.

    A gradient function is called once for each kind of operation, in the graph that was traced: what
    it adds there is never run.
    """

    def __init__(self) -> None:
        self._known: dict[Any, Sequence[str | None]] = {}

    def blocks(self, op: Operation) -> Sequence[str | None]:
        """Return for each input why no gradient passes to it, ``None`` where one does."""
        key = self._key(op)
        if key not in self._known:
            self._known[key] = self._ask(op)
        return self._known[key]

    def _key(self, op: Operation) -> Any:
        attributes = op.node_def.attr
        custom = attributes["_gradient_op_type"].s if "_gradient_op_type" in attributes else b""
        return op.type, custom, *(t.dtype for t in op.inputs), None, *(t.dtype for t in op.outputs)

    def _ask(self, op: Operation) -> Sequence[str | None]:
        count = len(op.inputs)
        if op.type in _FLAT:
            return [_FLAT[op.type]] * count
        if not any(map(_carries, op.outputs)):
            kinds = ", ".join(sorted({output.dtype.name for output in op.outputs}))
            return [f"its result is {kinds}: there is no derivative of whole numbers or truth values"] * count
        try:
            function = gradient_function(op)
        except LookupError:
            return ["TensorFlow has no gradient for it"] * count
        if function is None:
            what = "it stops the gradient on purpose" if op.type in _STOPS else "TensorFlow calls it not differentiable"
            return [what] * count
        return self._call(op, function)

    def _call(self, op: Operation, function: Any) -> Sequence[str | None]:
        try:
            with op.graph.as_default():
                given = [tf.zeros_like(output) if _carries(output) else None for output in op.outputs]
                found = function(op, *given)
        except Exception as error:  # a gradient function may refuse: then no gradient passes
            lines = str(error).strip().splitlines() or [""]
            return [f"its gradient raises {type(error).__name__}: {lines[0]}"] * len(op.inputs)
        gradients = list(found) if isinstance(found, (list, tuple)) else [found]
        gradients += [None] * (len(op.inputs) - len(gradients))
        return [
            None if gradient is not None and _carries(source) else _why_none(op, source)
            for gradient, source in zip(gradients, op.inputs, strict=False)
        ]


_STOPS = frozenset({"StopGradient", "PreventGradient"})


def _why_none(op: Operation, source: Any) -> str:
    if not _carries(source):
        return f"its input is {source.dtype.name}: there is no derivative by whole numbers or truth values"
    if "_gradient_op_type" in op.node_def.attr:
        return "its custom gradient returns None"
    return "its gradient function returns None for this input"


def _carries(tensor: Any) -> bool:
    """Whether a gradient can belong to a tensor: numbers, and what holds them."""
    return bool(tensor.dtype.is_floating or tensor.dtype.is_complex or tensor.dtype in (tf.resource, tf.variant))
