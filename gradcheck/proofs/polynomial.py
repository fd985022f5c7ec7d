"""What proofs on polynomial graphs share: whole numbers, at which nothing is rounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from gradcheck import compare
from gradcheck.compare import Comparison
from gradcheck.engines import View
from gradcheck.gradient import Array, Gradient, MaybeGradient
from gradcheck.graph import TwoHeadGraph, block_of
from gradcheck.objective import Expression, loss1, loss2
from gradcheck.proofs.rules import why_no_rule, with_rules
from gradcheck.proofs.setting import Setting, draw_setting, golden_setting
from gradcheck.proofs.walk import Derivation
from gradcheck.sample import polynomial_twin
from gradcheck.trial import Check, Trial, projected

LOSSES = {"loss1": loss1, "loss2": loss2}


class OnWholeNumbers:
    """A proof that can be shown on every graph that is a polynomial with whole coefficients."""

    def usual(self) -> Setting:
        """Return the golden case."""
        return golden_setting()

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        """Return the nearest polynomial whose layers and losses have rules."""
        return with_rules(polynomial_twin(graph))

    def why_not(self, setting: Setting) -> str | None:
        """Ask for rules of all layers and losses, and for means that are no endless fractions."""
        batch = setting.point.sizes["batch"]
        if setting.graph.reduction == "mean" and (batch == 0 or batch & (batch - 1)):
            return f"a mean over {batch} examples is rounded; the batch must be a power of two"
        return why_no_rule(setting.graph)

    def draw(self, graph: TwoHeadGraph, sizes: dict[str, int], seed: int, name: str) -> Setting:
        """Draw whole numbers."""
        return draw_setting(graph, sizes, seed, name=name)

    def remove(self, setting: Setting) -> Setting:
        """Keep the setting: the premise is of what is computed there."""
        return setting


def with_variables(graph: TwoHeadGraph, *blocks: str) -> TwoHeadGraph:
    """Return the graph with a dense layer in each of some blocks that have no variable."""
    empty = [block for block in blocks if not names_in(graph, block)]
    return graph.changed(**{block: ("dense", *getattr(graph, block)[1:]) for block in empty})


def names_in(graph: TwoHeadGraph, block: str) -> list[str]:
    """Return the variables of a block."""
    return [name for name in graph.variables if block_of(name) == block]


def why_empty(graph: TwoHeadGraph, *blocks: str) -> str | None:
    """Return which of some blocks has no variable, or ``None``."""
    empty = [block for block in blocks if not names_in(graph, block)]
    return f"{empty[0]} has no variable" if empty else None


def absent_check(trial: Trial, formula: Expression, variable: str) -> Iterator[Check]:
    """Demand that there is no gradient, of engines that can tell."""
    if trial.engine.sees_absence:
        compared = compare.unconnected(trial.grad(formula, variable), points=len(trial.points))
        yield Check(f"grad({formula}, {variable}) is absent", variable, compared, trial.structural)


def gap_check(trial: Trial, variable: str, claimed: Expression, more: Expression, whole: Expression) -> Check:
    """Demand that a gradient is more than what is claimed of it, by exactly another gradient."""
    both = trial.grad(claimed, variable) + trial.grad(more, variable)
    claim = f"the two sides differ by exactly grad({more}, {variable})"
    return Check(claim, variable, trial.close(both, trial.grad(whole, variable)))


def by_hand(trial: Trial, derivation: Derivation, formulas: Mapping[str, Expression]) -> Iterator[Check]:
    """Hold an engine's gradients against the numbers of a derivation; a claim that falls is not one."""
    for line in {line.key: line for line in derivation.lines}.values():
        of, _, variable = line.key.partition(":")
        if of in formulas and variable in trial.graph.variables and line.found is not None:
            values = np.asarray(line.value, dtype=np.float64)[None]
            claim = f"grad({formulas[of]}, {variable}) is the number derived"
            yield Check(claim, variable, is_number(trial, values, trial.grad(formulas[of], variable)))


def is_number(trial: Trial, values: Array, found: MaybeGradient) -> Comparison:
    """Demand of an engine's gradient that it is given numbers, shown as the engine shows it."""
    expected = Gradient(values)
    expected = projected(expected) if trial.engine.view is View.DIRECTIONS else expected
    return trial.identical(expected, found)
