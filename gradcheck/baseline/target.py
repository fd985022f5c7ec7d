"""Problems of a user's own: the losses that a function returns, at fixed inputs and weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.baseline.case import Answer, Case, Raised, Sort
from gradcheck.errors import UsageError
from gradcheck.flow.flow import flow
from gradcheck.flow.trace import Traced, trace
from gradcheck.gradient import Array, Unconnected
from gradcheck.inputs import draw_inputs, parse_input
from gradcheck.target import check_arguments, load_losses

_SEED = 2026
_SAMPLES = 4  # of rounding
_NEAR = 4.0  # units in the last place that they lie away
Arrays = Mapping[str, Array]
_WAYS: Mapping[str, Mapping[str, Any] | None] = {"eager": None, "graph": {}, "xla": {"jit_compile": True}}


def target_problem(target: str, inputs: Sequence[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return a user's losses as JSON values, with the inputs and the weights that they have now.

    Raises:
        UsageError: The function cannot be found, called or traced.
    """
    losses, specs = _load(target, inputs)
    given = draw_inputs(specs, _SEED)
    traced = trace(losses, given)
    arrays = {f"input {index}": np.asarray(value) for index, value in enumerate(given)}
    arrays |= {f"variable {name}": np.asarray(variable) for name, variable in traced.variables.items()}
    return {"kind": "target", "target": target, "inputs": list(inputs), "variables": list(traced.variables)}, arrays


def run_target(name: str, problem: Mapping[str, Any], arrays: Arrays) -> Iterator[Case]:
    """Yield the cases of a user's losses: of each way to take gradients and each loss, and of the flow."""
    losses, _ = _load(str(problem["target"]), problem["inputs"])
    given = [tf.constant(arrays[f"input {index}"]) for index in range(len(problem["inputs"]))]
    traced = trace(losses, given)
    variables = match(list(problem["variables"]), traced, arrays)
    measured = _Target(traced, variables, given, arrays)
    noise = measured.noise()
    for way, options in _WAYS.items():
        found = measured.gradients(options)
        for loss in traced.losses:
            answers = {v: found if isinstance(found, Raised) else found[loss, v] for v in variables}
            doubts = {v: noise.get((loss, v), 0.0) for v in variables}
            yield Case(f"{name}/{way}/{loss}", name, Sort.GRADIENT, {"engine": way}, answers, doubts)
    cells = flow(losses, *given).cells
    names = {found: own for own, found in zip(variables, traced.variables, strict=True)}
    kinds: dict[str, Answer] = {
        f"{loss}, {names[v]}": cell.kind.value for (loss, v), cell in cells.items() if v in names
    }
    yield Case(f"{name}/flow", name, Sort.FLOW, {}, kinds)


def match(names: Sequence[str], traced: Traced, arrays: Arrays) -> dict[str, Any]:
    """Return the variables that recorded names stand for: those of the same names, else those in the same places.

    Keras names weights otherwise from version to version, and keeps their order.

    Raises:
        UsageError: There are more or fewer variables than were recorded, or their shapes differ.
    """
    found = dict(traced.variables)
    chosen = [found[name] for name in names] if set(names) == set(found) else list(found.values())
    if len(chosen) != len(names):
        raise UsageError(f"the losses read {len(chosen)} variables; {len(names)} were recorded")
    for name, variable in zip(names, chosen, strict=True):
        shape = arrays[f"variable {name}"].shape
        if tuple(variable.shape) != shape:
            raise UsageError(f"variable {name} has shape {tuple(variable.shape)}; {shape} was recorded")
    return dict(zip(names, chosen, strict=True))


class _Target:
    """A user's losses, put back to the recorded weights before every use."""

    def __init__(self, traced: Traced, variables: Mapping[str, Any], given: Sequence[Any], arrays: Arrays) -> None:
        assert traced.call
        self._call, self._losses = traced.call, list(traced.losses)
        self._variables, self._given, self._arrays = variables, given, arrays
        self._present: list[bool] = []

    def gradients(self, options: Mapping[str, Any] | None) -> dict[tuple[str, str], Answer] | Raised:
        """Return the gradient of every loss by every variable, eagerly or by a ``tf.function`` of such options."""
        self._put(self._arrays)
        try:
            run = self._pull if options is None else tf.function(self._pull, autograph=False, **options)
            return self._answers(run(*self._given))
        except Exception as error:  # whatever a user's losses raise is their answer
            return Raised.of(error)

    def noise(self) -> dict[tuple[str, str], float]:
        """Return how far each gradient moves where weights and inputs move by some units in the last place."""
        base = self.gradients({})
        if isinstance(base, Raised):
            return {}
        run, stream = tf.function(self._pull, autograph=False), np.random.Philox(key=_SEED)
        noise: dict[tuple[str, str], float] = {}
        for _ in range(_SAMPLES):
            moved = {name: _shaken(value, stream) for name, value in self._arrays.items()}
            self._put(moved)
            near = self._answers(run(*(tf.constant(moved[f"input {i}"]) for i in range(len(self._given)))))
            for key, value in near.items():
                noise[key] = max(noise.get(key, 0.0), _distance(base[key], value))
        return noise

    def _put(self, arrays: Arrays) -> None:
        tf.keras.utils.set_random_seed(_SEED)
        for name, variable in self._variables.items():
            variable.assign(arrays[f"variable {name}"])

    def _pull(self, *given: Any) -> list[Any]:
        watched = list(self._variables.values())
        with tf.GradientTape(persistent=True) as tape:
            losses = self._call(*given)
        found = [g for loss in self._losses for g in tape.gradient(losses[loss], watched)]
        self._present = [gradient is not None for gradient in found]
        return [tf.convert_to_tensor(gradient) for gradient in found if gradient is not None]

    def _answers(self, gradients: Sequence[Any]) -> dict[tuple[str, str], Answer]:
        keys = [(loss, variable) for loss in self._losses for variable in self._variables]
        given = iter(gradients)
        return {
            key: np.asarray(next(given)) if there else Unconnected()
            for key, there in zip(keys, self._present, strict=True)
        }


def _load(target: str, inputs: Sequence[str]) -> tuple[Callable[..., Any], list[Any]]:
    tf.keras.utils.set_random_seed(_SEED)
    specs = [parse_input(text) for text in inputs]
    losses = load_losses(target)
    check_arguments(losses, specs, target)
    return losses, specs


def _shaken(value: Array, stream: np.random.Philox) -> Array:
    if value.dtype.kind not in "fcV":
        return value
    epsilon = 2.0**-7 if value.dtype.kind == "V" else float(np.finfo(value.dtype).eps)
    words = stream.random_raw(value.size).reshape(value.shape)
    moves = 1.0 + _NEAR * epsilon * ((words >> np.uint64(40)).astype(np.float64) * 2.0**-23 - 1.0)
    return np.asarray(value.astype(np.complex128 if value.dtype.kind == "c" else np.float64) * moves).astype(
        value.dtype
    )


def _distance(one: Answer, other: Answer) -> float:
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray) or one.shape != other.shape:
        return 0.0
    moved = np.abs(one.astype(np.complex128) - other.astype(np.complex128))
    return float(np.max(moved, initial=0.0, where=np.isfinite(moved)))
