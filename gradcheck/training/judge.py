"""Judging a plan: training, comparing, and telling what is known from what is broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gradcheck.engines import Engine
from gradcheck.errors import EngineError
from gradcheck.training.known import Known, find_known
from gradcheck.training.laws import StepLaw, Training
from gradcheck.training.plan import Course, training_point
from gradcheck.training.train import MODES
from gradcheck.trial import Check


@dataclass(frozen=True, eq=False)
class Judgement:
    """One law, judged on one optimizer on one graph in one mode.

    Attributes:
        training: What was judged.
        law: By which law.
        held: Checks that were made and are not known to be otherwise.
        known: Differences found that are understood.
        error: What the optimizer raised.
    """

    training: Training
    law: StepLaw
    held: Sequence[Check] = ()
    known: Sequence[Known] = ()
    error: str | None = None

    @property
    def broken(self) -> list[Check]:
        """The checks that are broken, each with its explanation."""
        return [check for check in self.held if check.comparison.broken.any()]


def judge_course(course: Course, *, seed: int) -> Iterator[Judgement]:
    """Train as a course says, each route once, and judge its laws."""
    training = Training(course.graph, training_point(course.graph, seed), course.optimizer, course.mode)
    for law in course.laws:
        yield judge_law(law, training)


def judge_law(law: StepLaw, training: Training) -> Judgement:
    """Judge one law."""
    try:
        checks = list(law.judge(training))
    except EngineError as error:
        return Judgement(training, law, error=str(error))
    held, known = [], []
    for check in checks:
        found = find_known(law.name, training.optimizer, check.claim) if check.comparison.broken.any() else None
        if found:
            known.append(found)
        else:
            held.append(check)
    return Judgement(training, law, held, known)


def why_not_trained(engine: Engine) -> str | None:
    """Return why nothing is trained on an engine, or ``None``."""
    return None if engine.name in MODES else "training runs eagerly, in tf.function and in TensorFlow 1's session"


@dataclass
class Coverage:
    """The optimizers that a law was judged on.

    Attributes:
        covered: Their names.
        known: Names of those that do otherwise, by the reason.
        missing: Why some could not be judged, by their names.
        found: How many there are.
    """

    covered: set[str] = field(default_factory=set)
    known: dict[str, set[str]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    found: int = 0

    def add(self, judgement: Judgement) -> None:
        """Count a judgement."""
        self.covered.add(judgement.training.optimizer.name)
        for known in judgement.known:
            self.known.setdefault(known.reason, set()).add(judgement.training.optimizer.name)
