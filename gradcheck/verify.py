"""Laws by engines, on the golden case, on the seed's graph and on random ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from zlib import crc32

import numpy as np

from gradcheck.engines import Engine, engines
from gradcheck.environment import describe_environment
from gradcheck.errors import EngineError, UsageError, unknown
from gradcheck.experiment import judge_claims, run_experiment
from gradcheck.golden import GOLDEN_GRAPH, SEED_GRAPH, golden_point
from gradcheck.graph import DTYPES, Sizes, TwoHeadGraph
from gradcheck.identity import draw_exact
from gradcheck.laws import Law, all_objectives, laws, only_when_named, takes_turns
from gradcheck.layer import layers
from gradcheck.point import Points, draw
from gradcheck.results import Cell, Report, Violation
from gradcheck.sample import edge_sizes, polynomial_twin, sample_graph, sample_sizes
from gradcheck.shrink import find_smallest
from gradcheck.training.laws import StepLaw, step_laws
from gradcheck.training.optimizers import choose_optimizers
from gradcheck.training_run import TrainingRun
from gradcheck.trial import Arena, Check, Trial

_STACK = 512  # points judged together
_POINTS_A_GRAPH = 5000  # beyond these, another structure tells more than another point
_FEWEST_GRAPHS = 3  # one a wiring
_EDGE_POINTS = 4
_EXACT_POINTS = 64
_EXACT_EVERY = 4
_REDRAWS = 8
_TURNS = 3

Progress = Callable[[str, float], None]


def _no_progress(_what: str, _share: float) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class Settings:
    """What to verify.

    Attributes:
        points: Random points, spread over random graphs.
        seed: Which random graphs and points.
        engines: Names of the engines; empty for all.
        laws: Names of the laws; empty for all.
        optimizers: Names of the optimizers to train with, which leaves out the laws of gradients; empty for
            some of each kind, or for all of them where only laws of a step are chosen.
        dtypes: ``"float32"``, ``"float64"`` or both.
        seconds: If given, goes on with new graphs until this time has passed.
        witnesses: Folder that witnesses are written to; ``None`` keeps them in memory.
        layers: Names of the layers that random graphs are made of, operations such as ``"ops.erf"`` among them;
            the vocabulary if empty.

    Raises:
        UsageError: A name is not known or a number is out of range.
    """

    points: int = 1000
    seed: int = 0
    engines: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = DTYPES
    seconds: float | None = None
    witnesses: Path | None = None
    optimizers: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.points < 1:
            raise UsageError(f"points must be at least 1; found {self.points}")
        if self.seconds is not None and not self.seconds > 0:
            raise UsageError(f"time must be more than 0 seconds; found {self.seconds:g}")
        for dtype in self.dtypes:
            if dtype not in DTYPES:
                raise unknown("dtype", dtype, DTYPES)
        for name in self.engines:
            engines[name]
        for name in self.laws:
            if name not in laws and name not in step_laws:
                raise unknown("law", name, [*laws.names(), *step_laws.names()])
        for name in self.layers:
            layers[name]
        if self.optimizers:
            choose_optimizers(self.optimizers)

    @property
    def chosen_engines(self) -> list[Engine]:
        """The engines to run, in the registry's order."""
        return [engine for engine in engines if not self.engines or engine.name in self.engines]

    @property
    def chosen_laws(self) -> list[Law]:
        """The laws of gradients to judge, in the registry's order."""
        return [law for law in laws if not self.optimizers and (not self.laws or law.name in self.laws)]

    @property
    def chosen_names(self) -> list[str]:
        """Names of all laws to judge."""
        return [*(law.name for law in self.chosen_laws), *(law.name for law in self.chosen_step_laws)]

    @property
    def chosen_step_laws(self) -> list[StepLaw]:
        """The laws of a step to judge, in the registry's order."""
        return [law for law in step_laws if not self.laws or law.name in self.laws]


def verify(settings: Settings | None = None, progress: Progress = _no_progress) -> Report:
    """Judge every law on every engine and report what is known.

    An engine that raises is an error in its cells, not the end of the run; an interrupt ends the run
    with what is done so far.

    Args:
        settings: What to verify; everything by default.
        progress: Called with what is being done and the share of the work that is finished.
    """
    return _Run(settings or Settings(), progress).run()


