"""Planted bugs in training: each is a transform that errs in one way, as people err, and names its law."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from faults.faults import CHAINED, SINGLE, STOPPED, SUMMED
from gradcheck.backend import tf
from gradcheck.engines import Engine
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.point import Points
from gradcheck.transforms import Transformed, transforms
from gradcheck.transforms._distributed import Scaling
from gradcheck.transforms._function import Run
from gradcheck.transforms._joint import Batch, Gradients, Joint, added, size_of
from gradcheck.transforms._keras import differentiate
from gradcheck.transforms.custom_gradient import walk_through
from gradcheck.transforms.keras_functional import functional_model
from gradcheck.transforms.keras_subclassed import subclassed_model
from gradcheck.transforms.loss_scaling import unscaled
from gradcheck.transforms.padding import masked, padded
from gradcheck.transforms.vectorized_map import example_gradient

MEAN = replace(CHAINED, reduction="mean")


@dataclass(frozen=True)
class Misstep:
    """A transform that lies, and the engine it is run on."""

    name: str
    law: str
    transform: Any
    graph: TwoHeadGraph = CHAINED
    engine: str = "graph"


class Lying:
    """A transform that differentiates in another way."""

    def __init__(self, law: str, lie: Callable[[TwoHeadGraph, Points, Engine], Transformed]) -> None:
        self._honest = transforms[law]
        self.differentiate = lie

    def __getattr__(self, name: str) -> Any:
        return getattr(self._honest, name)


def function(law: str, run: Run) -> Any:
    """Let another function stand for a transform."""
    return replace(transforms[law], run=run)  # type: ignore[type-var]


def elsewhere(law: str, move: Callable[[Points], Points]) -> Lying:
    """Run the transform at other points."""
    return Lying(law, lambda graph, points, engine: transforms[law].differentiate(graph, move(points), engine))


def multiplied(law: str, factor: float) -> Lying:
    """Return the gradient times ``factor``."""

    def lie(graph, points, engine):
        found = transforms[law].differentiate(graph, points, engine)
        return {name: gradient * factor for name, gradient in found.items()}

    return Lying(law, lie)


def average_of_means(joint: Joint, batch: Batch) -> Gradients:
    cut = size_of(batch) // 3
    parts = {k: v[:cut] for k, v in batch.items()}, {k: v[cut:] for k, v in batch.items()}
    left, right = (joint.gradient(lambda part=part: joint(part)) for part in parts)
    return [g / 2.0 for g in added(left, right)]


def last_part_only(joint: Joint, batch: Batch) -> Gradients:
    return joint.gradient(lambda: joint({k: v[size_of(batch) // 3 :] for k, v in batch.items()}))


def total_for_mean(joint: Joint, batch: Batch) -> Gradients:
    return joint.gradient(tf.recompute_grad(lambda: joint.total(batch)))


def mean_of_examples(joint: Joint, batch: Batch) -> Gradients:
    each = tf.vectorized_map(lambda example: example_gradient(joint, example), dict(batch))
    return [tf.reduce_mean(g, axis=0) for g in each]


def but_the_last(joint: Joint, batch: Batch) -> Gradients:
    return transforms["map-fn"].run(joint, {name: value[:-1] for name, value in batch.items()})


def from_the_second(joint: Joint, batch: Batch) -> Gradients:
    return transforms["while-loop"].run(joint, {name: value[1:] for name, value in batch.items()})


def other_branch(joint: Joint, batch: Batch) -> Gradients:
    return transforms["cond"].run(joint, {**batch, "ids": -1 - batch["ids"]})


def doubling(joint: Joint, batch: Batch) -> Gradients:
    def twice(x):
        return tf.custom_gradient(lambda y: (tf.identity(y), lambda upstream: upstream + upstream))(x)

    lying = replace(joint, walk=lambda graph, values: walk_through(twice, graph, values))
    return lying.gradient(lambda: lying(batch))


def not_unscaled(joint: Joint, batch: Batch) -> Gradients:
    return joint.gradient(lambda: joint(batch) * 2.0**10)


def scaled_by_a_thousand(joint: Joint, batch: Batch) -> Gradients:
    return unscaled(joint.gradient(lambda: joint(batch) * 1000.0), 1000.0)


def labels_stay(joint: Joint, batch: Batch) -> Gradients:
    return joint.gradient(lambda: joint({**batch, "ids": tf.roll(batch["ids"], 2, axis=0)}))


def padding_counted(joint: Joint, batch: Batch) -> Gradients:
    return joint.gradient(lambda: joint.reduced(masked(joint, batch), size_of(batch) + 3))


def mask_forgotten(joint: Joint, batch: Batch) -> Gradients:
    return joint.gradient(lambda: joint({name: padded(value) for name, value in batch.items()}))


def stale_trace(graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
    """Use the trace of a batch that was one smaller."""
    batch = {name: points.values[name][:, :-1] for name in ("ids", "labels1", "labels2")}
    return transforms["reduce-retracing"].differentiate(graph, Points(points.sizes, {**points.values, **batch}), engine)


def step_before(points: Points) -> Points:
    """Move every variable a little: what was saved is not what is trained."""
    return points.map_floats(lambda name, value: value * (1 + 2.0**-8) if "/" in name else value)


def reads_the_trunk(graph: TwoHeadGraph, parts: Any) -> Any:
    return functional_model(graph.changed(wiring=Wiring.PARALLEL), parts)


def stop_forgotten(graph: TwoHeadGraph, parts: Any) -> Any:
    return subclassed_model(graph.changed(wiring=Wiring.CHAINED), parts)


def keras(law: str, build: Any) -> Lying:
    return Lying(law, lambda graph, points, engine: differentiate(build, graph, points, engine))


def scaled(law: str, **options: Any) -> Any:
    """Put the replicas' gradients together in another way."""
    return replace(transforms[law], scaling=Scaling(**options))  # type: ignore[type-var]


