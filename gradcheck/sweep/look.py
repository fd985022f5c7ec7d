"""Looking into a broken point: evaluated alone, made small, and kept as a witness."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.engines import engines
from gradcheck.errors import EngineError
from gradcheck.laws import laws
from gradcheck.shrink import find_smallest, witness_of
from gradcheck.sweep.judge import Broken, arena_at
from gradcheck.sweep.plan import Batch, Plan, Span
from gradcheck.trial import Check, Trial
from gradcheck.witness import Witness


@dataclass(frozen=True, eq=False)
class Look:
    """What was found at a broken point.

    Attributes:
        witness: The smallest case found.
        alone: Whether the point is broken without the points that it was judged together with.
    """

    witness: Witness
    alone: bool

    @property
    def name(self) -> str:
        """The same for all points that shrink to the same case."""
        witness = self.witness
        case = json.dumps([witness.law, witness.engine, witness.claim, witness.graph.to_json()])
        return hashlib.blake2b(case.encode(), digest_size=4).hexdigest()

    @property
    def words(self) -> str:
        """What is broken, in a line."""
        witness = self.witness
        found = f"{witness.law} broken by engine {witness.engine}: {witness.claim}; {witness.explanation.found[0]}"
        return found if self.alone else f"{found}; only beside other points"

    def sent(self) -> tuple[str, str, str, dict[str, Any]]:
        """Return what a worker answers with: name, words, file name and the witness as JSON values."""
        return self.name, self.words, self.witness.name, self.witness.to_json()


def look_into(plan: Plan, broken: Broken) -> Look | None:
    """Judge a law again at a broken point, alone, and shrink it.

    A point that is broken only beside those it was judged together with is kept as it is.

    Returns:
        ``None`` if the law holds there now.

    Raises:
        EngineError: The engine raised.
    """
    law = laws[broken.law]
    for alone in (True, False):
        for trial, check, index in _broken(plan, broken, alone=alone):
            one = trial.at(trial.arena.among(np.array([index])))
            again = next((c for c in law.judge(one) if c.claim == check.claim and c.comparison.broken.any()), None)
            if again is not None:
                return Look(find_smallest(law, one, again, []), alone=True)
            return Look(witness_of(law, trial, check, index), alone=False)
    return None


def _broken(plan: Plan, broken: Broken, *, alone: bool) -> Iterator[tuple[Trial, Check, int]]:
    """Yield what is broken at a point, judged alone or in its stack."""
    start = broken.point if alone else broken.point // plan.batch * plan.batch
    stop = start + 1 if alone else start + plan.batch
    arena = arena_at(plan, Batch(plan.graph(broken.point), plan.sizes(broken.point), Span(start, stop)))
    if arena is None:
        return
    engine = engines[broken.engine]
    usable = [other for name in plan.engines if _works(arena, other := engines[name])]
    trial = Trial(arena, engine, usable)
    index = broken.point - start
    for check in laws[broken.law].judge(trial):
        at = check.comparison.broken
        if index < len(at) and at[index]:
            yield trial, check, index


def _works(arena: Any, engine: Any) -> bool:
    try:
        arena.evaluation(engine)
    except EngineError:
        return False
    return True
