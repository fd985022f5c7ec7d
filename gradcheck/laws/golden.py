"""The golden case: gradients known by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gradcheck import compare
from gradcheck.engines import Engine, View
from gradcheck.golden import GOLDEN_GRAPH, golden_gradients, golden_point
from gradcheck.gradient import Gradient
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import register_law
from gradcheck.objective import loss1, loss2
from gradcheck.trial import Check, Trial, projected


@register_law
class Golden:
    """The seed's figures, on every engine, to the last bit."""

    name = "golden"
    sentence = "On the seed's constant weights every engine gives the figures computed by hand, bit for bit."
    equation = "grad(loss2, w2) = grad(loss1 + loss2, w2) = rows of 32, 38, 44, 50;  grad(loss1, w1) = rows of 1, 2, 3"
    needs = (loss1, loss2, loss1 + loss2)
    identity = False

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        same = replace(graph, dtype=GOLDEN_GRAPH.dtype) == GOLDEN_GRAPH
        return None if same else "the figures are those of the seed's constant weights"

    def judge(self, trial: Trial) -> Iterator[Check]:
        if not _is_golden(trial):
            return
        for (formula, w), figures in golden_gradients().items():
            found = trial.grad(formula, w)
            expected = Gradient(figures[None], np.zeros(1))
            # Directions are whole sixteenths, so that float32 holds their products exactly too.
            expected = projected(expected) if trial.engine.view is View.DIRECTIONS else expected
            claim = f"grad({formula}, {w}) = rows of {', '.join(f'{row:.0f}' for row in figures[:, 0])}"
            yield Check(claim, w, compare.identical(expected, found, points=1))


def _is_golden(trial: Trial) -> bool:
    golden = golden_point()
    return len(trial.points) == 1 and all(
        np.array_equal(trial.points.values[name][0], value) for name, value in golden.values.items()
    )