MISSTEPS = [
    Misstep("means of unequal parts averaged", "accumulation", function("accumulation", average_of_means), MEAN),
    Misstep("only the last part accumulated", "accumulation", function("accumulation", last_part_only), SUMMED),
    Misstep("recomputed loss forgets its division", "recompute", function("recompute", total_for_mean), MEAN, "eager"),
    Misstep("examples' gradients averaged", "vectorized-map", function("vectorized-map", mean_of_examples), SUMMED),
    Misstep("last example not mapped", "map-fn", function("map-fn", but_the_last), SUMMED),
    Misstep("loop starts at the second example", "while-loop", function("while-loop", from_the_second), SUMMED),
    Misstep("gradient of the other branch", "cond", function("cond", other_branch)),
    Misstep("trace of another batch size", "reduce-retracing", Lying("reduce-retracing", stale_trace)),
    Misstep("custom derivative doubles", "custom-gradient", function("custom-gradient", doubling)),
    Misstep("gradient not unscaled", "loss-scaling", function("loss-scaling", not_unscaled)),
    Misstep("scale is no power of two", "loss-scaling", function("loss-scaling", scaled_by_a_thousand), SINGLE),
    Misstep("float16 not unscaled", "mixed-precision", multiplied("mixed-precision", 2.0**10), SINGLE, "eager"),
    Misstep("float16 gradient half lost", "mixed-precision", multiplied("mixed-precision", 0.5), SINGLE, "eager"),
    Misstep("labels not permuted", "permutation", function("permutation", labels_stay)),
    Misstep("mean over padding too", "padding", function("padding", padding_counted), MEAN),
    Misstep("padding not masked", "padding", function("padding", mask_forgotten), SUMMED),
    Misstep("saved before the last step", "saved-model", elsewhere("saved-model", step_before), engine="eager"),
    Misstep("functional head 2 reads the trunk", "keras-functional", keras("keras-functional", reads_the_trunk)),
    Misstep("replicas' means added up", "mirrored", scaled("mirrored", divide="part"), MEAN),
    Misstep("replicas' sums averaged", "mirrored", scaled("mirrored", reduce="mean"), SUMMED, "eager"),
    Misstep("workers' means added up", "multi-worker", scaled("multi-worker", divide="part"), MEAN),
    Misstep("workers' sums averaged", "multi-worker", scaled("multi-worker", reduce="mean"), SUMMED),
    Misstep("stop forgotten in call", "keras-subclassed", keras("keras-subclassed", stop_forgotten), STOPPED, "eager"),
]
