"""What a proof is asked: a setting, with its premise or without, on some engines; and the steps that proofs share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import numpy as np

from gradcheck.engines import Engine, View, engines
from gradcheck.errors import EngineError
from gradcheck.explain import explain
from gradcheck.gradient import Gradient, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Expression, Objective, as_objective
from gradcheck.proofs.algebra import Algebra, Line, given_at, needed, work_out
from gradcheck.proofs.formula import Partial, Value, Values
from gradcheck.proofs.measured import measure
from gradcheck.proofs.setting import Setting
from gradcheck.proofs.symbolic import differentiate, differentiate_everywhere
from gradcheck.proofs.walk import Derivation, Fact, Numbers, Reading, Shown, Structure, plain
from gradcheck.trial import Arena, Check, Trial

Judge = Callable[[Trial], Iterator[Check]]
Formulas = Mapping[str, Expression]
S = TypeVar("S", Derivation, Structure, Numbers)


def _nothing(_trial: Trial) -> Iterator[Check]:
    return iter(())


@dataclass(frozen=True, eq=False)
class Case:
    """A proof's question.

    Attributes:
        setting: The graph and the point; without the premise where it is a matter of these.
        broken: Whether the premise is removed.
        engines: That compute the numbers.
        tries: On how many random graphs the claim is tried to be falsified.
    """

    setting: Setting
    broken: bool = False
    engines: Sequence[Engine] = field(default_factory=lambda: tuple(engines))
    tries: int = 3
    _arenas: dict[tuple[tuple[Objective, ...], bool], Arena] = field(default_factory=dict, init=False, repr=False)

    @property
    def graph(self) -> TwoHeadGraph:
        """The structure."""
        return self.setting.graph

    @property
    def algebra(self) -> Algebra:
        """The chain rule on it."""
        return Algebra(self.graph, max(1, self.setting.point.sizes["batch"]))

    def trial(self, engine: Engine, formulas: Iterable[Expression | Objective], *, exact: bool = True) -> Trial:
        """Return an engine's view of the setting, where it computes once; differences are never exact."""
        objectives = tuple(dict.fromkeys(map(as_objective, formulas)))
        key = objectives, exact and engine.sees_absence
        if key not in self._arenas:
            points = self.setting.point.stacked()
            self._arenas[key] = Arena(self.graph, points, objectives, stacked=False, exact=key[1])
        return Trial(self._arenas[key], engine, tuple(e for e in self.engines if e.sees_absence))


# --- the derivation ----------------------------------------------------------------------------


def derive(
    case: Case,
    lines: Sequence[Line],
    formulas: Formulas,
    *,
    claims: Sequence[Line] = (),
    extra: Values | None = None,
    found: Values | None = None,
) -> Derivation:
    """Work lines out by hand, hold each against TensorFlow, and let sympy differentiate on its own.

    Args:
        case: Where.
        lines: The derivation.
        formulas: What is differentiated, by the name that lines have for it.
        claims: What is claimed of lines' left sides, which no other line builds on: it may be false.
        extra: Values that lines read beside the point's.
        found: What TensorFlow has, beside the tensors of a forward and a backward pass.
    """
    point = case.setting.point
    given = {**given_at(point.values), **(extra or {})}
    values = work_out(lines, given)
    measured = {**measure(case.graph, point, formulas), **(found or {})}
    # A claim stands above the line that says what is so instead.
    above = {claim.left.key: _shown(claim, claim.right.evaluate(values), measured, formulas) for claim in claims}
    shown: list[Shown] = []
    for line in lines:
        shown += [above.pop(line.left.key)] if line.left.key in above else []
        shown.append(_shown(line, values[line.left.key], measured, formulas))
    return Derivation((*shown, *above.values()), tuple(_by_sympy(case, lines, formulas, given, values)))


def _shown(line: Line, value: Value, measured: Values, formulas: Formulas) -> Shown:
    key = line.left.key
    must = isinstance(line.left, Partial) and line.left.of.key in formulas
    there = key in measured
    holds = same(value, measured[key]) if there else not must
    return Shown(
        key, line.text, line.mathml, line.why, plain(value), plain(measured[key]) if there else None, holds,
        line.concludes, line.reason,
    )  # fmt: skip


def _by_sympy(case: Case, lines: Sequence[Line], formulas: Formulas, given: Values, values: Values) -> Iterator[Fact]:
    for line in lines:
        left = line.left
        if isinstance(left, Partial) and left.of.key in formulas and left.by.key in case.graph.variables:
            expected = differentiate(case.graph, given, formulas[left.of.key], left.by.key)
            holds = same(expected, values[left.key])
            what = f"{expected.size} entr{'y' if expected.size == 1 else 'ies'}"
            found = f"the same {what}" if holds else f"of {what}, {_apart(expected, values[left.key])} differ"
            yield Fact(f"{left.text()}, differentiated anew", found, holds, "sympy")
    yield from _everywhere(case, lines, formulas, given)


