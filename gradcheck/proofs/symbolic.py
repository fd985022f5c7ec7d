"""The independent judge of a derivation: sympy differentiates the scalar itself and knows no chain rule of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from gradcheck.directions import directions
from gradcheck.errors import UsageError
from gradcheck.gradient import Array
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.layer import Layer, LossFunction
from gradcheck.model import interpret
from gradcheck.objective import Expression
from gradcheck.proofs.formula import Value, Values

Polynomial = Any
_MOST_TERMS = 300


def load_sympy() -> Any:
    """Import sympy.

    Raises:
        UsageError: It is not installed.
    """
    try:
        import sympy
    except ImportError as error:
        raise UsageError(
            "proofs need sympy, which judges their algebra; install it with: pip install 'gradcheck[proofs]'"
        ) from error
    return sympy


@dataclass(frozen=True, eq=False)
class Polynomials:
    """A forward pass whose tensors are arrays of polynomials: an `Interpreter`.

    Args:
        values: Every variable, ids and labels; the entries of some are generators of the ring.
        still: The same, all of them numbers.
    """

    graph: TwoHeadGraph
    values: Values
    still: Values

    def look_up(self) -> tuple[Array, Array]:
        """Return the rows that ids name, as polynomials and as numbers."""
        return self.values["embedding"][self.values["ids"]], self.still["embedding"][self.still["ids"]]

    def apply(self, path: str, layer: Layer, x: tuple[Array, Array]) -> tuple[Array, Array]:
        """Apply a dense layer: a product, and a bias where there is one."""
        return self._dense(path, layer, x[0], self.values), self._dense(path, layer, x[1], self.still)

    def stop(self, x: tuple[Array, Array]) -> tuple[Array, Array]:
        """Go on with the numbers alone, in which nothing moves."""
        return x[1], x[1]

    def lose(self, which: int, loss: LossFunction, output: tuple[Array, Array]) -> tuple[Value, Value]:
        """Return loss 1 or 2, reduced as the graph says."""
        labels = self.still[f"labels{which}"]
        return self._reduced((output[0] - labels) ** (loss.degree or 1)), self._reduced(
            (output[1] - labels) ** (loss.degree or 1)
        )

    def _dense(self, path: str, layer: Layer, x: Array, values: Values) -> Array:
        y = np.dot(x, values[f"{path}/kernel"])
        return np.asarray(y + values[f"{path}/bias"] if "bias" in layer.parameters else y)

    def _reduced(self, losses: Array) -> Value:
        examples = [sum(row[1:], start=row[0]) for row in losses]
        if self.graph.reduction == "none":
            return np.array(examples, dtype=object)
        total = sum(examples[1:], start=examples[0])
        return total * _rational(Fraction(1, len(examples))) if self.graph.reduction == "mean" else total


def differentiate(graph: TwoHeadGraph, given: Values, formula: Expression, variable: str) -> Array:
    """Return the gradient of a formula of the losses by a variable, as sympy finds it, at the numbers given.

    The formula becomes one polynomial in the entries of the variable, and is differentiated by each.

    Args:
        given: Every value of the point, as whole numbers and fractions.
    """
    entries = unknowns_of({variable: np.shape(given[variable])})[variable]
    polynomial = as_polynomial(graph, given, formula, {variable: entries})
    at = [
        (entry, _rational(value)) for entry, value in zip(entries.reshape(-1), given[variable].reshape(-1), strict=True)
    ]
    slopes = [_evaluate(polynomial.diff(entry), at) if _is_polynomial(polynomial) else 0 for entry, _ in at]
    return np.array(slopes, dtype=object).reshape(entries.shape)


def differentiate_everywhere(
    graph: TwoHeadGraph, given: Values, formula: Expression, variables: Sequence[str]
) -> tuple[Values, dict[str, Array]] | None:
    """Return every variable as unknowns, and the gradient of a formula by each as polynomials in all of them.

    Equal polynomials are equal for all values, not only at a point.

    Returns:
        ``None`` where there would be too many terms, or a stop holds something still, which a polynomial cannot.
    """
    stops = graph.wiring is Wiring.STOPPED or "stop_gradient" in str(formula)
    if stops or graph.reduction == "mean" or count_terms(graph, given) > _MOST_TERMS:
        return None
    shapes = {name: np.shape(given[name]) for name in graph.variables}
    unknowns = unknowns_of(shapes)
    values = {**given, **unknowns}
    total = _total(graph, {**rational(given), **unknowns}, {**rational(given), **unknowns}, formula)
    return values, {w: np.frompyfunc(total.diff, 1, 1)(unknowns[w]) for w in variables}


def count_terms(graph: TwoHeadGraph, given: Values) -> int:
    """Return how many terms the losses have at most, with every variable unknown."""
    batch, width = len(given["ids"]), np.shape(given["embedding"])[1]
    kernels = [np.shape(given[name])[1] for name in graph.variables if name.endswith("/kernel")]
    degree = max(loss.degree or 1 for loss in graph.loss_functions)
    return int(batch * np.prod([width, *kernels]) ** degree)


def unknowns_of(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Return arrays of the generators of one ring of polynomials over the rationals."""
    sympy = load_sympy()
    names = [
        f"{name.replace('/', '_')}_{'_'.join(map(str, at))}"
        for name, shape in shapes.items()
        for at in np.ndindex(shape)
    ]
    _, *generators = sympy.ring(names, sympy.QQ)
    found, start = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        found[name] = np.array(generators[start : start + size], dtype=object).reshape(shape)
        start += size
    return found


