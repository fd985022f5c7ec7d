"""Problems of two-head graphs: every engine's gradients at stored points, verdicts of laws, and the flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.baseline.case import Answer, Case, Sort
from gradcheck.directions import project
from gradcheck.engines import Engine, Evaluation, Key, View, engines
from gradcheck.engines._program import make_variables, typed
from gradcheck.errors import EngineError, GradcheckError
from gradcheck.flow.flow import flow
from gradcheck.gradient import Array, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import Law, all_objectives, laws, only_when_named, takes_turns
from gradcheck.model import run_forward
from gradcheck.point import Point, Points, stack
from gradcheck.raised import Raised
from gradcheck.rounding import nearby
from gradcheck.trial import Arena, Trial

_SAMPLES = 4  # of rounding, at each point
_NEAR = 4.0  # units in the last place that they lie away
_KEY = 0x6E6F697365


def graph_problem(graph: TwoHeadGraph, points: Points) -> dict[str, Any]:
    """Return a graph and its points as JSON values."""
    return {"kind": "graph", "graph": graph.to_json(), "points": [point.to_json() for point in points]}


def run_graph(name: str, problem: Mapping[str, Any]) -> Iterator[Case]:
    """Yield the cases of a graph: of each engine, each point and each objective, of each engine's laws, of the flow.

    An engine that ends its process takes all answers with it. Which one does is found by running each alone
    (``problem["alone"]``), and those that do (``problem["dies"]``) are then not run.
    """
    graph = TwoHeadGraph.from_json(problem["graph"])
    points = stack([Point.from_json(graph, stored) for stored in problem["points"]])
    arena = Arena(graph, points, all_objectives(), stacked=False)
    if "alone" in problem:
        only = engines[problem["alone"]]
        yield from _engine(
            name, arena, only, {}, {other.name: Raised("NotRun", "") for other in engines if other is not only}
        )
        return
    dies = {engine: Raised("Killed", str(how)) for engine, how in problem.get("dies", {}).items()}
    noise = {} if "graph" in dies else _measure_noise(arena)
    for engine in engines:
        yield from _engine(name, arena, engine, noise, dies)
    yield Case(f"{name}/flow", name, Sort.FLOW, tags_of(graph), dict(_flow(graph, points[0])))


def tags_of(graph: TwoHeadGraph, **more: str) -> dict[str, str]:
    """Return what a graph's cases are counted by; several values are set apart by spaces."""
    layers = dict.fromkeys((*graph.trunk, *graph.head1, *graph.head2))
    return {
        "dtype": graph.dtype,
        "wiring": graph.wiring.value,
        "layer": " ".join(layers),
        "loss": " ".join(dict.fromkeys((graph.loss1, graph.loss2))),
        **more,
    }


def _engine(
    name: str, arena: Arena, engine: Engine, noise: Mapping[Key, Array], dies: Mapping[str, Raised]
) -> Iterator[Case]:
    yield from _gradients(name, arena, engine, noise, dies.get(engine.name))
    yield _verdicts(name, arena, engine, dies)


def _gradients(
    name: str, arena: Arena, engine: Engine, noise: Mapping[Key, Array], died: Raised | None
) -> Iterator[Case]:
    try:
        evaluation: Evaluation | Raised = died or arena.evaluation(engine)
    except EngineError as error:
        evaluation = Raised.of(error)
    for index in range(len(arena.points)):
        for objective in arena.objectives:
            keys = [(objective, variable) for variable in arena.graph.variables]
            answers = {key[1]: _answer(evaluation, key, index) for key in keys}
            doubts = {key[1]: _doubt(evaluation, engine, key, index, noise) for key in keys}
            label = f"{name}.{index}/{engine.name}/{objective}"
            yield Case(label, name, Sort.GRADIENT, tags_of(arena.graph, engine=engine.name), answers, doubts)


def _answer(evaluation: Evaluation | Raised, key: Key, index: int) -> Answer:
    if isinstance(evaluation, Raised):
        return evaluation
    found = evaluation.gradients[key]
    return found if isinstance(found, Unconnected) else np.asarray(found[index])


def _doubt(evaluation: Evaluation | Raised, engine: Engine, key: Key, index: int, noise: Mapping[Key, Array]) -> float:
    """Return how far rounding may carry an entry, or a product with a direction."""
    if isinstance(evaluation, Raised) or key not in noise:
        return 0.0
    moved = noise[key][index]
    sizes = np.abs(project(moved) if engine.view is View.DIRECTIONS else moved)
    approximated = np.max(evaluation.doubt[key][index], initial=0.0) if key in evaluation.doubt else 0.0
    return float(max(np.max(sizes, initial=0.0, where=np.isfinite(sizes)), approximated))


def _measure_noise(arena: Arena) -> dict[Key, Array]:
    """Return how gradients differ at points some units in the last place away, ``[points, samples, *shape]``."""
    points, graph = arena.points, arena.graph
    copies = nearby(points, _SAMPLES, _NEAR * float(np.finfo(graph.dtype).eps), _KEY).rounded(graph.dtype)
    engine = engines["graph"]
    try:
        here = arena.evaluation(engine).gradients
        there = engine.evaluate(graph, copies, arena.objectives, stacked=False).gradients
    except Exception:  # what raises is recorded as its engine's answer
        return {}
    noise = {}
    for key, found in there.items():
        base = here[key]
        if not isinstance(found, Unconnected) and not isinstance(base, Unconnected):
            noise[key] = found.reshape(len(points), _SAMPLES, *found.shape[1:]) - base[:, None]
    return noise


def _verdicts(name: str, arena: Arena, engine: Engine, dies: Mapping[str, Raised]) -> Case:
    chosen = [law for law in laws if only_when_named(law) is None and not takes_turns(law)]
    judged: dict[str, Answer] = {}
    if engine.name in dies:
        judged = {law.name: dies[engine.name] for law in chosen}
    else:
        trial = Trial(arena, engine, [other for other in engines if other.name not in dies and _runs(arena, other)])
        judged = {law.name: _verdict(law, trial) for law in chosen}
    tags = tags_of(arena.graph, engine=engine.name)
    return Case(f"{name}/{engine.name}/laws", name, Sort.LAW, tags, judged)


def _verdict(law: Law, trial: Trial) -> Answer:
    if law.why_not(trial.arena.graph, trial.engine) is not None:
        return "not applicable"
    try:
        broken = [check for check in law.judge(trial) if check.comparison.broken.any()]
    except GradcheckError as error:
        return Raised.of(error)
    return f"broken: {broken[0].claim}" if broken else "holds"


def _runs(arena: Arena, engine: Engine) -> bool:
    try:
        arena.evaluation(engine)
    except EngineError:
        return False
    return True


def _flow(graph: TwoHeadGraph, point: Point) -> Iterator[tuple[str, Answer]]:
    variables = make_variables(graph, 0)
    names = {variable.name.partition(":")[0]: name for name, variable in variables.items()}
    inputs = {name: tf.constant(v) for name, v in typed(graph, point.values).items() if name not in variables}

    def losses() -> dict[str, Any]:
        forward = run_forward(graph, {**variables, **inputs}, leading=0, stop=tf.stop_gradient)
        return {"loss1": forward.loss1, "loss2": forward.loss2}

    try:
        found = flow(losses, variables=list(variables.values()))
    except Exception as error:
        yield "table", Raised.of(error)
        return
    for (loss, variable), cell in found.cells.items():
        yield f"{loss}, {names[variable]}", cell.kind.value