@dataclass(frozen=True)
class _Job:
    """One arena to judge."""

    title: str
    arena: Arena
    bits_a_point: float | None = None
    first_of_graph: bool = True
    turn: int = 0


@dataclass
class _Run:
    settings: Settings
    progress: Progress
    report: Report = field(init=False)
    started: float = field(default_factory=time.monotonic)
    # Compilers leave Python's lock alone: while one compiles, other engines trace.
    workers: Executor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def run(self) -> Report:
        cells = {
            (name, engine.name): Cell()
            for name in self.settings.chosen_names
            for engine in self.settings.chosen_engines
        }
        self.report = Report(cells, describe_environment())
        try:
            if self.settings.chosen_laws:
                for job in self._jobs():
                    self._judge(job)
            self._train()
            self._run_experiment()
        except KeyboardInterrupt:
            self.report.interrupted = True
        finally:
            self.workers.shutdown(wait=False, cancel_futures=True)
        self.report.seconds = time.monotonic() - self.started
        return self.report

    # --- what is judged --------------------------------------------------------------------

    def _jobs(self) -> Iterator[_Job]:
        objectives = all_objectives()
        for dtype in self.settings.dtypes:
            golden = replace(GOLDEN_GRAPH, dtype=dtype)
            self.progress(f"the golden case in {dtype}", 0.0)
            yield _Job("golden", Arena(golden, golden_point().stacked(), objectives, stacked=False), turn=-1)
        for index, share in self._indices():
            graph = SEED_GRAPH if index == 0 else self._sample(index)
            self.progress(f"random graph {index + 1}: {graph.wiring.value}, {graph.dtype}", share)
            self.report.graphs += 1
            yield from self._graph_jobs(replace(graph, dtype=self.settings.dtypes[0]) if index == 0 else graph, index)

    def _indices(self) -> Iterator[tuple[int, float]]:
        """Yield the number of each random graph, with the share of the work that lies before each."""
        if self.settings.seconds is None:
            count = self._graphs
            yield from ((index, index / count) for index in range(count))
            return
        index = 0
        while (elapsed := time.monotonic() - self.started) < self.settings.seconds or index < 1:
            yield index, elapsed / self.settings.seconds
            index += 1

    @property
    def _graphs(self) -> int:
        # The first graph is the seed's, so that each layer that is asked for heads one of the others.
        return max(_FEWEST_GRAPHS, -(-self.settings.points // _POINTS_A_GRAPH), 1 + len(self.settings.layers))

    def _sample(self, index: int) -> TwoHeadGraph:
        among = self.settings.layers
        graph = sample_graph(self.settings.seed, index, self.settings.dtypes, among)
        return graph.changed(trunk=(among[index % len(among)], *graph.trunk[1:])) if among else graph

    def _graph_jobs(self, graph: TwoHeadGraph, index: int) -> Iterator[_Job]:
        objectives = all_objectives()
        left = -(-self.settings.points // self._graphs)
        for part in range(-(-left // _STACK)):
            sizes = sample_sizes(graph, self.settings.seed, index * 1000 + part, least=2 if part == 0 else 1)
            points = self._draw_smooth(graph, sizes, min(_STACK, left - part * _STACK))
            yield _Job("random", Arena(graph, points, objectives), first_of_graph=part == 0, turn=index)
        for sizes in edge_sizes(graph):
            points = self._draw_smooth(graph, sizes, _EDGE_POINTS)
            yield _Job("edge", Arena(graph, points, objectives), first_of_graph=False, turn=index)
        if index % _EXACT_EVERY == 0 and "float64" in self.settings.dtypes:
            # The golden structure is traced already, and its losses are the plainest polynomials.
            yield from self._exact_job(replace(GOLDEN_GRAPH, dtype="float64") if index == 0 else polynomial_twin(graph))

    def _exact_job(self, graph: TwoHeadGraph) -> Iterator[_Job]:
        sizes = dict.fromkeys(graph.axes, 3)
        exact = draw_exact(graph, sizes, _EXACT_POINTS, all_objectives(), seed=self.settings.seed)
        if exact is not None:
            yield _Job(
                "exact", Arena(graph, exact.points, all_objectives(), exact=True), exact.doubt_bits / len(exact.points)
            )

    def _draw_smooth(self, graph: TwoHeadGraph, sizes: Sizes, count: int) -> Points:
        """Draw points, and draw again those where a difference would cross a kink."""
        points = draw(graph, sizes, count, seed=self.settings.seed)
        if not graph.kinked:
            return points
        numeric, start = engines["numeric"], count
        for _ in range(_REDRAWS):
            kinked = np.asarray(numeric.evaluate(graph, points, all_objectives(), stacked=True).kinked)
            if not kinked.any():
                break
            self.report.redrawn += int(kinked.sum())
            fresh = draw(graph, sizes, int(kinked.sum()), seed=self.settings.seed, start=start)
            points, start = points.replaced(np.flatnonzero(kinked), fresh), start + len(fresh)
        return points

    # --- judging ---------------------------------------------------------------------------

    def _judge(self, job: _Job) -> None:
        for engine in self.settings.chosen_engines:
            if engine.compiles_shapes and self._runs(job, engine):
                job.arena.start(engine, self.workers)
        usable = [
            engine
            for engine in self.settings.chosen_engines
            if self._runs(job, engine) and self._is_usable(job, engine)
        ]
        self.report.points += len(job.arena.points)
        for engine in usable:
            trial = Trial(job.arena, engine, usable)
            for law in self.settings.chosen_laws:
                self._judge_law(job, law, trial)

    def _runs(self, job: _Job, engine: Engine) -> bool:
        """Whether an engine takes part: differences are not exact, and new shapes cost compilations."""
        exact = job.bits_a_point is not None
        return (engine.sees_absence or not exact) and (job.first_of_graph or not engine.compiles_shapes)

    def _is_usable(self, job: _Job, engine: Engine) -> bool:
        """Run the engine once; where it raises, its cells say so."""
        try:
            job.arena.evaluation(engine)
        except EngineError as error:
            for law in self.settings.chosen_laws:
                if self._why_not(job, law, engine) is None:
                    self.report.cells[law.name, engine.name].errors.append(str(error))
            return False
        return True

    def _why_not(self, job: _Job, law: Law, engine: Engine) -> str | None:
        """Return why a law is not judged."""
        reason = law.why_not(job.arena.graph, engine)
        if reason is None and law.name not in self.settings.laws:
            reason = only_when_named(law)
            if reason is None and takes_turns(law) and (crc32(law.name.encode()) + job.turn) % _TURNS:
                reason = "it is judged on one graph in three, and on all when it is named"
        if reason is None and job.bits_a_point is not None and not law.identity:
            reason = "no identity of polynomials"
        return reason

    def _judge_law(self, job: _Job, law: Law, trial: Trial) -> None:
        cell = self.report.cells[law.name, trial.engine.name]
        reason = self._why_not(job, law, trial.engine)
        if reason is not None:
            cell.reasons[reason] += 1
            return
        try:
            checks = list(law.judge(trial))
        except EngineError as error:
            cell.errors.append(str(error))
            return
        broken = [check for check in checks if check.comparison.broken.any()]
        cell.count(checks, job.bits_a_point)
        if broken and not any(
            (v.witness.law, v.witness.engine) == (law.name, trial.engine.name) for v in self.report.violations
        ):
            self._report_violation(law, trial, broken[0])

    # --- violations ------------------------------------------------------------------------

    def _report_violation(self, law: Law, trial: Trial, check: Check) -> None:
        self.progress(f"shrinking a violation of {law.name} by {trial.engine.name}", 1.0)
        known = [found.witness for found in self.report.violations if found.witness.law == law.name]
        witness = find_smallest(law, trial, check, known)
        folder = self.settings.witnesses
        self.report.violations.append(Violation(witness, witness.save(folder) if folder else None))

    def _train(self) -> None:
        """Judge the laws of a step: on all optimizers if only they are asked for."""
        settings = self.settings
        optimizers, thorough = choose_optimizers(settings.optimizers), not settings.chosen_laws
        run = TrainingRun(self.report, self.progress, settings.seed, settings.witnesses)
        run.judge(settings.chosen_step_laws, settings.chosen_engines, optimizers, thorough=thorough)

    def _run_experiment(self) -> None:
        """Run the seed's experiment unless the run is restricted to some laws, engines or optimizers."""
        settings = self.settings
        if settings.optimizers or settings.laws or (settings.engines and "v1" not in settings.engines):
            return
        self.progress("the seed's experiment", 1.0)
        self.report.claims = tuple(judge_claims(run_experiment(seed=self.settings.seed)))
