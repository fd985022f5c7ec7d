"""What a law judges: one graph at points of one size, seen by one engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from gradcheck import compare
from gradcheck.compare import Budget, Comparison
from gradcheck.directions import COUNT, project
from gradcheck.engines import Engine, Evaluation, View
from gradcheck.engines._losses import evaluate_losses
from gradcheck.errors import EngineError, told
from gradcheck.explain import Explanation
from gradcheck.gradient import (
    Array,
    Gradient,
    MaybeGradient,
    Term,
    Unconnected,
    along_points,
    zeros_like,
)
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Expression, Objective, as_objective
from gradcheck.point import Points
from gradcheck.rounding import NEARBY, Rounding, Step
from gradcheck.transforms import Transform, Transformed

T = TypeVar("T")

FEW = 2  # points that are also taken one by one
_FLOOR = 2.0**8  # smallest normal numbers: below that, engines may flush to zero
_MARGIN = 16.0  # two engines may round this much worse than the sixteen runs that were measured
_HALF = np.finfo(np.float16)
_ILL_CONDITIONED = 2.0**-6  # rounding alone above this share of the gradient: there is nothing to judge


@dataclass(eq=False)
class Arena:
    """A graph, points of one size, and what every engine computed there.

    Args:
        objectives: What every engine differentiates; one trace serves all laws.
        stacked: Whether engines use their batched form.
        exact: Whether the points are integers small enough that no rounding happens.
        patience: At how many points at most differences are taken to tell whether a law applies there; ``None`` for
            all. Where they are not taken, the law is not judged.
    """

    graph: TwoHeadGraph
    points: Points
    objectives: tuple[Objective, ...]
    stacked: bool = True
    exact: bool = False
    patience: int | None = None
    _evaluations: dict[str, Evaluation] = field(default_factory=dict)
    _transformed: dict[tuple[str, str], Transformed] = field(default_factory=dict)
    _started: dict[str, Future[Evaluation]] = field(default_factory=dict)
    _related: dict[str, Arena] = field(default_factory=dict)
    _rounding: dict[tuple[bool, bool, Step, Objective | None], Rounding] = field(default_factory=dict)
    _gradients: dict[tuple[str, Objective, str], MaybeGradient] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.points = self.points.rounded(self.graph.dtype)

    def evaluation(self, engine: Engine) -> Evaluation:
        """Return what ``engine`` computes here, computing it once.

        Raises:
            EngineError: The engine raised.
        """
        if engine.name in self._started:
            return self._started[engine.name].result()
        if engine.name not in self._evaluations:
            self._evaluations[engine.name] = self._evaluate(engine)
        return self._evaluations[engine.name]

    def start(self, engine: Engine, workers: Executor) -> None:
        """Let ``engine`` compute in the background, here and in the arenas that laws will ask for."""
        for arena in dict.fromkeys((self, self.one_by_one(), self.in_float64())):
            arena._started[engine.name] = workers.submit(arena._evaluate, engine)

    def _evaluate(self, engine: Engine) -> Evaluation:
        return _trying(
            f"engine {engine.name}",
            lambda: engine.evaluate(self.graph, self.points, self.objectives, stacked=self.stacked),
        )

    def transformed(self, transform: Transform, engine: Engine) -> Transformed:
        """Return the gradient of the joint loss as ``transform`` computes it on ``engine``, computing it once.

        Raises:
            EngineError: The transform raised.
        """
        key = transform.name, engine.name
        if key not in self._transformed:
            self._transformed[key] = _trying(
                f"transform {transform.name} on engine {engine.name}",
                lambda: transform.differentiate(self.graph, self.points, engine),
            )
        return self._transformed[key]

    def losses(self) -> tuple[Array, Array]:
        """Return both losses in float64, ``[points]`` or ``[points, batch]``."""
        return evaluate_losses(self.graph, self.points)

    def rounding(self, objective: Objective, *, tangents: bool, projected: bool, step: Step) -> Rounding:
        """Return how much rounding is amplified at the points, measured where that is asked."""
        # What is traced is traced for all laws; what is shaken is traced by nobody, and rarely asked for.
        alone = objective if step is Step.SHAKEN else None
        key = tangents, projected, step, alone
        if key not in self._rounding:
            objectives = (alone,) if alone else self.objectives
            self._rounding[key] = Rounding(self.graph, self.points, objectives, tangents, projected, step)
        return self._rounding[key]

    def in_float64(self) -> Arena:
        """Return the same points for the same graph in float64."""
        if self.graph.dtype == "float64":
            return self
        return self._relate("float64", replace(self.graph, dtype="float64"), self.points, stacked=self.stacked)

    def one_by_one(self) -> Arena:
        """Return the first few points for the form that takes one at a time."""
        if not self.stacked:
            return self
        return self._relate("first", self.graph, self.points.take(slice(0, FEW)), stacked=False)

    def in_half(self) -> Arena:
        """Return the first few points, rounded to what float16 holds, for the form that takes one at a time."""
        few = self.one_by_one()
        return few._relate("half", self.graph, few.points.rounded("float16"), stacked=False)

    def among(self, indices: Array) -> Arena:
        """Return some of the points, or all of them as they are."""
        if len(indices) == len(self.points):
            return self
        name = f"among {indices.tobytes().hex()}"
        if name not in self._related:
            points = self.points.take(indices)
            self._related[name] = Arena(self.graph, points, self.objectives, self.stacked, self.exact, self.patience)
        return self._related[name]

    def _relate(self, name: str, graph: TwoHeadGraph, points: Points, *, stacked: bool) -> Arena:
        if name not in self._related:
            self._related[name] = Arena(graph, points, self.objectives, stacked, self.exact)
        return self._related[name]


@dataclass(frozen=True, eq=False)
class Check:
    """One comparison that a law made.

    Attributes:
        claim: The equation, with the objective and the variable that it was judged for.
        variable: Whose gradient it is.
        proof: ``"structure"`` where the outcome holds for all values and shapes.
        explanation: What to say if it is broken; made from the numbers if not given.
    """

    claim: str
    variable: str
    comparison: Comparison
    proof: str | None = None
    explanation: Explanation | None = None


@dataclass(frozen=True, eq=False)
class Trial:
    """One engine's view of an arena; the other engines of the run are its peers."""

    arena: Arena
    engine: Engine
    peers: Sequence[Engine] = ()

    @property
    def graph(self) -> TwoHeadGraph:
        """The structure under trial."""
        return self.arena.graph

    @property
    def points(self) -> Points:
        """Where gradients are taken."""
        return self.arena.points

    @property
    def structural(self) -> str | None:
        """The proof that presence and absence have on this engine, if any."""
        return "structure" if self.engine.traced else None

    def grad(self, formula: Expression | Objective, variable: str) -> MaybeGradient:
        """Return the gradient of ``formula`` by ``variable`` at every point."""
        objective = as_objective(formula)
        key = self.engine.name, objective, variable
        if key not in self.arena._gradients:
            self.arena._gradients[key] = self._grad(objective, variable)
        return self.arena._gradients[key]

    def _grad(self, objective: Objective, variable: str) -> MaybeGradient:
        evaluation = self.arena.evaluation(self.engine)
        found = evaluation.gradients[objective, variable]
        if isinstance(found, Unconnected):
            return Unconnected((self._term(objective, variable),))
        return self.computed(found, objective, variable, doubt=evaluation.doubt.get((objective, variable), 0.0))

    def transformed(self, transform: Transform, formula: Expression, variable: str) -> MaybeGradient:
        """Return the gradient of ``formula`` as ``transform`` computes it at every point."""
        found = self.arena.transformed(transform, self.engine)[variable]
        objective = as_objective(formula)
        if isinstance(found, Unconnected):
            return Unconnected((replace(self._term(objective, variable), through=transform.name),))
        whole = self.computed(found, objective, variable)
        return replace(whole, terms=tuple(replace(term, through=transform.name) for term in whole.terms))

    def computed(self, values: Array, objective: Objective, variable: str, *, doubt: Array | float = 0.0) -> Gradient:
        """Wrap values that this trial's engine computed."""
        terms = (self._term(objective, variable, len(values)),)
        return Gradient(values, None, terms, doubt, self.engine.view is View.DIRECTIONS)

    def _term(self, objective: Objective, variable: str, points: int | None = None) -> Term:
        weight = np.ones(len(self.points) if points is None else points)
        tangents = self.engine.view is View.DIRECTIONS and self.engine.sees_absence
        return Term(objective, variable, weight, self.engine.name, self.graph.dtype, tangents)

    def by(self, engine: Engine) -> Trial:
        """Return the same arena as ``engine`` sees it."""
        return replace(self, engine=engine)

    def at(self, arena: Arena) -> Trial:
        """Return the same engine in a related arena."""
        return replace(self, arena=arena)

    def variables(self, *, reached: Sequence[str] = (), unreached: Sequence[str] = ()) -> Iterator[str]:
        """Yield variables that all of the losses ``reached``, and none of ``unreached``, flow to."""
        for name in self.graph.variables:
            inside = all(name in self.graph.reached_by(loss) for loss in reached)
            if inside and not any(name in self.graph.reached_by(loss) for loss in unreached):
                yield name

    # --- judging ---------------------------------------------------------------------------

    def identical(self, expected: MaybeGradient, found: MaybeGradient) -> Comparison:
        """Demand the same bits; where the engine approximates, the same within its doubt."""
        if self.engine.sees_absence:
            return self._where_defined(compare.identical(expected, found, points=len(self.points)))
        return self.close(expected, found)

    def exact(self, expected: MaybeGradient, found: MaybeGradient) -> Comparison:
        """Demand the same bits of numbers that differ by powers of two on the way: only tiny ones can be rounded."""
        if isinstance(expected, Unconnected) or isinstance(found, Unconnected):
            return self.identical(expected, found)
        floor = np.full(len(self.points), _FLOOR * np.finfo(self.graph.dtype).tiny)
        budget = Budget(0.0, "nothing but a flush to zero")
        return self._where_defined(compare.close(expected, found, allowed=floor, budget=budget))

    def zero(self, found: MaybeGradient) -> Comparison:
        """Demand exact zeros, of either sign."""
        if isinstance(found, Unconnected):
            return compare.connected(found, points=len(self.points))
        zeros = replace(found, values=zeros_like(found.values))
        return self._where_defined(compare.identical(zeros, found, points=len(self.points)))

    def different(self, same: MaybeGradient, found: MaybeGradient, must: Callable[[Array], Array]) -> Comparison:
        """Demand that some bit differs.

        Args:
            must: Told at which points, as indices, none does; returns at which of those one must.
        """
        compared = compare.different(same, found, judged=np.ones(len(self.points), bool))
        alike = np.flatnonzero(compared.broken)
        if not len(alike):
            return compared
        judged = ~compared.broken
        asked = alike[: self.arena.patience]
        judged[asked] = must(asked)
        return replace(compared, judged=judged)

    def close_to_zero(self, found: MaybeGradient) -> Comparison:
        """Demand zero, within the doubt of an engine that approximates."""
        if isinstance(found, Unconnected):
            return compare.connected(found, points=len(self.points))
        return self.close(replace(found, values=zeros_like(found.values), doubt=0.0), found)

    def close(self, expected: MaybeGradient, found: MaybeGradient) -> Comparison:
        """Allow what rounding can do, and nothing more; exact points allow nothing."""
        return self._where_defined(self._close(expected, found))

    @property
    def budget(self) -> Budget:
        """What rounding is allowed before it is measured."""
        depth = 2 + sum(1 for _ in self.graph.all_layers())
        longest = max(self.points.sizes.values())
        view = COUNT if self.engine.view is View.DIRECTIONS else 0
        ulps = 4.0 * depth + longest + view
        return Budget(ulps, f"{depth} steps there and back, sums of at most {longest} terms")

    def _where_defined(self, compared: Comparison) -> Comparison:
        """Leave out points where a loss is not a number, since no direction has a derivative there.

        The mean over an empty batch is one: its reverse gradient is an empty sum all the same.
        """
        one_sided = any(isinstance(side, Gradient) and side.projected for side in (compared.expected, compared.found))
        if not one_sided or self.graph.reduction != "mean" or self.points.sizes["batch"]:
            return compared
        return replace(compared, judged=np.zeros_like(compared.judged))

    def _close(self, expected: MaybeGradient, found: MaybeGradient) -> Comparison:
        """Compare in stages.

        A bound of a few units in the last place of the largest entry settles nearly all points. For
        the rest, rounding is measured where they are: see `gradcheck.rounding`.
        """
        points = len(self.points)
        if isinstance(expected, Unconnected) or isinstance(found, Unconnected):
            return compare.identical(expected, found, points=points)
        if expected.projected != found.projected:
            expected, found = projected(expected), projected(found)
        if self.arena.exact:
            return compare.identical(expected, found, points=points)
        doubt = expected.doubt + found.doubt
        epsilon, tiny = np.finfo(self.graph.dtype).eps, np.finfo(self.graph.dtype).tiny
        scale = np.maximum(expected.scale, found.scale)
        floor = self.budget.ulps * epsilon * scale + _FLOOR * tiny
        first = compare.close(expected, found, allowed=_wide(floor, found) + doubt, budget=self.budget)
        measured, judged = np.zeros(points), first
        for step in Step:
            suspicious = np.flatnonzero(judged.broken & np.isfinite(judged.error))
            if not len(suspicious):
                break
            noise = _MARGIN * epsilon * self._rounding(expected, found, suspicious, (step,))
            measured[suspicious] = np.maximum(measured[suspicious], noise)
            allowed = np.maximum(floor, measured)
            judged = compare.close(expected, found, allowed=_wide(allowed, found) + doubt, budget=self.budget)
        hopeless = measured > _ILL_CONDITIONED * scale
        return replace(judged, judged=judged.judged & ~hopeless, ill_conditioned=int(hopeless.sum()))

    def rounding_of(self, gradient: Gradient, indices: Array) -> Array:
        """Return how large a gradient rounding alone can make, or unmake, at some of the points."""
        nothing = replace(gradient, terms=())
        epsilon = np.finfo(self.graph.dtype).eps
        return np.asarray(_MARGIN * epsilon * self._rounding(nothing, gradient, indices))

    def close_in_half(self, expected: MaybeGradient, found: MaybeGradient) -> Comparison:
        """Allow what float16 can do to values that it holds.

        Rounding was measured in units of epsilon, so that float16's follows from float32's. It is some
        percent of a gradient; there is nothing to judge only where it is as large as the gradient, or
        where the gradient is beyond what float16 holds.
        """
        if isinstance(expected, Unconnected) or isinstance(found, Unconnected):
            return self.identical(expected, found)
        every = np.arange(len(self.points))
        measured = _MARGIN * float(_HALF.eps) * self._rounding(replace(found, terms=()), found, every)
        scale = expected.scale
        floor = self.budget.ulps * float(_HALF.eps) * scale + _FLOOR * float(_HALF.smallest_subnormal)
        compared = compare.close(expected, found, allowed=np.maximum(floor, measured), budget=self.budget)
        hopeless = (measured > scale) | (scale > float(_HALF.max))
        return replace(compared, judged=compared.judged & ~hopeless, ill_conditioned=int(hopeless.sum()))

    def _rounding(self, expected: Gradient, found: Gradient, indices: Array, steps: Sequence[Step] = NEARBY) -> Array:
        """Return the rounding measured in both sides, in units of the dtype's epsilon."""
        terms = (*expected.terms, *found.terms)
        tangents = any(term.tangents for term in terms)
        total = np.zeros(len(indices))
        for term in terms:
            largest = (
                self.arena.rounding(term.objective, tangents=tangents, projected=found.projected, step=step).largest(
                    indices, term.objective, term.variable
                )
                for step in steps
            )
            total += np.abs(term.weight[indices]) * np.max(list(largest), axis=0)
        return total


def _trying(what: str, compute: Callable[[], T]) -> T:
    try:
        return compute()
    except Exception as error:  # whatever an engine raises is its verdict, not the end of the run
        raise EngineError(f"{what} failed: {told(error)}") from error


def projected(gradient: Gradient) -> Gradient:
    """Show a gradient as directional engines do: by its products with the directions."""
    if gradient.projected:
        return gradient
    entries = gradient.values.reshape(len(gradient.values), -1)
    # Independent errors of the entries add up as their squares do.
    length = np.sqrt(np.sum(np.square(entries, dtype=np.float64), axis=1))
    return replace(gradient, values=project(gradient.values), took_part=length, projected=True)


def _wide(allowed: Array, gradient: Gradient) -> Array:
    return along_points(allowed, gradient.values)
