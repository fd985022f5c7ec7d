"""Gradients of a user's own function by the tape, eagerly and inside of a ``tf.function``."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.errors import UsageError, told
from gradcheck.gradient import Array, Gradient, MaybeGradient, Unconnected, largest

Tensor = Any
Variable = Any
Key = tuple[str, str]  # a loss and a variable
Gradients = Mapping[Key, MaybeGradient]
Run = Callable[[Tensor, Sequence[Any]], Mapping[str, Sequence[Tensor | None]]]


@dataclass(frozen=True, eq=False)
class Side:
    """One of two implementations.

    Attributes:
        argument: What the caller's argument is called: ``"f"`` or ``"g"``.
        name: What it is called in messages.
        call: The user's function.
    """

    argument: str
    name: str
    call: Callable[..., Any]

    def losses(self, args: Sequence[Any]) -> dict[str, Tensor]:
        """Call it and name the losses: by a mapping's keys, else ``loss1``, ``loss2`` and so on.

        Raises:
            UsageError: It raises, or returns no losses.
        """
        found = self.trying(lambda: self.call(*args))
        if isinstance(found, Mapping):
            named = {str(name): value for name, value in found.items()}
        elif isinstance(found, (list, tuple)):
            named = {f"loss{i}": value for i, value in enumerate(found, start=1)}
        else:
            named = {"loss": found}
        if found is None or not named:
            raise UsageError(f"{self.argument} must return at least one loss; found {found!r}")
        for name, value in named.items():
            dtype = value.dtype if tf.is_tensor(value) else None
            if dtype is None or not (dtype.is_floating or dtype.is_complex):
                found = dtype.name if dtype else repr(value)
                raise UsageError(f"{self.argument} must return floating-point tensors; {name} is {found:.80}")
        return named

    def trying(self, run: Callable[[], Any]) -> Any:
        """Run the user's function and say whose it is that raises."""
        try:
            return run()
        except Exception as error:  # whatever a user's function raises, its user must learn what it was
            raise UsageError(f"{self.argument} raised {told(error)}") from error


def find_watched(side: Side, args: Sequence[Any]) -> tuple[list[str], list[Variable]]:
    """Call a function and return the names of its losses, and the variables that a tape watches.

    Raises:
        UsageError: It raises, or returns no losses.
    """
    with tf.GradientTape() as tape:
        names = list(side.losses(args))
    return names, list(tape.watched_variables())


def eager(side: Side, variables: Mapping[str, Variable]) -> Run:
    """Return what takes the gradients eagerly, at a cotangent and arguments."""

    def run(cotangent: Tensor, args: Sequence[Any]) -> Mapping[str, Sequence[Tensor | None]]:
        sources = list(variables.values())
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(sources)  # those that are not trainable are watched by nobody else
            losses = side.losses(args)
        return {
            name: [
                None if found is None else tf.convert_to_tensor(found)
                for found in tape.gradient(loss, sources, output_gradients=_filled(cotangent, loss))
            ]
            for name, loss in losses.items()
        }

    return run


def compiled(side: Side, variables: Mapping[str, Variable], args: Sequence[Any]) -> Run | None:
    """Return what takes the gradients inside of a ``tf.function``, ``None`` if that cannot be traced."""
    taking = eager(side, variables)
    function = tf.function(lambda cotangent, *given: taking(cotangent, given), autograph=False)
    try:
        function.get_concrete_function(tf.ones([], tf.float64), *args)
    except Exception:  # not every function that runs can be traced, and it need not
        return None
    return lambda cotangent, given: side.trying(lambda: function(cotangent, *given))


def evaluate(run: Run, names: Sequence[str], args: Sequence[Any], cotangent: float = 1.0) -> Gradients:
    """Take the gradients of all losses by all variables.

    Args:
        run: What takes them.
        names: Names of the variables, in their order.
        args: What the function is called with.
        cotangent: What every loss is pulled by.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of slices that become dense
        found = run(tf.constant(cotangent, tf.float64), args)
    return {
        (loss, name): Unconnected() if value is None else _gradient(value.numpy())
        for loss, values in found.items()
        for name, value in zip(names, values, strict=True)
    }


def _filled(cotangent: Tensor, loss: Tensor) -> Tensor:
    return tf.fill(tf.shape(loss), tf.cast(cotangent, loss.dtype))


def _gradient(values: Array) -> Gradient:
    """Return a gradient at the one point that there is, complex numbers as pairs of real ones."""
    parts = np.stack([values.real, values.imag], axis=-1) if np.iscomplexobj(values) else values
    wide = parts.astype(np.float64)[np.newaxis]
    return Gradient(wide, largest(wide))
