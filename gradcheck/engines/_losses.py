"""The losses themselves, in float64: laws need them to tell where they apply."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.engines import remembered
from gradcheck.engines._program import input_ranks, signature
from gradcheck.gradient import Array
from gradcheck.graph import TwoHeadGraph
from gradcheck.model import run_forward
from gradcheck.point import Points


def evaluate_losses(graph: TwoHeadGraph, points: Points) -> tuple[Array, Array]:
    """Return loss1 and loss2 in float64: ``[points, batch]``, or ``[points]`` where reduced."""
    values = points.values
    first, second = _program(replace(graph, dtype="float64"))(
        *(tf.constant(values[name]) for name in (*graph.variables, *input_ranks(graph)))
    )
    return np.asarray(first), np.asarray(second)


@remembered
def _program(graph: TwoHeadGraph) -> Any:
    names = (*graph.variables, *input_ranks(graph))
    variables = [tf.TensorSpec([None] * (rank + 1), graph.dtype) for rank in graph.ranks().values()]

    def run(*tensors: Any) -> tuple[Any, Any]:
        forward = run_forward(graph, dict(zip(names, tensors, strict=True)), leading=1, stop=tf.stop_gradient)
        return forward.loss1, forward.loss2

    return tf.function(run, input_signature=[*variables, *signature(graph, leading=1)], autograph=False)
