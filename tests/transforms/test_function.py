"""Transforms that are functions: traced once, and refused where nothing would be learned."""

from __future__ import annotations

import pytest

from gradcheck.engines import engines, wrap_of
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import laws, only_when_named
from gradcheck.point import draw
from gradcheck.transforms import transforms
from gradcheck.transforms._function import Function, Program

GRAPH = TwoHeadGraph(dtype="float64")
FUNCTIONS = [transform for transform in transforms if isinstance(transform, Function)]


def test_one_trace_serves_every_size() -> None:
    traces = []

    def run(joint, batch):
        traces.append(batch)
        return joint.gradient(lambda: joint(batch))

    wrap = wrap_of(engines["graph"])
    assert wrap is not None
    program = Program(run, GRAPH, wrap)
    for size in (0, 1, 3):
        gradients = program(draw(GRAPH, dict.fromkeys(GRAPH.axes, 2) | {"batch": size}, 1)[0])
        assert len(gradients) == len(GRAPH.variables)
    assert len(traces) == 1


@pytest.mark.parametrize("engine", ["eager", "graph", "xla"])
def test_engine_that_runs_functions_says_how(engine: str) -> None:
    assert wrap_of(engines[engine]) is not None


@pytest.mark.parametrize("engine", ["forward", "numeric", "v1"])
def test_other_engine_is_refused_with_a_reason(engine: str) -> None:
    assert wrap_of(engines[engine]) is None
    for transform in transforms:
        assert "no function" in str(laws[transform.name].why_not(GRAPH, engines[engine]))


@pytest.mark.parametrize("transform", FUNCTIONS, ids=lambda transform: transform.name)
def test_compiler_takes_only_what_says_so(transform: Function) -> None:
    assert (transform.why_not(GRAPH, engines["xla"]) is None) == transform.compiled


@pytest.mark.parametrize("transform", list(transforms), ids=lambda transform: transform.name)
def test_every_transform_is_a_law_that_applies_somewhere(transform) -> None:
    law = laws[transform.name]
    assert (law.sentence, law.equation) == (transform.sentence, transform.equation)
    assert only_when_named(law) == transform.when_named
    single = TwoHeadGraph()
    assert any(law.why_not(single, engine) is None for engine in engines)


def test_only_distributed_transforms_wait_to_be_named() -> None:
    assert {t.name for t in transforms if t.when_named} == {"mirrored", "multi-worker"}
