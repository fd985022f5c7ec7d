"""Numeric against automatic: truncation against rounding, and the slope of 2 that a right gradient has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np

from gradcheck.engines import Engine, View, engines
from gradcheck.errors import EngineError
from gradcheck.flow.cell import Kind
from gradcheck.gradient import Gradient
from gradcheck.graph import MOST_LAYERS, TwoHeadGraph, Wiring
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import Point
from gradcheck.proofs import Steps, register_proof
from gradcheck.proofs.algebra import Line as Equation
from gradcheck.proofs.algebra import given_at, work_out
from gradcheck.proofs.case import Case, derive, with_facts, with_setting
from gradcheck.proofs.falsify import lied, tried, wrong_sign
from gradcheck.proofs.formula import exactly
from gradcheck.proofs.joint import JOINT, joint_lines
from gradcheck.proofs.line import STEPS, Line, fitted_slope
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import LOSSES, OnWholeNumbers
from gradcheck.proofs.setting import Setting, golden_setting
from gradcheck.proofs.structure import read_structure
from gradcheck.proofs.symbolic import along_a_line
from gradcheck.proofs.walk import Curve, Fact, Numbers
from gradcheck.trial import Trial

_FORMULA = loss1 + loss2
_KINK_STEPS = STEPS[17:26]
_FEWEST = 3  # steps through which a slope is fitted
_NEAR = 0.05


@register_proof
class NumericAgainstAutomatic(OnWholeNumbers):
    """How small a step must be, and how small it must not be."""

    name = "numeric"
    title = "Numeric against automatic"
    claim = (
        "A difference quotient is off by truncation, which shrinks with its step, and by rounding, which grows as 1/h: "
        "its error is a V. The remainder f(w + h*d) - f(w) - h*<grad(f, w), d> is of second order in h."
    )
    equation = "f(w + h*d) = f(w) + h*<grad(f, w), d> + O(h^2)"
    premise = "The losses are twice differentiable where the step goes."
    removal = "A relu is put behind the lookup, at an embedding of zeros: exactly at its kink."
    reason = "From a kink the function leaves with a slope that no gradient has: the remainder is of first order in h."
    falsified_by = "A remainder of first order at a smooth point: then the gradient is wrong."
    order = 9

    def usual(self) -> Setting:
        return golden_setting(dtype="float64")

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        near = super().fit(graph)
        wiring = Wiring.CHAINED if near.wiring is Wiring.STOPPED else near.wiring
        bent = near.changed(head1=("dense",), loss1="squared_error")
        straight = not any((near.trunk, near.head1)) or "squared_error" not in (near.loss1, near.loss2)
        return (bent if straight else near).changed(wiring=wiring, trunk=near.trunk[: MOST_LAYERS - 1])

    def why_not(self, setting: Setting) -> str | None:
        graph = setting.graph
        if graph.dtype != "float64":
            return f"differences need the digits of float64; the dtype is {graph.dtype}"
        if graph.wiring is Wiring.STOPPED:
            return "a difference sees through a stop, which a gradient does not; give another wiring"
        if len(graph.trunk) == MOST_LAYERS:
            return f"a relu must fit into the trunk; give at most {MOST_LAYERS - 1} layers"
        if (reason := super().why_not(setting)) is not None:
            return reason
        return (
            None if len(Line(setting).clear) >= _FEWEST else "the losses bend too little, or too much, along the step"
        )

    def draw(self, graph: TwoHeadGraph, sizes: dict[str, int], seed: int, name: str) -> Setting:
        """Draw whole numbers at which the losses bend clearly, and leave a kink with a slope."""
        for again in range(16):
            found = super().draw(graph, sizes, seed + 1000 * again, name)
            if len(Line(found).clear) >= _FEWEST and kink_slope(self.remove(found)):
                break
        return found

    def remove(self, setting: Setting) -> Setting:
        graph = setting.graph.changed(trunk=("relu", *setting.graph.trunk))
        sizes = {_shifted(axis, 1): size for axis, size in setting.point.sizes.items()}
        values = {_shifted(name, 1): value for name, value in setting.point.values.items()}
        values["embedding"] = np.zeros_like(values["embedding"])
        return Setting(graph, Point(sizes, values), setting.name, setting.seed, setting.counts)

    def show(self, case: Case) -> Steps:
        picture = draw_picture(case.graph, LOSSES)
        smooth = with_setting(case, _without_relu(case.setting)) if case.broken else case
        line = Line(case.setting)
        derivation = derive(smooth, _equations(smooth, broken=case.broken), {**LOSSES, "joint": _FORMULA})
        expected = [(loss, "embedding", Kind.CONNECTED) for loss in LOSSES]
        facts = [] if case.broken else [*_taylor(line)]
        lies = [] if case.broken else [_lie(case, line)]
        return Steps(
            picture,
            with_facts(derivation, facts),
            read_structure(case.graph, LOSSES, picture, expected),
            _numbers(case, line),
            tried(case, self.fit, ["numeric"], lies),
        )


def _shifted(name: str, by: int) -> str:
    """Return a name of the trunk, so many layers on."""
    block, _, rest = name.partition("/")
    if block != "trunk":
        return name
    number, slash, parameter = rest.partition("/")
    return f"trunk/{int(number) + by}{slash}{parameter}"


def _without_relu(setting: Setting) -> Setting:
    graph = setting.graph.changed(trunk=setting.graph.trunk[1:])
    sizes = {_shifted(axis, -1): size for axis, size in setting.point.sizes.items()}
    values = {_shifted(name, -1): value for name, value in setting.point.values.items()}
    return Setting(graph, Point(sizes, values), setting.name, setting.seed, setting.counts)


def _equations(case: Case, *, broken: bool) -> list[Equation]:
    wanted = ["lookup"] if broken else case.graph.variables
    return joint_lines(case.algebra, wanted, concludes=False)


def kink_slope(setting: Setting) -> float:
    """Return the slope that the joint loss has beyond its gradient, on leaving a relu's kink along the line."""
    smooth = _without_relu(setting)
    case, moves = Case(smooth), Line(setting).moves["embedding"]
    values = work_out(_equations(case, broken=True), given_at(smooth.point.values))
    rows = np.maximum(moves, 0)[smooth.point.values["ids"]]
    return float(np.sum(np.asarray(values[f"{JOINT.key}:lookup"]) * rows))


