"""What tests share: a witness, files that are none, and an engine that lies."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from faults.faults import Fault, Faulty
from gradcheck.engines import engines
from gradcheck.explain import Explanation
from gradcheck.golden import GOLDEN_GRAPH, W2, golden_point
from gradcheck.gradient import Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.witness import Witness

CLAIM = f"grad(loss1 + loss2, {W2}) = grad(loss2, {W2})"
ENVIRONMENT = dict.fromkeys(("tensorflow", "python", "gradcheck", "keras", "numpy", "machine"), "1.2.3")


@pytest.fixture
def make_witness() -> Callable[..., Witness]:
    """Make a witness of the golden case, with some of its fields changed."""

    def make(**fields: Any) -> Witness:
        usual = Witness(
            law="addition",
            engine="eager",
            peers=("eager",),
            claim=CLAIM,
            variable=W2,
            explanation=Explanation(
                "the same bits", ("1 of 20 elements differ; worst [3, 4]", "expected 50  found 51")
            ),
            graph=GOLDEN_GRAPH,
            point=golden_point(),
            stacked=False,
            environment=ENVIRONMENT,
        )
        return replace(usual, **fields)

    return make


def _move_last_bit(honest, graph: TwoHeadGraph, points, objectives, stacked):  # type: ignore[no-untyped-def]
    """Move the joint loss's gradient by head 2 by one unit in the last place."""
    found = honest(graph, points, objectives, stacked=stacked)
    gradients = {
        (objective, name): np.nextafter(g, np.inf)
        if objective == as_objective(loss1 + loss2) and name.startswith("head2") and not isinstance(g, Unconnected)
        else g
        for (objective, name), g in found.gradients.items()
    }
    return replace(found, gradients=gradients)


def _raise(honest, graph, points, objectives, stacked):  # type: ignore[no-untyped-def]
    raise RuntimeError("no such [kernel]")


@pytest.fixture
def lying_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine eager break the law addition by one unit in the last place."""
    monkeypatch.setitem(
        engines._entries, "eager", Faulty(Fault("last bit", "addition", _move_last_bit, engine="eager"))
    )


@pytest.fixture
def failing_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine eager raise."""
    monkeypatch.setitem(engines._entries, "eager", Faulty(Fault("raises", "addition", _raise, engine="eager")))


def _without(name: str) -> Callable[[Any], Any]:
    return lambda stored: {key: value for key, value in stored.items() if key != name}


def _with(*path: Any, value: Any) -> Callable[[Any], Any]:
    def change(stored: Any) -> Any:
        inside = stored
        for key in path[:-1]:
            inside = inside[key]
        inside[path[-1]] = value
        return stored

    return change


# What is done to a good witness, and what its reader must then be told.
BAD_WITNESSES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "empty": (lambda _: "", "it is not JSON (line 1: Expecting value)"),
    "truncated": (lambda stored: json.dumps(stored, indent=1)[:-40], "it is not JSON (line "),
    "binary": (lambda _: b"\xff\xfe\x00", "it is not a text file"),
    "a list": (lambda _: [1, 2], 'expected "format": "gradcheck-witness"'),
    "foreign": (lambda _: {"format": "gradcheck-report", "version": 1}, 'expected "format": "gradcheck-witness"'),
    "of another version": (_with("version", value=2), "has witness version 2; this gradcheck reads version 1"),
    "without a law": (_without("law"), "is not a whole witness: law missing"),
    "without claim and point": (lambda s: _without("claim")(_without("point")(s)), "claim, point missing"),
    "of an unknown law": (_with("law", value="adition"), "unknown law 'adition'; did you mean 'addition'?"),
    "of an unknown engine": (_with("engine", value="eagre"), "unknown engine 'eagre'; did you mean 'eager'?"),
    "of an unknown peer": (_with("peers", value=["xlaa"]), "unknown engine 'xlaa'; did you mean 'xla'?"),
    "of an unknown layer": (_with("graph", "head1", value=["dens"]), "unknown layer 'dens'; did you mean 'dense'?"),
    "of an unknown loss": (
        _with("graph", "loss1", value="plan_sum"),
        "unknown loss 'plan_sum'; did you mean 'plain_sum'?",
    ),
    "of an unknown wiring": (
        _with("graph", "wiring", value="chain"),
        "unknown wiring 'chain'; did you mean 'chained'?",
    ),
    "of an unknown dtype": (_with("graph", "dtype", value="float16"), "unknown dtype 'float16'"),
    "of an unknown reduction": (_with("graph", "reduction", value="summ"), "did you mean 'sum'?"),
    "of too deep a trunk": (_with("graph", "trunk", value=["tanh"] * 4), "trunk must have at most 3 layers; found 4"),
    "with a graph that is no object": (_with("graph", value=7), "a graph must have exactly the fields"),
    "with layers in one word": (_with("graph", "head1", value="dense"), "must be lists of layer names"),
    "with layers that are no names": (_with("graph", "head1", value=[["dense"]]), "a field has the wrong type"),
    "with an environment of 3": (_with("environment", value=3), "a field has the wrong type"),
    "without sizes": (_with("point", value={"values": {}}), "a point must have exactly the fields sizes and values"),
    "with a size too few": (_with("point", "sizes", value={"batch": 1}), "sizes must name exactly the graph's axes"),
    "with no vocabulary": (
        _with("point", "sizes", "vocabulary", value=0),
        "size vocabulary must be an integer of at least 1; found 0",
    ),
    "with a batch of -1": (
        _with("point", "sizes", "batch", value=-1),
        "size batch must be an integer of at least 0; found -1",
    ),
    "with half a batch": (
        _with("point", "sizes", "batch", value=0.5),
        "size batch must be an integer of at least 0; found 0.5",
    ),
    "with a value too many": (_with("point", "values", "w3", value=1.0), "a point of this graph must have the values"),
    "with a wrong shape": (
        _with("point", "values", W2, value=[[1.0]]),
        f"value {W2} must have shape (4, 5); found (1, 1)",
    ),
    "with a ragged value": (
        _with("point", "values", W2, value=[[1.0], []]),
        f"value {W2} must be numbers of shape (4, 5)",
    ),
    "with words for numbers": (_with("point", "values", "a", value="two"), "value a must be numbers of shape ()"),
    "with an id out of range": (
        _with("point", "values", "ids", value=[1]),
        "value ids must be integers from 0 to 0; found [1]",
    ),
    "with a negative id": (
        _with("point", "values", "ids", value=[-1]),
        "value ids must be integers from 0 to 0; found [-1]",
    ),
    "with half an id": (
        _with("point", "values", "ids", value=[0.5]),
        "value ids must be integers from 0 to 0; found [0.5]",
    ),
}


@pytest.fixture(params=BAD_WITNESSES)
def bad_witness(
    request: pytest.FixtureRequest, tmp_path: Path, make_witness: Callable[..., Witness]
) -> tuple[Path, str]:
    """Write a file that is no good witness; return its path and what must be said about it."""
    change, message = BAD_WITNESSES[request.param]
    changed = change(make_witness().to_json())
    path = tmp_path / "witness.json"
    if isinstance(changed, bytes):
        path.write_bytes(changed)
    else:
        path.write_text(changed if isinstance(changed, str) else json.dumps(changed))
    return path, message
