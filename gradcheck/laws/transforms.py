"""What training does to a gradient on the way must leave it as it was: one law a transform."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradcheck.compare import Comparison
from gradcheck.engines import Engine, wrap_of
from gradcheck.gradient import MaybeGradient
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import laws
from gradcheck.objective import Expression, Objective, loss1, loss2
from gradcheck.transforms import Transform, transforms
from gradcheck.trial import Check, Trial

_JOINT = loss1 + loss2


@dataclass(frozen=True, eq=False)
class Unchanged:
    """The gradient of the joint loss through a transform is the plain one, on the same engine."""

    transform: Transform
    needs: tuple[Expression | Objective, ...] = (_JOINT,)
    # Only a few points are transformed, too few to prove an identity.
    identity: bool = False
    takes_turns: bool = True

    @property
    def name(self) -> str:
        """The transform's."""
        return self.transform.name

    @property
    def sentence(self) -> str:
        """The transform's."""
        return self.transform.sentence

    @property
    def equation(self) -> str:
        """The transform's."""
        return self.transform.equation

    @property
    def when_named(self) -> str | None:
        """Why it is judged only when it is named."""
        return self.transform.when_named

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if wrap_of(engine) is None:
            return "the engine runs no function that a tape differentiates"
        return self.transform.why_not(graph, engine)

    def judge(self, trial: Trial) -> Iterator[Check]:
        alone = trial.at(trial.arena.in_half() if self.transform.half else trial.arena.one_by_one())
        if alone.points.sizes["batch"] < self.transform.least_batch:
            return
        for w in alone.variables():
            expected, found = alone.grad(_JOINT, w), alone.transformed(self.transform, _JOINT, w)
            yield Check(f"grad({_JOINT}, {w}) by {self.name} = plain", w, self._compare(alone, expected, found))

    def _compare(self, trial: Trial, expected: MaybeGradient, found: MaybeGradient) -> Comparison:
        if self.transform.exact:
            return trial.exact(expected, found)
        return trial.close_in_half(expected, found) if self.transform.half else trial.close(expected, found)


for _transform in transforms:
    laws.add(Unchanged(_transform))
