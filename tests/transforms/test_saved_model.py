"""What is loaded has the values that were saved, and takes those of other points."""

from __future__ import annotations

import numpy as np

from gradcheck.graph import TwoHeadGraph
from gradcheck.point import draw
from gradcheck.transforms.saved_model import Loaded, plain

GRAPH = TwoHeadGraph(dtype="float64", reduction="sum")


def test_loaded_variables_have_the_values_that_were_saved() -> None:
    loaded = Loaded(GRAPH)
    for size in (2, 3):
        point = draw(GRAPH, dict.fromkeys(GRAPH.axes, size), 1)[0]
        loaded.restore({name: point.values[name] for name in GRAPH.variables})
        for name in GRAPH.variables:
            assert np.array_equal(loaded._loaded.by_name[plain(name)], point.values[name])
    assert loaded._loaded is not loaded._module
