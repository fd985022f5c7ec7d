"""How far rounding alone carries the gradients of a user's own function, measured rather than guessed.

The function cannot be asked for float64. So its variables, its arguments and the cotangent that its
losses are pulled by are moved, each entry by a random part of one unit in its last place, sixteen
times: that is what storing them has done to them already. How far the gradient moves along shows how
much the function amplifies such errors, and, since its own roundings fall otherwise every time, how
large these are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradcheck.assertions.gradients import Gradients, Key, Run, Variable, evaluate
from gradcheck.backend import tf
from gradcheck.gradient import Gradient, Unconnected
from gradcheck.moving import epsilon, kept, moved, moves

_COPIES = 16
_KEY = 0x6E6561726279


def measure_noise(
    run: Run, at: Gradients, names: Sequence[str], args: Sequence[Any], variables: Sequence[Variable]
) -> dict[Key, float]:
    """Return how far each gradient moves at most, where it is at all, as inputs move by their last place.

    Args:
        run: What takes the gradients.
        at: The gradients where nothing is moved.
        names: Names of the variables that they are taken by.
        args: What the function is called with.
        variables: All variables that the function reads; they get their values back.
    """
    stream = np.random.Generator(np.random.Philox(key=_KEY))
    noise: dict[Key, float] = {}
    floats = [variable for variable in variables if moves(variable)]
    for _ in range(_COPIES):
        with kept(variables):
            for variable in floats:
                variable.assign(moved(variable.value(), stream))
            given = tf.nest.map_structure(lambda x: moved(x, stream), tuple(args), expand_composites=True)
            found = evaluate(run, names, given, 1.0 + float(stream.uniform(-1, 1)) * _finest(floats))
        for key, gradient in found.items():
            noise[key] = max(noise.get(key, 0.0), _distance(at[key], gradient))
    return noise


def _finest(variables: Sequence[Variable]) -> float:
    return min((epsilon(variable.dtype) for variable in variables), default=2.0**-23)


def _distance(at: Any, found: Any) -> float:
    if isinstance(at, Unconnected) or isinstance(found, Unconnected):
        return 0.0
    assert isinstance(at, Gradient) and isinstance(found, Gradient)
    apart = np.abs(at.values - found.values)
    return float(np.max(apart, where=np.isfinite(apart), initial=0.0))