def as_polynomial(graph: TwoHeadGraph, given: Values, formula: Expression, symbols: Mapping[str, Array]) -> Polynomial:
    """Return the sum of a formula's entries as a polynomial in the entries of some variables."""
    numbers = rational(given)
    return _total(graph, {**numbers, **symbols}, numbers, formula)


def _total(graph: TwoHeadGraph, values: Values, still: Values, formula: Expression) -> Polynomial:
    """Return the sum of a formula's entries; what is stopped is taken where nothing moves."""
    forward = interpret(graph, Polynomials(graph, values, still))
    named = {"loss1": _Pair(*forward.loss1), "loss2": _Pair(*forward.loss2)}
    whole = formula.evaluate(named, lambda pair: pair.stopped())
    entries = np.asarray(whole.moving, dtype=object).reshape(-1)
    return sum(entries[1:], start=entries[0])


@dataclass(frozen=True, eq=False)
class _Pair:
    """A value that moves with the variable, beside the same value held still."""

    moving: Value
    held: Value

    def __add__(self, other: _Pair) -> _Pair:
        return _Pair(self.moving + other.moving, self.held + other.held)

    def __mul__(self, other: _Pair) -> _Pair:
        return _Pair(self.moving * other.moving, self.held * other.held)

    def stopped(self) -> _Pair:
        return _Pair(self.held, self.held)


def rational(values: Values) -> dict[str, Value]:
    """Return exact numbers as sympy's rationals, which its polynomials can be multiplied with; ids as they are."""
    return {
        name: value if name == "ids" else np.frompyfunc(_rational, 1, 1)(np.asarray(value, dtype=object))
        for name, value in values.items()
    }


def _rational(value: Any) -> Any:
    qq = load_sympy().QQ
    fraction = Fraction(value)
    return qq(fraction.numerator, fraction.denominator)


def _is_polynomial(value: Any) -> bool:
    return hasattr(value, "diff")


def _evaluate(slope: Polynomial, at: list[tuple[Any, Any]]) -> Fraction:
    return _fraction(slope.evaluate(at) if _is_polynomial(slope) else slope)


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.numerator), int(value.denominator))


def degree_along(graph: TwoHeadGraph, given: Values, formula: Expression, variable: str) -> int:
    """Return the degree of a gradient's product with a direction, along a line on which every value moves.

    A polynomial in many unknowns has along a generic line the degree that it has at all.
    """
    sympy = load_sympy()
    _, t, s = sympy.ring(["t", "s"], sympy.QQ)
    along = {
        name: value if name == "ids" else value + _whole_directions(np.shape(value))[0] * t
        for name, value in rational(given).items()
    }
    moved = along[variable] + _whole_directions(np.shape(given[variable]))[1] * s
    slope = _total(graph, {**along, variable: moved}, along, formula).diff(s).evaluate(s, 0)
    return int(max((powers[0] for powers in slope.monoms()), default=0)) if slope else 0


def _whole_directions(shape: tuple[int, ...]) -> Array:
    return (16 * directions(shape)).astype(int).astype(object)


def along_a_line(graph: TwoHeadGraph, given: Values, formula: Expression, moves: Mapping[str, Array]) -> list[Fraction]:
    """Return the coefficients of a formula as a polynomial in how far all variables are moved, lowest first.

    Args:
        given: Every value of the point.
        moves: The direction of each variable.
    """
    sympy = load_sympy()
    _, h = sympy.ring(["h"], sympy.QQ)
    numbers = rational(given)
    moved = {name: numbers[name] + direction * h for name, direction in moves.items()}
    total = _total(graph, {**numbers, **moved}, numbers, formula)
    found = {powers[0]: value for powers, value in total.terms()} if _is_polynomial(total) else {0: total}
    return [_fraction(found.get(power, 0)) for power in range(max(found, default=0) + 1)]
