"""A process that takes gradients of a batch spread over replicas: one case a line, until there are no more.

Run as ``python -m gradcheck.transforms._worker``; ``TF_CONFIG`` makes it one of several.
"""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Point
from gradcheck.transforms._distributed import Scaling, key
from gradcheck.transforms._joint import Batch, Gradients, Joint, Tensor, batch_of, size_of, variables_of

_REPLICAS = 2


def main() -> None:
    """Answer every line with one: an error's text, or none."""
    for line in sys.stdin:
        error = None
        try:
            _run(json.loads(Path(line.strip()).read_text(encoding="utf-8")))
        except Exception as raised:  # whatever TensorFlow raises is the answer
            lines = str(raised).strip().splitlines() or [""]
            error = f"{type(raised).__name__}: {lines[-1]}"
        print(json.dumps({"error": error}), flush=True)
    # Processes of one cluster would wait for each other to say goodbye.
    os._exit(0)


def _run(case: dict[str, Any]) -> None:
    strategy, graph = make_strategy(case["strategy"]), TwoHeadGraph.from_json(case["graph"])
    found: dict[str, Any] = {}
    for index, stored in enumerate(case["points"]):
        point = Point.from_json(graph, stored)
        gradients = differentiate(strategy, graph, point, traced=case["traced"], scaling=Scaling(**case["scaling"]))
        for name, gradient in zip(graph.variables, gradients, strict=True):
            if gradient is not None:
                found[key(index, name)] = np.asarray(gradient)
    if not is_second():
        np.savez(case["result"], allow_pickle=False, **found)


def is_second() -> bool:
    """Whether another process of the cluster writes the result."""
    return bool(json.loads(os.environ.get("TF_CONFIG", "{}")).get("task", {}).get("index"))


@cache
def make_strategy(name: str) -> Any:
    """Set the devices up and return the strategy over them."""
    if name == "multi-worker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    devices = [tf.config.LogicalDeviceConfiguration() for _ in range(_REPLICAS)]
    tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], devices)
    return tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(_REPLICAS)])


def differentiate(strategy: Any, graph: TwoHeadGraph, point: Point, *, traced: bool, scaling: Scaling) -> Gradients:
    """Return the gradient by every variable, as the first replica of this process has it."""
    with strategy.scope():
        joint = Joint(graph, variables_of(graph, point))
    parts = cut(batch_of(graph, point))

    def step(batch: Batch) -> Gradients:
        gradients = joint.gradient(lambda: _loss(joint, batch, parts, scaling))
        reduce = tf.distribute.ReduceOp.SUM if scaling.reduce == "sum" else tf.distribute.ReduceOp.MEAN
        return list(tf.distribute.get_replica_context().all_reduce(reduce, gradients))

    def run() -> Any:
        own = strategy.experimental_distribute_values_from_function(
            lambda replica: parts[replica.replica_id_in_sync_group]
        )
        return strategy.run(step, args=(own,))

    spread = (tf.function(run, autograph=False) if traced else run)()
    return [strategy.experimental_local_results(gradient)[0] for gradient in spread]


def cut(batch: Batch) -> list[Batch]:
    """Cut a batch into unequal parts, one a replica."""
    first = int(size_of(batch)) // 3
    return [{k: v[:first] for k, v in batch.items()}, {k: v[first:] for k, v in batch.items()}]


def _loss(joint: Joint, batch: Batch, parts: list[Batch], scaling: Scaling) -> Tensor:
    if joint.graph.reduction != "mean":
        return joint.total(batch)
    size = size_of(batch) if scaling.divide == "part" else sum(size_of(part) for part in parts)
    return tf.math.divide_no_nan(joint.total(batch), tf.cast(size, joint.graph.dtype))


if __name__ == "__main__":
    main()