# --- the derivation's facts ----------------------------------------------------------------------


def _taylor(line: Line) -> Iterator[Fact]:
    """Say what sympy makes of the losses along the line, and hold every quotient against it."""
    yield Fact("f(w + h*d), expanded", _written(line.coefficients), True, "sympy")
    slope = float(line.coefficients[1])
    for name, error, lowest, odd in (
        ("one-sided", line.forward_error, 2, False),
        ("central", line.central_error, 3, True),
    ):
        worst = max(_share(line, h, error(h, slope), lowest, odd=odd) for h in STEPS)
        statement = f"a {name} quotient is off by its truncation, give or take rounding, at all {len(STEPS)} steps"
        yield Fact(statement, f"{worst:.2g} of what rounding may do", worst <= 1, "algebra")


def _written(coefficients: Sequence[Fraction]) -> str:
    """Write a polynomial in h, lowest order first."""
    powers = ("", " h", *(f" h^{order}" for order in range(2, len(coefficients))))
    text = " + ".join(f"{c}{power}" for c, power in zip(coefficients, powers, strict=True) if c)
    return text.replace("+ -", "- ") or "0"


def _share(line: Line, h: float, error: float, lowest: int, *, odd: bool) -> float:
    orders = (order for order in range(lowest, len(line.coefficients)) if order % 2 or not odd)
    truncation = abs(float(sum(line.coefficients[order] * Fraction(h) ** (order - 1) for order in orders)))
    # Two losses are subtracted, each rounded; then come a division and a subtraction.
    allowed = 2 * line.rounding / h + 4 * 2.0**-53 * (truncation + abs(float(line.coefficients[1])))
    return float(abs(error - truncation) / max(allowed, np.finfo(np.float64).tiny))


# --- the numbers ---------------------------------------------------------------------------------


