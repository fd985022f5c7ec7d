"""Problems of a user's own: the losses that a function returns, found by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gradcheck.backend import tf
from gradcheck.baseline.case import Case
from gradcheck.baseline.losses import capture, measure
from gradcheck.gradient import Array
from gradcheck.inputs import draw_inputs, parse_input
from gradcheck.target import check_arguments, load_losses

_SEED = 2026


def target_problem(target: str, inputs: Sequence[str]) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return a user's losses as JSON values, with the inputs and the weights that they have now.

    Args:
        target: ``MODULE:FUNCTION`` or ``FILE.py:FUNCTION``.
        inputs: Descriptions of its arguments, such as ``"float32[8,3]"``.

    Raises:
        UsageError: The function cannot be found, called or traced.
    """
    losses, given = _load(target, inputs)
    names, arrays = capture(losses, given)
    return {"kind": "target", "target": target, "inputs": list(inputs), "variables": names}, arrays


def run_target(name: str, problem: Mapping[str, Any], arrays: Mapping[str, Array]) -> Iterator[Case]:
    """Yield the cases of a user's losses at what was recorded."""
    losses, given = _load(str(problem["target"]), problem["inputs"])
    yield from measure(name, losses, given, list(problem["variables"]), arrays)


def _load(target: str, inputs: Sequence[str]) -> tuple[Callable[..., Any], list[Any]]:
    tf.keras.utils.set_random_seed(_SEED)
    specs = [parse_input(text) for text in inputs]
    losses = load_losses(target)
    check_arguments(losses, specs, target)
    return losses, draw_inputs(specs, _SEED)
