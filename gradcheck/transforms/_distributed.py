"""Gradients of a batch that is spread over replicas: what this process asks the workers for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from gradcheck.gradient import Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Points
from gradcheck.transforms import Transformed
from gradcheck.transforms._process import Workers


@dataclass(frozen=True)
class Scaling:
    """How replicas' gradients become that of the batch.

    Attributes:
        divide: Where the graph asks for a mean, by what each replica divides its sum: the size of
            the whole ``"batch"`` or of its own ``"part"``.
        reduce: Whether the replicas' gradients are added up (``"sum"``) or averaged (``"mean"``).
    """

    divide: Literal["batch", "part"] = "batch"
    reduce: Literal["sum", "mean"] = "sum"


def differentiate(
    workers: Workers, strategy: str, graph: TwoHeadGraph, points: Points, *, traced: bool, scaling: Scaling
) -> Transformed:
    """Let the workers take the gradient at every point.

    Args:
        workers: Processes with as many devices as the strategy needs.
        strategy: ``"mirrored"`` or ``"multi-worker"``.
        graph: The structure.
        points: Of the same sizes.
        traced: Whether the step runs inside ``tf.function``.
        scaling: How the replicas' gradients are put together.
    """
    found = workers.run(
        {
            "strategy": strategy,
            "graph": graph.to_json(),
            "points": [point.to_json() for point in points],
            "traced": traced,
            "scaling": asdict(scaling),
        }
    )
    return {name: _stacked([found.get(key(i, name)) for i in range(len(points))]) for name in graph.variables}


def key(point: int, variable: str) -> str:
    """Return the name under which a gradient is stored; an absent one is not."""
    return f"{point} {variable}".replace("/", " ")


def _stacked(gradients: Sequence[Any]) -> Any:
    return Unconnected() if any(gradient is None for gradient in gradients) else np.stack(gradients)