def _numbers(case: Case, line: Line) -> Numbers:
    facts: list[Fact] = []
    slope = 0.0
    for engine in (engine for engine in case.engines if engine.view is View.ENTRIES):
        try:
            found = directional(case.trial(engine, [_FORMULA]), line)
        except EngineError as error:
            facts.append(Fact(f"{engine.name} computes gradients", str(error), False, engine.name, failed=True))
            continue
        slope = float(found)
        facts += _judge(case, line, found, engine)
    facts += _kinked(case) if case.broken else ()
    curves = (
        Curve("error of the one-sided quotient", STEPS, tuple(line.forward_error(h, slope) for h in STEPS)),
        Curve("error of the central quotient", STEPS, tuple(line.central_error(h, slope) for h in STEPS)),
        Curve("remainder", STEPS, tuple(line.remainder(h, slope) for h in STEPS)),
    )
    best = min(STEPS, key=lambda h: line.forward_error(h, slope))
    remark = f"The one-sided quotient is best at h = {best:.1e}: larger steps truncate, smaller ones round."
    return Numbers((), tuple(facts), curves, "" if case.broken else remark)


def directional(trial: Trial, line: Line) -> Fraction:
    """Return the product of an engine's gradient of the joint loss with the line's direction, exactly."""
    total = Fraction(0)
    for w in trial.graph.variables:
        found = trial.grad(_FORMULA, w)
        if isinstance(found, Gradient):
            total += np.sum(exactly(found.values[0]) * line.moves[w])
    return total


def _judge(case: Case, line: Line, found: Fraction, engine: Engine) -> Iterator[Fact]:
    steps: Sequence[float] = _KINK_STEPS if case.broken else line.clear
    fitted = fitted_slope(steps, [line.remainder(h, float(found)) for h in steps])
    told = f"h^{fitted:.3f}, fitted through {len(steps)} steps"
    statement = "the remainder f(w + h*d) - f(w) - h*<grad(f, w), d> goes as h^2"
    yield Fact(statement, told, abs(fitted - 2) < _NEAR, engine.name, concludes=True)
    if not case.broken:
        same = found == line.coefficients[1]
        yield Fact("<grad(f, w), d> is sympy's coefficient of h", str(found), same, engine.name)
        return
    yield Fact("the remainder goes as h instead", told, abs(fitted - 1) < _NEAR, engine.name, reason=True)
    slope, allowed = kink_slope(case.setting), 3 * Line(_without_relu(case.setting)).rounding
    worst = max(abs(line.remainder(h, float(found)) - abs(_left(case.setting, slope, h))) / allowed for h in steps)
    statement = "the remainder is h*<grad(f, X), max(d, 0)>, and the higher orders that sympy has"
    told = f"{slope:g} * h; {worst:.2g} of what rounding may do"
    yield Fact(statement, told, worst <= 1, engine.name, reason=True)


def _left(setting: Setting, slope: float, h: float) -> float:
    """Return how far a step from a relu's kink leads beside the gradient: a slope, and what sympy has beyond it.

    Beyond the kink the relu passes on what is positive: the loss is the one without a relu, along another line.
    """
    orders, exact = _beyond_kink(setting), Fraction(h)
    return float(Fraction(slope) * exact + sum(c * exact**k for k, c in enumerate(orders) if k > 1))


@lru_cache(maxsize=8)
def _beyond_kink(setting: Setting) -> list[Fraction]:
    smooth = _without_relu(setting)
    moves = Line(smooth).moves
    moves["embedding"] = np.maximum(moves["embedding"], 0)
    return along_a_line(smooth.graph, given_at(smooth.point.values), _FORMULA, moves)


def _kinked(case: Case) -> Iterator[Fact]:
    """Ask the numeric engine whether some layer has no derivative here."""
    points = case.setting.point.stacked()
    found = engines["numeric"].evaluate(case.graph, points, [as_objective(_FORMULA)], stacked=True).kinked
    kinked = bool(np.any(found))
    yield Fact("the numeric engine sees a kink here", "a kink" if kinked else "none", kinked, "numeric", reason=True)


def _lie(case: Case, line: Line) -> Fact:
    """Let an engine add one to an entry, and see whether the remainder's slope notices."""
    engine = next(engine for engine in case.engines if engine.view is View.ENTRIES)
    liar = lied(case.trial(engine, [_FORMULA]), _FORMULA, "embedding", wrong_sign)
    remainder, coefficient = _judge(case, line, directional(liar, line), engine)
    statement = f"a lie is planted in grad({_FORMULA}, embedding): its largest entry gets the wrong sign"
    found = f"the remainder goes as {remainder.found}; <grad, d> is {coefficient.found}, not {line.coefficients[1]}"
    return Fact(statement, found, not (remainder.holds and coefficient.holds), engine.name)
