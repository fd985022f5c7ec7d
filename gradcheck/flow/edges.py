"""What passes through one operation: values, and gradients."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import Any, ClassVar

from gradcheck.backend import tf
from gradcheck.flow._tensorflow import (
    NESTED,
    custom_gradient,
    gradient_function,
    is_function,
    may_be_overridden,
    writes,
)

Operation = Any
Tensor = Any


class Role(Enum):
    """How an operation treats what it is given."""

    PLAIN = auto()  # its results depend on its inputs, and gradients pass as its gradient function says
    SHAPE = auto()  # its results tell of its inputs' shapes alone
    HANDS_ON = auto()  # it hands its first inputs on: the control flow of TensorFlow 1
    CALLS = auto()  # it calls functions, which are analysed themselves
    PARTIAL = auto()  # it may leave some of its inputs unread
    WRITES = auto()  # it writes its inputs into the resource that it is given


_SHAPE_ONLY = frozenset(
    {"Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike", "VariableShape", "TensorListElementShape"}
)
_HAND_ON = frozenset(
    prefix + kind for prefix in ("", "Ref") for kind in ("Switch", "Merge", "Enter", "Exit", "NextIteration")
)
# Their gradient is a tensor of zeros, whatever comes in.
_FLAT = {"Sign": "its derivative is zero wherever it has one"}
_NORMALISE = frozenset({"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"})
_MISSING = "TensorFlow has no gradient for it"
_STOPS = frozenset({"StopGradient", "PreventGradient"})
# Their gradient functions refuse some shapes or options, so that one of a kind does not speak for the others.
_PARTICULAR = frozenset({"Qr", "Svd", "MatrixSolveLs", "SpaceToDepth", "DepthToSpace", "ImageProjectiveTransformV3"})


def count_read(op: Operation) -> int:
    """Return how many of its first inputs an operation reads; in training, no moving statistics."""
    attributes = op.node_def.attr
    averages = "exponential_avg_factor" in attributes and attributes["exponential_avg_factor"].f != 1
    return 3 if attributes["is_training"].b and not averages else len(op.inputs)


class Gradients:
    """Which inputs of an operation get a gradient, asked of TensorFlow's own gradient functions.

    A gradient function is called once for each kind of operation in a process, in the graph that was
    traced: what it adds there is never run.
    """

    # TensorFlow never changes what is registered, so that answers stay; a gradient that is missing may come.
    _known: ClassVar[dict[Any, Sequence[str | None]]] = {}
    _masks: ClassVar[dict[Any, int]] = {}

    def __init__(self) -> None:
        self._roles: dict[str, Role] = {}
        self._named: dict[str, bool] = {}

    def role(self, op: Operation, kind: str) -> Role:
        """Return how an operation of type ``kind`` treats its inputs."""
        found = self._roles.get(kind)
        if found is None:
            found = self._roles[kind] = _role(op, kind)
        return found

    def mask(self, op: Operation, kind: str, wanted: int) -> int:
        """Return which of the wanted inputs get a gradient, as bits; those of them that can hold one are wanted."""
        outputs = op.outputs
        key = (kind, self._custom(op, kind), wanted, outputs[0].dtype if len(outputs) == 1 else _dtypes(outputs))
        found = self._masks.get(key)
        if found is None:
            found, blocks = wanted, self.blocks(op)
            for place, block in enumerate(blocks):
                if block:
                    found &= ~(1 << place)
            if kind not in _PARTICULAR and _MISSING not in blocks:
                self._masks[key] = found
        return found

    def blocks(self, op: Operation) -> Sequence[str | None]:
        """Return for each input why no gradient passes to it, ``None`` where one does."""
        kind = op.type
        if kind in _HAND_ON:
            return _handed_on(op)
        custom = self._custom(op, kind)
        if kind in _PARTICULAR:
            return _ask(op, custom)
        key = (kind, custom, _dtypes(op.inputs), _dtypes(op.outputs))
        found = self._known.get(key)
        if found is None:
            found = _ask(op, custom)
            if _MISSING not in found:
                self._known[key] = found
        return found

    def _custom(self, op: Operation, kind: str) -> str:
        named = self._named.get(kind)
        if named is None:
            named = self._named[kind] = may_be_overridden(kind)
        return custom_gradient(op) if named else ""


def _ask(op: Operation, custom: str) -> Sequence[str | None]:
    count = len(op.inputs)
    if op.type in _FLAT:
        return [_FLAT[op.type]] * count
    if block := why_cannot_carry(op.outputs):
        return [block] * count
    try:
        function = gradient_function(op)
    except LookupError:
        return [_MISSING] * count
    if function is None:
        what = "it stops the gradient on purpose" if op.type in _STOPS else "TensorFlow calls it not differentiable"
        return [what] * count
    return _call(op, function, custom)


def _handed_on(op: Operation) -> Sequence[str | None]:
    rest = "it only chooses a branch" if op.type.endswith("Switch") else None
    return [None, *[rest] * (len(op.inputs) - 1)]


def _dtypes(tensors: Sequence[Tensor]) -> tuple[Any, ...]:
    return tuple([tensor.dtype for tensor in tensors])


def _role(op: Operation, kind: str) -> Role:
    if kind in _SHAPE_ONLY:
        return Role.SHAPE
    if kind in NESTED or is_function(op, kind):
        return Role.CALLS
    if kind in _HAND_ON:
        return Role.HANDS_ON
    if kind in _NORMALISE:
        return Role.PARTIAL
    return Role.WRITES if writes(op) else Role.PLAIN


def _call(op: Operation, function: Any, custom: str) -> Sequence[str | None]:
    try:
        with op.graph.as_default():
            given = [tf.zeros_like(output) if carries(output) else None for output in op.outputs]
            found = function(op, *given)
    except Exception as error:  # a gradient function may refuse: then no gradient passes
        lines = str(error).strip().splitlines() or [""]
        return [f"its gradient raises {type(error).__name__}: {lines[0]}"] * len(op.inputs)
    gradients = list(found) if isinstance(found, (list, tuple)) else [found]
    gradients += [None] * (len(op.inputs) - len(gradients))
    return [
        None if gradient is not None and carries(source) else _why_none(source, custom)
        for gradient, source in zip(gradients, op.inputs, strict=False)
    ]


def _why_none(source: Tensor, custom: str) -> str:
    if not carries(source):
        return f"its input is {source.dtype.name}: there is no derivative by whole numbers or truth values"
    return "its custom gradient returns None" if custom else "its gradient function returns None for this input"


def carries(tensor: Tensor) -> bool:
    """Whether a gradient can belong to a tensor: numbers, and what holds them."""
    dtype = tensor.dtype
    return bool(dtype.is_floating or dtype.is_complex or dtype in (tf.resource, tf.variant))


def why_cannot_carry(results: Sequence[Tensor]) -> str | None:
    """Say why no gradient can come back from any of an operation's results, ``None`` if it can."""
    if any(map(carries, results)):
        return None
    kinds = ", ".join(sorted({result.dtype.name for result in results}))
    return f"its result is {kinds}: there is no derivative of whole numbers or truth values"


def holds(tensor: Tensor) -> bool:
    """Whether a tensor is a place to write to: a variable, or another resource."""
    return bool(tensor.dtype == tf.resource or tensor.dtype._is_ref_dtype)