def _everywhere(case: Case, lines: Sequence[Line], formulas: Formulas, given: Values) -> Iterator[Fact]:
    """Compare gradients as polynomials in all unknowns, where these are few."""
    alike: dict[str, bool] = {}
    count = 0
    for of, formula in formulas.items():
        wanted = {line.left.by.key: line for line in lines if isinstance(line.left, Partial) and line.left.of.key == of}
        reached = [w for w in case.graph.variables if w in wanted]
        found = differentiate_everywhere(case.graph, given, formula, reached) if reached else None
        if found is not None:
            unknown, slopes = found
            values = work_out(needed(lines, [wanted[w].left.key for w in reached]), unknown)
            alike |= {wanted[w].left.text(): same(slopes[w], values[wanted[w].left.key]) for w in reached}
            count = sum(np.size(unknown[w]) for w in case.graph.variables)
    if alike:
        wrong = [name for name, holds in alike.items() if not holds]
        statement = f"{', '.join(alike)}: the same polynomials in all {count} unknowns, for all values"
        yield Fact(statement, f"{wrong[0]} is another" if wrong else "they are", not wrong, "sympy")


def same(left: Any, right: Any) -> bool:
    """Whether two values have the same shape and the same numbers, exactly."""
    return np.shape(left) == np.shape(right) and bool(np.all(np.asarray(left == right)))


def _apart(left: Any, right: Any) -> int:
    return int(np.sum(np.asarray(left) != np.asarray(right))) if np.shape(left) == np.shape(right) else np.size(left)


# --- the numbers -------------------------------------------------------------------------------


def read_numbers(
    case: Case,
    formulas: Sequence[Expression | Objective],
    conclude: Judge,
    support: Judge = _nothing,
    *,
    because: Judge = _nothing,
    show: Sequence[tuple[Expression | Objective, str]] = (),
    exact: bool = True,
) -> Numbers:
    """Let every engine compute, and judge what the proof claims and what supports it.

    Args:
        case: Where, and on which engines.
        formulas: All that is differentiated.
        conclude: Yields the comparisons that the proof claims.
        support: Yields those that hold with the premise and without.
        because: Yields those that show why the claim falls.
        show: Gradients to be shown.
        exact: Whether nothing is rounded here.
    """
    readings: list[Reading] = []
    facts: list[Fact] = []
    for engine in case.engines:
        trial = case.trial(engine, formulas, exact=exact)
        try:
            exactly = trial.arena.exact
            facts += [told(check, engine.name, concludes=True, exact=exactly) for check in conclude(trial)]
            facts += [told(check, engine.name, reason=True, exact=exactly) for check in because(trial)]
            facts += [told(check, engine.name, exact=exactly) for check in support(trial)]
            readings += [_reading(trial, formula, w) for formula, w in show if engine.view is View.ENTRIES]
        except EngineError as error:
            facts.append(Fact(f"{engine.name} computes gradients", str(error), False, engine.name, failed=True))
    return Numbers(tuple(readings), tuple(facts))


def told(check: Check, by: str, *, concludes: bool = False, reason: bool = False, exact: bool = False) -> Fact:
    """Return a comparison as a fact."""
    compared = check.comparison
    if compared.broken.any():
        index = int(np.flatnonzero(compared.broken)[0])
        explanation = check.explanation or explain(compared, index)
        return Fact(check.claim, "; ".join(explanation.found), False, by, concludes, reason=reason)
    return Fact(check.claim, _agreement(check, exact), True, by, concludes, reason=reason)


def _agreement(check: Check, exact: bool) -> str:
    compared = check.comparison
    if not compared.judged.any():
        return "not judged here"
    if compared.relation == "close" and not exact:
        return f"equal but for rounding: {compared.worst:.2g} of what it may do"
    absent = isinstance(compared.found, Unconnected)
    return {"different": "it differs", "connected": "a gradient"}.get(
        compared.relation, "no gradient" if absent else "equal, bit for bit"
    )


def _reading(trial: Trial, formula: Expression | Objective, variable: str) -> Reading:
    found = trial.grad(formula, variable)
    values = plain(np.asarray(found.values[0])) if isinstance(found, Gradient) else None
    return Reading(f"grad({formula}, {variable})", trial.engine.name, values)


def with_setting(case: Case, setting: Setting) -> Case:
    """Return the case elsewhere."""
    return replace(case, setting=setting)


def with_facts(step: S, facts: Iterable[Fact]) -> S:
    """Return a step with more facts."""
    return replace(step, facts=(*step.facts, *facts))
