"""What tests of proofs share: settings, walks on one engine, traces that are kept between tests, and a lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from faults.faults import Fault, Faulty
from gradcheck.engines import engines
from gradcheck.gradient import Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.proofs import Proof, proofs, walk_through
from gradcheck.proofs.case import Case
from gradcheck.proofs.setting import Setting, usual_sizes
from gradcheck.proofs.walk import Walk
from gradcheck.sample import sample_graph

SEED = 5


@cache
def random_graph(index: int) -> TwoHeadGraph:
    return sample_graph(SEED, index, ("float64",))


def random_setting(proof: Proof, index: int) -> Setting:
    """Draw a graph on which the premise holds, at numbers of its own."""
    graph = proof.fit(random_graph(index))
    return proof.draw(graph, dict(usual_sizes(graph)), index, f"random graph {index}")


def walk(name: str, *, broken: bool = False, setting: Setting | None = None, every: bool = False) -> Walk:
    """Walk through a proof: eagerly and without trying random graphs, or with all that it has."""
    proof = proofs[name]
    chosen = tuple(engines) if every else (engines["eager"],)
    return walk_through(proof, Case(setting or proof.usual(), broken, chosen, 3 if every else 0))


@cache
def honest_walk(name: str, *, broken: bool = False) -> Walk:
    """Walk through a proof where it is usually shown, once for all tests that only read it."""
    return walk(name, broken=broken)


def wrong(found: Walk) -> list[str]:
    return [f"{fact.statement}: {fact.found} ({fact.by})" for fact in found.wrong]


def lying(change: Callable[[np.ndarray], None], by: str = "") -> Faulty:
    """Change every gradient of a formula of both losses in which nothing is stopped, by variables of such names."""

    def lie(honest, graph, points, objectives, stacked):
        found = honest(graph, points, objectives, stacked=stacked)
        gradients = {key: g if isinstance(g, Unconnected) else np.array(g) for key, g in found.gradients.items()}
        for (objective, variable), g in gradients.items():
            mixed = "loss1" in str(objective) and "loss2" in str(objective) and "stop" not in str(objective)
            if mixed and variable.startswith(by) and not isinstance(g, Unconnected):
                change(g)
        return replace(found, gradients=gradients)

    return Faulty(Fault("a lie", "addition", lie, engine="eager"))
