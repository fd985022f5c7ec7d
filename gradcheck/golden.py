"""The seed's constant-weight example, whose gradients are whole numbers known by hand."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gradcheck.gradient import Array
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Expression, loss1, loss2
from gradcheck.point import Point

GOLDEN_GRAPH = TwoHeadGraph(loss1="plain_sum", loss2="plain_sum", reduction="sum")
SEED_GRAPH = TwoHeadGraph()

W1, W2 = "head1/0/kernel", "head2/0/kernel"


def golden_point() -> Point:
    """Return the seed's input, labels and weights; the input is the one row of the embedding."""
    sizes = {"batch": 1, "vocabulary": 1, "embedding": 3, "head1/0": 4, "head2/0": 5}
    values = {
        "embedding": np.array([[1.0, 2.0, 3.0]]),
        W1: np.arange(12.0).reshape(3, 4),
        W2: np.arange(20.0).reshape(4, 5),
        "ids": np.zeros(1, np.int32),
        "labels1": np.array([[1.0, 2.0, 3.0, 4.0]]),
        "labels2": np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]),
        "a": np.array(2.0),
        "b": np.array(3.0),
        "u": np.array(1.0),
        "v": np.array(-1.0),
    }
    return Point(sizes, values)


def golden_gradients() -> Mapping[tuple[Expression, str], Array]:
    """Return the seed's three gradients: ``d loss1/d w1``, ``d loss2/d w2`` and the joint one."""
    rows_of_w1 = np.repeat([[1.0], [2.0], [3.0]], 4, axis=1)
    rows_of_w2 = np.repeat([[32.0], [38.0], [44.0], [50.0]], 5, axis=1)
    return {(loss1, W1): rows_of_w1, (loss2, W2): rows_of_w2, (loss1 + loss2, W2): rows_of_w2}
