"""Judging the laws of a step into a report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradcheck.engines import Engine
from gradcheck.explain import explain
from gradcheck.results import Report, Violation
from gradcheck.training.judge import Coverage, Judgement, judge_course, why_not_trained
from gradcheck.training.laws import StepLaw
from gradcheck.training.optimizers import Optimizer
from gradcheck.training.plan import plan
from gradcheck.trial import Check
from gradcheck.witness import Witness


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """Trains as a plan says, and counts what is found into a report's cells."""

    report: Report
    progress: Callable[[str, float], None]
    seed: int
    witnesses: Path | None

    def judge(
        self, laws: Sequence[StepLaw], engines: Sequence[Engine], optimizers: Sequence[Optimizer], *, thorough: bool
    ) -> None:
        """Judge laws on optimizers; see `gradcheck.training.plan.plan`."""
        reasons = {engine.name: why_not_trained(engine) for engine in engines}
        missing = {optimizer.name: reason for optimizer in optimizers if (reason := optimizer.why_not())}
        for law in laws:
            self.report.coverage[law.name] = Coverage(missing=missing, found=len(optimizers))
            for engine, reason in reasons.items():
                if reason:
                    self.report.cells[law.name, engine].reasons[reason] += 1
        modes = [engine for engine, reason in reasons.items() if reason is None]
        courses = list(plan(optimizers, laws, modes, seed=self.seed, thorough=thorough))
        for done, course in enumerate(courses):
            what = f"training with {course.optimizer}, {course.graph.wiring.value}, {course.mode}"
            self.progress(what, done / len(courses))
            for judgement in judge_course(course, seed=self.seed):
                self._count(judgement)

    def _count(self, judgement: Judgement) -> None:
        law, training = judgement.law.name, judgement.training
        cell = self.report.cells[law, training.mode]
        if judgement.error:
            cell.errors.append(judgement.error)
            return
        self.report.coverage[law].add(judgement)
        for known in judgement.known:
            cell.reasons[f"{training.optimizer}: {known.reason}"] += 1
        cell.count(judgement.held)
        known_cells = {(found.witness.law, found.witness.engine) for found in self.report.violations}
        if judgement.broken and (law, training.mode) not in known_cells:
            witness = _witness(judgement, judgement.broken[0])
            path = witness.save(self.witnesses) if self.witnesses else None
            self.report.violations.append(Violation(witness, path))


def _witness(judgement: Judgement, check: Check) -> Witness:
    training = judgement.training
    return Witness(
        judgement.law.name,
        training.mode,
        (),
        check.claim,
        check.variable,
        check.explanation or explain(check.comparison, int(check.comparison.broken.argmax())),
        training.graph,
        training.point,
        stacked=False,
        optimizer=training.optimizer.name,
    )
