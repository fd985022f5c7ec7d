"""The corpus covers what gradcheck knows; faults planted into the newer TensorFlow are found and named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from baseline.made import NEW, OLD
from gradcheck.baseline.case import Baseline, Case, Sort
from gradcheck.baseline.compare import Kind, compare
from gradcheck.baseline.corpus import default_problems
from gradcheck.baseline.graphs import graph_problem, run_graph
from gradcheck.baseline.steps import run_step, step_problem
from gradcheck.engines import Evaluation, engines
from gradcheck.engines.xla import Xla
from gradcheck.gradient import Unconnected
from gradcheck.graph import DTYPES, TwoHeadGraph, Wiring
from gradcheck.layer import layers, losses
from gradcheck.objective import as_objective, loss2
from gradcheck.point import draw
from gradcheck.training import optimizers
from gradcheck.training.optimizers import choose_optimizers
from gradcheck.training.plan import training_graph, training_point

GRAPH = TwoHeadGraph(wiring=Wiring.STOPPED, head1=("dense", "tanh"), reduction="mean")
SIZES = dict.fromkeys(GRAPH.axes, 3)
PROBLEMS: Mapping[str, Mapping[str, Any]] = {
    "graph-000": graph_problem(GRAPH, draw(GRAPH, SIZES, 2)),
    "step-keras.Adam-eager": step_problem(
        training_graph(Wiring.CHAINED), training_point(training_graph(Wiring.CHAINED)), "keras.Adam", "eager"
    ),
}
KEY = (as_objective(loss2), "head2/0/kernel")
Change = Callable[[Evaluation], Evaluation]


def recorded(environment: Mapping[str, str]) -> Baseline:
    runs = {"graph": run_graph, "step": run_step}
    cases = {case.name: case for name, problem in PROBLEMS.items() for case in runs[problem["kind"]](name, problem)}
    return Baseline(environment, PROBLEMS, cases)


@pytest.fixture(scope="module")
def honest() -> Baseline:
    return recorded(OLD)


def test_the_same_tensorflow_gives_the_same_bits(honest: Baseline) -> None:
    found = compare(honest, recorded(NEW))
    assert set(found.counts) <= {Kind.IDENTICAL, Kind.WITHIN}
    assert {case.sort for case in honest.cases.values()} == set(Sort)
    assert {case.tags.get("engine", "xla") for case in honest.cases.values()} == set(engines.names())


def patched(value: Any) -> Change:
    """Return a change of one gradient of an evaluation."""

    def change(found: Evaluation) -> Evaluation:
        gradients = {**found.gradients, KEY: value(np.array(found.gradients[KEY]))}
        return replace(found, gradients=gradients)

    return change


def fail(_: Evaluation) -> Evaluation:
    raise ValueError("this version has no such kernel")


def one_percent(gradient: np.ndarray) -> np.ndarray:
    gradient[0, 1, 1] *= 1.01
    return gradient


PLANTED: dict[str, tuple[Change, Kind]] = {
    "one entry off by 1 %": (patched(one_percent), Kind.BEYOND),
    "None for an array": (patched(lambda _: Unconnected()), Kind.PRESENCE),
    "an error for a value": (fail, Kind.ERROR),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_fault_of_the_newer_version_is_found_and_named(
    name: str, honest: Baseline, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, kind = PLANTED[name]
    evaluate = Xla.evaluate
    monkeypatch.setattr(Xla, "evaluate", lambda *args, **options: change(evaluate(*args, **options)))
    found = compare(honest, recorded(NEW))
    named = {c.label for c in found.changes if c.kind is kind}
    assert "graph-000.0/xla/loss2/head2/0/kernel" in named
    assert all("/xla/" in label for label in named)
    assert found.exit_code == 1
    law = {c.part for c in found.changes if c.kind in (Kind.LAW, Kind.ERROR) and c.case.sort is Sort.LAW}
    assert law, "a law sees it too"


def test_zeros_for_none_are_found_and_named(honest: Baseline, monkeypatch: pytest.MonkeyPatch) -> None:
    key = (as_objective(loss2), "head1/0/kernel")  # no path runs there
    evaluate = Xla.evaluate

    def run(*args: Any, **options: Any) -> Evaluation:
        found = evaluate(*args, **options)
        assert isinstance(found.gradients[key], Unconnected)
        return replace(found, gradients={**found.gradients, key: np.zeros((2, 3, 3), np.float32)})

    monkeypatch.setattr(Xla, "evaluate", run)
    changes = [c for c in compare(honest, recorded(NEW)).changes if c.kind is Kind.PRESENCE]
    assert [c.label for c in changes] == [f"graph-000.{i}/xla/loss2/head1/0/kernel" for i in range(2)]


def test_a_changed_step_is_found_and_named(honest: Baseline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(optimizers, "RATE", 0.0505)
    changes = [c for c in compare(honest, recorded(NEW)).changes if c.kind.changed]
    assert {c.case.name for c in changes} == {"step-keras.Adam-eager"}
    assert {c.kind for c in changes} == {Kind.BEYOND}


def test_an_optimizer_that_is_gone_is_an_error(honest: Baseline, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tuple(o for o in choose_optimizers(()) if o.family != "keras.Adam")
    monkeypatch.setattr(optimizers, "find_optimizers", lambda: found)
    changes = [c for c in compare(honest, recorded(NEW)).changes if c.kind.changed]
    assert {c.case.name for c in changes} == {"step-keras.Adam-eager"}
    assert {c.kind for c in changes} == {Kind.ERROR}


def test_the_corpus_covers_what_gradcheck_knows() -> None:
    problems = default_problems()
    graphs = [TwoHeadGraph.from_json(p["graph"]) for p in problems.values() if p["kind"] == "graph"]
    assert {(graph.wiring, graph.dtype) for graph in graphs} == {(w, d) for w in Wiring for d in DTYPES}
    assert {name for graph in graphs for name in (*graph.trunk, *graph.head1, *graph.head2)} >= set(layers.names())
    assert {name for graph in graphs for name in (graph.loss1, graph.loss2)} == set(losses.names())
    families = {o.family for o in choose_optimizers(()) if o.why_not() is None}
    trained = {str(p["optimizer"]) for p in problems.values() if p["kind"] == "step"}
    assert {name.partition(":")[0] for name in trained} == families
    assert default_problems() == problems


def test_noise_is_measured_and_small(honest: Baseline) -> None:
    case: Case = honest.cases["graph-000.0/eager/loss2"]
    noise = case.noise["head2/0/kernel"]
    largest = float(np.max(np.abs(np.asarray(case.answers["head2/0/kernel"]))))
    assert 0 < noise < 1e-5 * largest
