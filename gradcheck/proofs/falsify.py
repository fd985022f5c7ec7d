"""The last step: trying to prove a claim false, by its laws on random graphs and by a lie that must be caught."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from gradcheck.errors import EngineError
from gradcheck.gradient import Array, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import laws
from gradcheck.objective import Expression, Objective, as_objective
from gradcheck.point import draw
from gradcheck.proofs.case import Case, Judge
from gradcheck.proofs.walk import Fact, Falsification
from gradcheck.results import Cell
from gradcheck.sample import sample_graph, sample_sizes
from gradcheck.trial import Arena, Trial

_POINTS = 64
Edit = Callable[[Array], Array]


def tried(
    case: Case, fit: Callable[[TwoHeadGraph], TwoHeadGraph], names: Iterable[str], lies: Iterable[Fact] = ()
) -> Falsification:
    """Judge laws on random graphs and plant lies; without the premise there is nothing left to falsify.

    Args:
        case: How often.
        fit: Makes the premise hold on a random graph.
        names: Of the laws.
        lies: What came of planting lies.
    """
    if case.broken:
        return Falsification()
    known = list(names)
    command = " ".join(["gradcheck verify", *(f"--law {name}" for name in known)]) if known else ""
    return Falsification("", (*(try_law(case, name, fit) for name in known if case.tries), *lies), command)


def try_law(case: Case, name: str, fit: Callable[[TwoHeadGraph], TwoHeadGraph]) -> Fact:
    """Judge a law at random points of random graphs on which the premise holds, eagerly.

    Args:
        case: How often, and with which seed.
        name: Of the law.
        fit: Makes the premise hold.
    """
    law, cell, engine = laws[name], Cell(), case.engines[0]
    objectives = tuple(map(as_objective, law.needs))
    for index in range(case.tries):
        graph = fit(sample_graph(case.setting.seed + 1, index, ("float32", "float64")))
        if law.why_not(graph, engine) is None:
            points = draw(
                graph, sample_sizes(graph, case.setting.seed, index, least=2), _POINTS, seed=case.setting.seed
            )
            try:
                cell.count(list(law.judge(Trial(Arena(graph, points, objectives), engine, case.engines))))
            except EngineError as error:
                return Fact(f"law {name}: {law.equation}", str(error), False, engine.name, failed=True)
    graphs = f"{case.tries} random graph{'' if case.tries == 1 else 's'}"
    found = f"{cell.broken} of {cell.tested + cell.structural} comparisons broken, on {graphs}"
    return Fact(f"law {name}: {law.equation}", found, not cell.broken, engine.name)


# --- lies --------------------------------------------------------------------------------------


def lied(trial: Trial, formula: Expression, variable: str, edit: Edit | None) -> Trial:
    """Return a trial whose engine tells the truth but for one gradient.

    Args:
        trial: The honest one.
        formula: What it lies about, and by which variable.
        variable: The variable.
        edit: What it does to the values; ``None`` makes the gradient absent.
    """
    honest, key = trial.arena.evaluation(trial.engine), (as_objective(formula), variable)
    value = honest.gradients[key]
    there = edit is not None and not isinstance(value, Unconnected)
    gradients = {**honest.gradients, key: edit(np.array(value)) if edit and there else Unconnected()}
    known = {trial.engine.name: replace(honest, gradients=gradients)}
    return replace(trial, arena=replace(trial.arena, _evaluations=known, _gradients={}, _related={}))


def wrong_sign(values: Array) -> Array:
    """Turn the sign of the largest entry."""
    at = np.unravel_index(int(np.argmax(np.abs(values))), values.shape)
    values[at] = -values[at] if values[at] else 1.0
    return values


def wrong_entry(values: Array) -> Array:
    """Add one to the last entry."""
    values.reshape(-1)[-1] += 1.0
    return values


LIES: Sequence[tuple[str, Edit | None]] = (
    ("its largest entry gets the wrong sign", wrong_sign),
    ("its last entry is one too many", wrong_entry),
    ("it is said to be absent", None),
)


def plant_lies(
    case: Case,
    formulas: Sequence[Expression | Objective],
    about: tuple[Expression, str],
    conclude: Judge,
    lies: Iterable[tuple[str, Edit | None]] = LIES,
) -> Iterator[Fact]:
    """Let the first engine lie about one gradient, and see whether the claim's comparisons notice.

    Args:
        case: Where.
        formulas: All that is differentiated.
        about: What is lied about: a formula, and a variable.
        conclude: Yields the comparisons that the proof claims.
        lies: What is done to it, each with its words.
    """
    formula, variable = about
    honest = case.trial(case.engines[0], formulas)
    for words, edit in lies:
        what = f"a lie is planted in grad({formula}, {variable}): {words}"
        try:
            checks = list(conclude(lied(honest, formula, variable, edit)))
        except EngineError as error:
            yield Fact(what, str(error), False, honest.engine.name, failed=True)
            continue
        caught = any(check.comparison.broken.any() for check in checks)
        yield Fact(what, "caught" if caught else "not caught", caught, honest.engine.name)
