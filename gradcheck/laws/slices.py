"""The sparse gradient of an embedding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gradcheck.engines import Engine, View
from gradcheck.gradient import Slices
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import register_law
from gradcheck.objective import Objective, as_objective, loss1, loss2
from gradcheck.trial import Check, Trial


@register_law
class SlicesAreDense:
    """An embedding's gradient comes as the rows that were read; repeated ids add."""

    name = "slices"
    sentence = "An embedding's IndexedSlices, added up row by row, are its dense gradient; rows not read get zero."
    equation = "dense[i] = sum of slices.values[j] where slices.indices[j] = i"
    needs = (loss1, loss2, loss1 + loss2)
    identity = True
    asks_further = True

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return None if engine.view is View.ENTRIES else "forward and numeric derivatives have no slices"

    def judge(self, trial: Trial) -> Iterator[Check]:
        alone = trial.at(trial.arena.one_by_one())
        found = alone.arena.evaluation(trial.engine).slices
        for objective in map(as_objective, self.needs):
            if not trial.graph.connects(objective, "embedding"):
                continue
            slices = found.get((objective, "embedding"))
            if slices is not None:
                yield self._check(alone, objective, list(slices))

    def _check(self, trial: Trial, objective: Objective, slices: list[Slices]) -> Check:
        summed = trial.computed(np.stack([one.summed() for one in slices]), objective, "embedding")
        dense = trial.computed(np.stack([one.dense for one in slices]), objective, "embedding")
        # Rows that add up to little are no more exact than what was added.
        reads = np.array([np.abs(one.values, dtype=np.float64).max(initial=0.0) for one in slices])
        summed = replace(summed, took_part=np.maximum(summed.scale, reads))
        return Check(f"grad({objective}, embedding): slices = dense", "embedding", trial.close(summed, dense))
