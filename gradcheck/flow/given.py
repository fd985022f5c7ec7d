"""What losses are called with: specs while they are traced, tensors while they are measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcheck.backend import tf
from gradcheck.errors import UsageError
from gradcheck.flow.select import is_variable


class Held:
    """A variable among the arguments, which ``tf.function`` must leave alone: it would put a placeholder there."""

    def __init__(self, variable: Any) -> None:
        self.variable = variable

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self.variable is other.variable

    def __hash__(self) -> int:
        return id(self.variable)


def specs_of(args: Sequence[Any]) -> Any:
    """Return what stands for arguments while tracing: arrays and tensors for all values of their shape.

    Raises:
        UsageError: One is nothing that a function could be traced with.
    """
    return tf.nest.map_structure(_spec_of, tuple(args))


def tensors_of(args: Sequence[Any]) -> Any:
    """Return arrays as tensors, so that another array of the same shape is not traced anew.

    Raises:
        UsageError: One is a spec, which has no values.
    """
    return tf.nest.map_structure(_tensor_of, tuple(args))


def released(args: Sequence[Any]) -> Any:
    """Return arguments with their variables, as the user's function takes them."""
    if not any(isinstance(leaf, Held) for leaf in tf.nest.flatten(args)):
        return args
    return tf.nest.map_structure(lambda leaf: leaf.variable if isinstance(leaf, Held) else leaf, args)


def _spec_of(value: Any) -> Any:
    """Return an argument's shape and dtype, or itself if it is no array."""
    if isinstance(value, tf.TypeSpec) or _is_literal(value):
        return value
    if is_variable(value):
        return Held(value)
    if tf.is_tensor(value) and hasattr(value, "dtype"):
        return tf.type_spec_from_value(value)
    try:
        return tf.type_spec_from_value(tf.constant(value))
    except (ValueError, TypeError) as error:
        raise UsageError(f"args must be tensors, arrays, specs or structures of them; found {value!r:.80}") from error


def _tensor_of(value: Any) -> Any:
    if isinstance(value, tf.TypeSpec):
        raise UsageError(f"flow.measure needs values; found {value}")
    if is_variable(value):
        return Held(value)
    return value if _is_literal(value) or tf.is_tensor(value) else tf.constant(value)


def _is_literal(value: Any) -> bool:
    return isinstance(value, (bool, str)) or callable(value) or value is None
