"""Two replicas in one process."""

from __future__ import annotations

from dataclasses import dataclass, field

from gradcheck.engines import Engine
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Points
from gradcheck.transforms import Transformed, register_transform
from gradcheck.transforms._distributed import Scaling, differentiate
from gradcheck.transforms._process import workers


@register_transform
@dataclass(frozen=True)
class Mirrored:
    """``tf.distribute.MirroredStrategy`` on two logical devices of one processor."""

    scaling: Scaling = field(default_factory=Scaling)
    name: str = "mirrored"
    sentence: str = "Unequal parts of a batch on two replicas of MirroredStrategy add up to the gradient of the batch."
    equation: str = "sum over replicas of grad(sum over part / |batch| for a mean, w) = grad(loss1 + loss2, w)"
    exact: bool = False
    least_batch: int = 0
    half: bool = False
    when_named: str | None = "it runs in a process of its own: judged when it is named"

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return "strategies choose the compiler of their steps themselves" if engine.compiles_shapes else None

    def differentiate(self, graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
        process = workers([()])
        return differentiate(process, self.name, graph, points, traced=engine.traced, scaling=self.scaling)
