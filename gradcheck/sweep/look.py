"""Looking into a broken point: evaluated alone, made small, and kept as a witness."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradcheck.engines import Engine, engines
from gradcheck.errors import EngineError
from gradcheck.laws import laws
from gradcheck.shrink import find_smallest, witness_of
from gradcheck.sweep.judge import Broken
from gradcheck.sweep.plan import Batch, Plan, Span
from gradcheck.sweep.stack import stack_of
from gradcheck.trial import Arena, Trial
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
    for trial, index in _trials(plan, broken):
        for check in law.judge(trial):
            if index >= len(check.comparison.broken) or not check.comparison.broken[index]:
                continue
            one = trial.at(trial.arena.among(np.array([index])))
            again = next((c for c in law.judge(one) if c.claim == check.claim and c.comparison.broken.any()), None)
            if again is not None:
                return Look(find_smallest(law, one, again, []), alone=True)
            return Look(witness_of(law, trial, check, index), alone=False)
    return None


def _trials(plan: Plan, broken: Broken) -> Iterator[tuple[Trial, int]]:
    """Yield where a point is judged again, and its place there: alone, and in the stack in which it was broken."""
    law, engine = laws[broken.law], engines[broken.engine]
    for alone, span in ((True, Span(broken.point, broken.point + 1)), (False, broken.stack)):
        if span is None:
            continue
        drawn = stack_of(plan, Batch(plan.graph(broken.point), plan.sizes(broken.point), span))
        if drawn is None:
            continue
        stack = drawn.smooth()
        usable = [other for name in plan.engines if _works(stack.arena, other := engines[name])]
        trial = Trial(stack.arena, engine, usable)
        asked = trial if alone else stack.asked(law, trial)
        if asked is not None:
            for place in np.flatnonzero(stack.numbers[: len(asked.points)] == broken.point):
                yield asked, int(place)


def _works(arena: Arena, engine: Engine) -> bool:
    try:
        arena.evaluation(engine)
    except EngineError:
        return False
    return True
