"""Asserting that two implementations have the same gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from gradcheck import compare
from gradcheck.assertions.differences import explain_difference, unit_of
from gradcheck.assertions.gradients import Gradients, Key, Run, Side, compiled, eager, evaluate, find_watched
from gradcheck.assertions.nearby import measure_noise
from gradcheck.assertions.scope import Names
from gradcheck.backend import tf
from gradcheck.compare import Budget, Comparison
from gradcheck.errors import LawBroken, UsageError
from gradcheck.gradient import Gradient, Unconnected
from gradcheck.moving import epsilon, kept
from gradcheck.training.live import Live, find_live, find_mentioned

_FEW = 8.0  # units in the last place of the largest entry, which settle most gradients without measuring
_MARGIN = 16.0  # two implementations may round this much worse than the sixteen runs that were measured
_ILL_CONDITIONED = 2.0**-6  # rounding alone above this share of the gradient: there is nothing to judge
_SHOWN = 5

_FLOOR = Budget(_FEW, "a few roundings")
_MEASURED = Budget(_MARGIN, "16 times what rounding was measured to do")


def assert_same_gradients(f: Callable[..., Any], g: Callable[..., Any], *args: Any, variables: Any) -> None:
    """Assert that two implementations have the same gradients at some inputs, but for rounding.

    Gradients are taken by the tape, eagerly and, where both can be traced, inside of a ``tf.function``;
    each call begins with the same values of all variables, seeds of Keras layers included. Where one
    gives None, the other must. Numbers may differ by 8 units in the last place of the largest entry. Where
    they differ by more, rounding is measured: variables, arguments and cotangents of both functions are
    moved 16 times within one unit in the last place, and 16 times the farthest that a gradient moves is
    allowed. Rounding to a lower precision than a variable's own, on the way, is not allowed for.

    Args:
        f: Returns a loss, or a mapping or sequence of losses; what is expected.
        g: Returns losses of the same names; what is judged.
        args: What both are called with; values, not specs.
        variables: Variables, layers, models, or names and globs of what ``f`` and ``g`` read and can train.

    Raises:
        LawBroken: A gradient differs; the message names loss and variable, the worst entry, both values,
            and how far they are apart against what is allowed.
        UsageError: A function raises or returns no losses; their losses have different names; a name
            matches nothing; there is no gradient at all; or rounding alone exceeds 1/64 of a gradient, so
            that there is nothing to judge.
    """
    __tracebackhide__ = True
    pair = _Pair.of(f, g, args, variables)
    broken: dict[Key, list[tuple[str, Comparison]]] = {}
    for mode, runs in pair.modes().items():
        compared = pair.compare(runs)
        for key, one in compared.items():
            if one.broken.any():
                broken.setdefault(key, []).append((mode, one))
    if broken:
        raise LawBroken(pair.describe(broken, len(compared)))
    if pair.unjudged:
        raise UsageError(pair.unjudged[0])


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two implementations, what they are called with, and what gradients are taken by.

    Attributes:
        variables: What gradients are taken by, by name.
        read: All variables that the two can come to.
        unjudged: Why gradients were not judged.
    """

    f: Side
    g: Side
    args: Sequence[Any]
    variables: dict[str, Any]
    read: Sequence[Any]
    unjudged: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, f: Callable[..., Any], g: Callable[..., Any], args: Sequence[Any], wanted: Any) -> _Pair:
        for argument, function in (("f", f), ("g", g)):
            if not callable(function):
                raise UsageError(f"{argument} must be callable; found {function!r:.80}")
        if any(isinstance(arg, tf.TypeSpec) for arg in tf.nest.flatten(args)):
            raise UsageError("args must be values; found a spec, which has none")
        names = [getattr(function, "__name__", "<") for function in (f, g)]
        if names[0] == names[1] or any(name.startswith("<") for name in names):
            names = ["f", "g"]
        sides = Side("f", names[0], f), Side("g", names[1], g)
        mentioned = {**find_mentioned(f).variables, **find_mentioned(g).variables}
        with kept(list(mentioned.values())):
            (losses, by_f), (others, by_g) = (find_watched(side, args) for side in sides)
        if sorted(losses) != sorted(others):
            raise UsageError(
                f"f and g must return losses of the same names; f returns {', '.join(losses)}, "
                f"g returns {', '.join(others)}"
            )
        known = Live()
        for variable in [*by_f, *by_g]:
            known.add(variable)
        variables = Names(known, find_live()).look_up(wanted)
        return cls(*sides, args, variables, list({**mentioned, **known.variables}.values()))

    def modes(self) -> dict[str, tuple[Run, Run]]:
        """Return the ways in which both can be differentiated."""
        found = {"eagerly": (eager(self.f, self.variables), eager(self.g, self.variables))}
        with kept(self.read):
            runs = compiled(self.f, self.variables, self.args), compiled(self.g, self.variables, self.args)
        if runs[0] and runs[1]:
            found["inside of a tf.function"] = runs[0], runs[1]
        return found

    def compare(self, runs: tuple[Run, Run]) -> dict[Key, Comparison]:
        """Compare all gradients, in two stages: by a few units, then by what rounding is measured to do."""
        expected, found = (self._evaluate(run) for run in runs)
        if all(isinstance(side, Unconnected) for side in [*expected.values(), *found.values()]):
            raise UsageError(f"variables: no loss has a gradient by {', '.join(self.variables):.2000}")
        compared = {key: self._close(key, expected[key], found[key]) for key in expected}
        unsettled = [key for key, one in compared.items() if one.broken.any() and np.isfinite(one.error).all()]
        if unsettled:
            noises = [self._noise(run, at) for run, at in zip(runs, (expected, found), strict=True)]
            for key in unsettled:
                noise = _MARGIN * max(noises[0][key], noises[1][key])
                compared[key] = self._judged(key, self._close(key, expected[key], found[key], noise), noise)
        return compared

    def describe(self, broken: dict[Key, list[tuple[str, Comparison]]], count: int) -> str:
        """Say which gradients differ, of how many, where, and by how much."""
        f, g = self.f.name, self.g.name
        lines = [
            f"the gradients of {g} are not those of {f}: {len(broken)} of {count} differ{'s' * (len(broken) == 1)}"
        ]
        for (loss, name), modes in list(broken.items())[:_SHOWN]:
            variable, compared = self.variables[name], modes[0][1]
            lines += [
                f"gradient of {loss} by {name}",
                *explain_difference(compared, (f, g), variable.dtype),
                f"  where      {name}, {variable.dtype.name} {tuple(variable.shape)}, "
                f"{' and '.join(mode for mode, _ in modes)}",
                f"  to mend it: {self._mend(compared, loss, name)}",
            ]
        rest = [f"{loss} by {name}" for loss, name in list(broken)[_SHOWN:]]
        return "\n".join([*lines, *([f"and {len(rest)} more: {', '.join(rest)}"] if rest else [])])

    def _mend(self, compared: Comparison, loss: str, name: str) -> str:
        cut = [
            side.name
            for side, found in ((self.f, compared.expected), (self.g, compared.found))
            if isinstance(found, Unconnected)
        ]
        if cut:
            return f"gradcheck.flow({cut[0]}, ...).explain({loss!r}, {name!r}) shows what cuts the path"
        if not np.isfinite(compared.error).all():
            return "tf.debugging.enable_check_numerics() stops at the first operation that makes NaN or infinity"
        return "return parts of both functions as further losses; the first that differs has the fault"

    def _evaluate(self, run: Run) -> Gradients:
        with kept(self.read):
            return evaluate(run, list(self.variables), self.args)

    def _noise(self, run: Run, at: Gradients) -> dict[Key, float]:
        return measure_noise(run, at, list(self.variables), self.args, self.read)

    def _close(self, key: Key, expected: Any, found: Any, noise: float = 0.0) -> Comparison:
        if isinstance(expected, Unconnected) or isinstance(found, Unconnected):
            return compare.identical(expected, found, points=1)
        floor = _FEW * unit_of(self.variables[key[1]].dtype, expected, found)
        budget = _MEASURED if noise > floor else _FLOOR
        return compare.close(expected, found, allowed=np.array([max(floor, noise)]), budget=budget)

    def _judged(self, key: Key, compared: Comparison, noise: float) -> Comparison:
        """Leave out what rounding alone can make, or unmake."""
        assert isinstance(compared.expected, Gradient) and isinstance(compared.found, Gradient)
        scale = max(float(compared.expected.scale[0]), float(compared.found.scale[0]))
        if noise <= max(_ILL_CONDITIONED, 64 * epsilon(self.variables[key[1]].dtype)) * scale:
            return compared
        self.unjudged.append(
            f"args: where the gradient of {key[0]} by {key[1]} is {scale:.4g} at most, rounding alone moves it by "
            f"{noise / _MARGIN:.4g}, so that there is nothing to judge: take other inputs, float64, or, if the "
            "functions draw random numbers, a fixed seed"
        )
        return replace(compared, judged=np.zeros(1, bool))
