"""What the tests of training share."""

from __future__ import annotations

from gradcheck.graph import Wiring
from gradcheck.training.laws import Training
from gradcheck.training.optimizers import choose_optimizers
from gradcheck.training.plan import training_graph, training_point


def training(optimizer: str, mode: str = "eager", *, wiring: Wiring = Wiring.CHAINED, route: str = "split-var-list"):
    graph = training_graph(wiring)
    found = next(o for o in choose_optimizers([optimizer]) if o.name == optimizer)
    return Training(graph, training_point(graph), found, mode, route)
