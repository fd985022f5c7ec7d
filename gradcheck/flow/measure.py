"""Measuring: each cell's gradient by TensorFlow's own tape, to be held against the structure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gradcheck.backend import tf
from gradcheck.errors import UsageError, told
from gradcheck.flow.given import tensors_of

Tensor = Any
Variable = Any
Key = tuple[str, str]
Measured = float | str | None


class Measuring:
    """Takes the gradient of every loss by every variable, by a tape inside a ``tf.function``.

    Attributes:
        variables: All variables that were asked for, by name; whole numbers have no gradient to take.

    Args:
        call: Computes the losses by name; ``None`` where they are tensors of a graph of TensorFlow 1.
        variables: By name.
        changed: Variables that computing the losses changes, such as moving statistics; they are put
            back afterwards.
    """

    def __init__(
        self,
        call: Callable[..., Mapping[str, Tensor]] | None,
        variables: Mapping[str, Variable],
        changed: Sequence[Variable] = (),
    ) -> None:
        self._call, self._changed = call, changed
        self._failed: dict[Key, str] = {}
        self.variables = variables
        self._variables = {name: v for name, v in variables.items() if v.dtype.is_floating or v.dtype.is_complex}
        self._run = tf.function(self._differentiate, autograph=False)

    def at(self, args: Sequence[Any]) -> Mapping[Key, Measured]:
        """Return each gradient's Euclidean norm at inputs, ``None`` for none, or why the tape failed.

        Raises:
            UsageError: The losses are tensors of a graph of TensorFlow 1, or fail at these inputs.
        """
        if self._call is None:
            raise UsageError("losses of a TensorFlow 1 graph cannot be measured: give a function that computes them")
        given, before = tensors_of(args), [variable.read_value() for variable in self._changed]
        try:
            found = self._run(*given)
        except Exception as error:
            raise UsageError(f"losses cannot be measured: {told(error)}") from error
        finally:
            for variable, value in zip(self._changed, before, strict=True):
                variable.assign(value)
        norms = {(loss, name): float(norm) for loss, row in found.items() for name, norm in row.items()}
        return {**norms, **self._failed}

    def _differentiate(self, *args: Any) -> dict[str, dict[str, Tensor]]:
        assert self._call is not None
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch(list(self._variables.values()))
            losses = self._call(*args)
        return {loss: dict(self._row(tape, loss, value)) for loss, value in losses.items()}

    def _row(self, tape: Any, loss: str, value: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the norms of a loss's gradients, asked for together if the tape allows it."""
        try:
            gradients = tape.gradient(value, list(self._variables.values()))
        except Exception:  # one variable's gradient must not hide the others'
            gradients = [self._alone(tape, loss, value, name) for name in self._variables]
        for name, gradient in zip(self._variables, gradients, strict=True):
            if gradient is not None:
                yield name, _norm(gradient)

    def _alone(self, tape: Any, loss: str, value: Tensor, name: str) -> Tensor | None:
        try:
            return tape.gradient(value, self._variables[name])
        except Exception as error:  # the tape may raise anything, which then is what there is to tell
            self._failed[loss, name] = told(error)
            return None


def _norm(gradient: Any) -> Tensor:
    """Return a gradient's norm in float64, which tiny entries do not vanish from."""
    entries = tf.abs(tf.convert_to_tensor(gradient))
    entries = tf.reshape(tf.cast(entries, tf.float64), [-1])
    largest = tf.reduce_max(tf.concat([entries, [0.0]], axis=0))
    return largest * tf.sqrt(tf.reduce_sum(tf.math.divide_no_nan(entries, largest) ** 2))
