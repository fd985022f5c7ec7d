"""The last step: trying to prove a claim false, by its laws on random graphs and by a lie that must be caught."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradcheck.engines import Engine, Evaluation, Key
from gradcheck.errors import EngineError
from gradcheck.gradient import Array, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import laws
from gradcheck.objective import Expression, Objective, as_objective
from gradcheck.point import Points, draw
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
    found = f"{cell.broken} of {cell.tested + cell.structural} comparisons broken, on {case.tries} random graphs"
    return Fact(f"law {name}: {law.equation}", found, not cell.broken, engine.name)


# --- lies --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Lying:
    """An engine that tells the truth but for one gradient.

    Attributes:
        honest: The engine.
        objective: What it lies about, and by which variable.
        edit: What it does to the values; ``None`` makes the gradient absent.
    """

    honest: Engine
    objective: Objective
    variable: str
    edit: Edit | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.honest, name)

    def evaluate(
        self, graph: TwoHeadGraph, points: Points, objectives: Sequence[Objective], *, stacked: bool
    ) -> Evaluation:
        """Differentiate, and lie."""
        found = self.honest.evaluate(graph, points, objectives, stacked=stacked)
        key: Key = self.objective, self.variable
        gradients = dict(found.gradients)
        if key not in gradients:
            return found
        value = gradients[key]
        if self.edit is None or isinstance(value, Unconnected):
            gradients[key] = Unconnected()
        else:
            gradients[key] = self.edit(np.array(value))
        return replace(found, gradients=gradients)


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
    lied: tuple[Expression, str],
    conclude: Judge,
    lies: Iterable[tuple[str, Edit | None]] = LIES,
) -> Iterator[Fact]:
    """Let the first engine lie about one gradient, and see whether the claim's comparisons notice.

    Args:
        case: Where.
        formulas: All that is differentiated.
        lied: What is lied about: a formula, and a variable.
        conclude: Yields the comparisons that the proof claims.
        lies: What is done to it, each with its words.
    """
    objective, variable = as_objective(lied[0]), lied[1]
    for words, edit in lies:
        liar = Lying(case.engines[0], objective, variable, edit)
        trial = case.trial(liar, formulas)
        what = f"a lie is planted in grad({lied[0]}, {variable}): {words}"
        try:
            caught = any(check.comparison.broken.any() for check in conclude(trial))
        except EngineError as error:
            yield Fact(what, str(error), False, case.engines[0].name, failed=True)
            continue
        yield Fact(what, "caught" if caught else "not caught", caught, case.engines[0].name)
