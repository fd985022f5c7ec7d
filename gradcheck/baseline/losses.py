"""Losses of a user's own: what is recorded of them, and their gradients at recorded inputs and weights."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.baseline.case import Answer, Case, Sort
from gradcheck.errors import UsageError
from gradcheck.flow.flow import flow
from gradcheck.flow.given import Held, released, tensors_of
from gradcheck.flow.trace import Traced, trace
from gradcheck.gradient import Array, Unconnected
from gradcheck.moving import kept, moved
from gradcheck.raised import Raised

Losses = Callable[..., Any]
Arrays = Mapping[str, Array]
Key = tuple[str, str]
_SEED = 2026
_SAMPLES = 4  # of rounding
_NEAR = 4.0  # units in the last place that they lie away
_WAYS: Mapping[str, Mapping[str, Any] | None] = {"eager": None, "graph": {}, "xla": {"jit_compile": True}}


def capture(losses: Losses, args: Sequence[Any]) -> tuple[list[str], dict[str, Array]]:
    """Return the names of the variables that losses read, and the arrays that fix a computation of them.

    Args:
        losses: As `gradcheck.flow` takes them.
        args: Tensors, arrays or structures of them.

    Raises:
        UsageError: The losses cannot be traced.
    """
    traced = trace(losses, args)
    arrays = {f"input {index}": np.asarray(leaf) for index, leaf in enumerate(_leaves(args)) if tf.is_tensor(leaf)}
    arrays |= {f"variable {name}": np.asarray(variable) for name, variable in traced.variables.items()}
    return list(traced.variables), arrays


def measure(problem: str, losses: Losses, args: Sequence[Any], names: Sequence[str], arrays: Arrays) -> Iterator[Case]:
    """Yield the cases of losses: of each way to take gradients and each loss, and of the flow.

    Variables get their own values back afterwards.

    Args:
        problem: What the cases' names begin with.
        losses: What is differentiated.
        args: What they are called with; where there are arrays, recorded ones take their places.
        names: Of the recorded variables.
        arrays: Recorded inputs and variables.

    Raises:
        UsageError: The losses cannot be traced, or other inputs or variables were recorded.
    """
    given = _with(args, arrays)
    traced = trace(losses, given)
    variables = match(names, traced, arrays)
    with kept(list(variables.values())):
        yield from _gradients(problem, _Losses(traced, variables, given, arrays))
    own = {found: name for name, found in zip(names, _names_in_order(names, traced), strict=True)}
    cells = flow(losses, *given).cells
    kinds: dict[str, Answer] = {f"{loss}, {own[v]}": cell.kind.value for (loss, v), cell in cells.items() if v in own}
    yield Case(f"{problem}/flow", problem, Sort.FLOW, {}, kinds)


def match(names: Sequence[str], traced: Traced, arrays: Arrays) -> dict[str, Any]:
    """Return the variables that recorded names stand for: those of the same names, else those in the same places.

    Keras names weights otherwise from version to version, and keeps their order.

    Raises:
        UsageError: There are more or fewer variables than were recorded, or their shapes differ.
    """
    if len(traced.variables) != len(names):
        raise UsageError(f"the losses read {len(traced.variables)} variables; {len(names)} were recorded")
    found = [traced.variables[name] for name in _names_in_order(names, traced)]
    for name, variable in zip(names, found, strict=True):
        shape = arrays[f"variable {name}"].shape
        if not variable.shape.is_compatible_with(shape):
            raise UsageError(f"variable {name} has shape {tuple(variable.shape)}; {shape} was recorded")
    return dict(zip(names, found, strict=True))


def _names_in_order(names: Sequence[str], traced: Traced) -> list[str]:
    return list(names) if set(names) == set(traced.variables) else list(traced.variables)


def _gradients(problem: str, losses: _Losses) -> Iterator[Case]:
    noise = losses.noise()
    for way, options in _WAYS.items():
        found = losses.gradients(options)
        for loss in losses.names:
            answers = {v: found if isinstance(found, Raised) else found[loss, v] for v in losses.watched}
            doubts = {v: noise.get((loss, v), 0.0) for v in losses.watched}
            tags = {"engine": way, "loss": loss.replace(" ", "_")}
            yield Case(f"{problem}/{way}/{loss}", problem, Sort.GRADIENT, tags, answers, doubts)


class _Losses:
    """Losses that start from the recorded weights whenever they are used."""

    def __init__(self, traced: Traced, variables: Mapping[str, Any], given: Sequence[Any], arrays: Arrays) -> None:
        assert traced.call
        self.names = list(traced.losses)
        self.watched = {n: v for n, v in variables.items() if v.dtype.is_floating or v.dtype.is_complex}
        self._call, self._variables, self._given, self._arrays = traced.call, variables, given, arrays
        self._present: list[bool] = []

    def gradients(self, options: Mapping[str, Any] | None) -> dict[Key, Answer] | Raised:
        """Return the gradient of every loss by every variable, eagerly or by a ``tf.function`` of such options."""
        run = self._pull if options is None else tf.function(self._pull, autograph=False, **options)
        return self._at(run, self._arrays)

    def noise(self) -> dict[Key, float]:
        """Return how far each gradient moves where weights and inputs move by some units in the last place."""
        run = tf.function(self._pull, autograph=False)
        stream = np.random.Generator(np.random.Philox(key=_SEED))
        base, noise = self._at(run, self._arrays), dict[Key, float]()
        for _ in range(_SAMPLES):
            near = self._at(run, {name: moved(value, stream, _NEAR) for name, value in self._arrays.items()})
            if isinstance(base, Raised) or isinstance(near, Raised):
                return {}
            for key, value in near.items():
                noise[key] = max(noise.get(key, 0.0), _distance(base[key], value))
        return noise

    def _at(self, run: Callable[..., list[Any]], arrays: Arrays) -> dict[Key, Answer] | Raised:
        tf.random.set_seed(_SEED)
        for name, variable in self._variables.items():
            variable.assign(arrays[f"variable {name}"])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of slices that become dense
                return self._answers(run(*_with(self._given, arrays)))
        except Exception as error:  # whatever a user's losses raise is their answer
            return Raised.of(error)

    def _pull(self, *given: Any) -> list[Any]:
        watched = list(self.watched.values())
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(watched)  # those that are not trainable are watched by nobody else
            losses = self._call(*given)
        found = [g for loss in self.names for g in tape.gradient(losses[loss], watched)]
        self._present = [gradient is not None for gradient in found]
        return [tf.convert_to_tensor(gradient) for gradient in found if gradient is not None]

    def _answers(self, gradients: Sequence[Any]) -> dict[Key, Answer]:
        keys = [(loss, variable) for loss in self.names for variable in self.watched]
        given = iter(gradients)
        pairs = zip(keys, self._present, strict=True)
        return {key: np.asarray(next(given)) if there else Unconnected() for key, there in pairs}


def _leaves(args: Sequence[Any]) -> list[Any]:
    leaves: list[Any] = tf.nest.flatten(tensors_of(args))
    return leaves


def _with(args: Sequence[Any], arrays: Arrays) -> tuple[Any, ...]:
    """Return arguments with recorded arrays in the places of arrays.

    Raises:
        UsageError: There are more or fewer of them, or one has another shape or dtype.
    """
    tensors = tensors_of(args)
    leaves = tf.nest.flatten(tensors)
    places = {index for index, leaf in enumerate(leaves) if tf.is_tensor(leaf) and not isinstance(leaf, Held)}
    recorded = {name for name in arrays if name.startswith("input ")}
    if recorded != {f"input {index}" for index in places}:
        raise UsageError(f"the losses are given {len(places)} arrays; {len(recorded)} were recorded")
    for index in places:
        found, kept = leaves[index], arrays[f"input {index}"]
        if tuple(found.shape) != kept.shape or found.dtype.as_numpy_dtype != kept.dtype:
            shapes = [f"{array.dtype.name}{list(array.shape)}" for array in (found, kept)]
            raise UsageError(f"input {index} is {shapes[0]}; {shapes[1]} was recorded")
        leaves[index] = tf.constant(kept)
    packed: tuple[Any, ...] = released(tf.nest.pack_sequence_as(tensors, leaves))
    return packed


def _distance(one: Answer, other: Answer) -> float:
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray) or one.shape != other.shape:
        return 0.0
    moved = np.abs(one.astype(np.complex128) - other.astype(np.complex128))
    return float(np.max(moved, initial=0.0, where=np.isfinite(moved)))
