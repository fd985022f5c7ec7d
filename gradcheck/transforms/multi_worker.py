"""Two replicas in two processes, which talk over the loopback."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache

from gradcheck.engines import Engine
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Points
from gradcheck.transforms import Transformed, register_transform
from gradcheck.transforms._distributed import Scaling, differentiate
from gradcheck.transforms._process import Setting, workers

_PROCESSES = 2


@register_transform
@dataclass(frozen=True)
class MultiWorker:
    """``tf.distribute.MultiWorkerMirroredStrategy`` between two processes."""

    scaling: Scaling = field(default_factory=Scaling)
    name: str = "multi-worker"
    sentence: str = "Unequal parts of a batch in two processes of MultiWorkerMirroredStrategy add up to its gradient."
    equation: str = "sum over workers of grad(sum over part / |batch| for a mean, w) = grad(loss1 + loss2, w)"
    exact: bool = False
    least_batch: int = 0
    half: bool = False
    when_named: str | None = "it runs in two processes of its own: judged when it is named"

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        if engine.compiles_shapes:
            return "strategies choose the compiler of their steps themselves"
        return None if engine.traced else "steps of several processes are traced, as fit runs them; see mirrored"

    def differentiate(self, graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
        processes = workers(_cluster())
        return differentiate(processes, self.name, graph, points, traced=engine.traced, scaling=self.scaling)


@cache
def _cluster() -> tuple[Setting, ...]:
    """Return what tells each process where all of them are, on ports that the system says are free."""
    with ExitStack() as stack:
        # Held until all are chosen, or the same port could be chosen twice.
        sockets = [stack.enter_context(socket.socket()) for _ in range(_PROCESSES)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    tasks = ({"cluster": {"worker": addresses}, "task": {"type": "worker", "index": i}} for i in range(_PROCESSES))
    return tuple((("TF_CONFIG", json.dumps(task)),) for task in tasks)
