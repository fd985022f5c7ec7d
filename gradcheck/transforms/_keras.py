"""Parts of a two-head graph as Keras layers, for Keras 2 and 3."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from gradcheck.backend import tf
from gradcheck.engines import Engine, Wrap, wrap_of
from gradcheck.graph import BLOCKS, Sizes, TwoHeadGraph, block_of
from gradcheck.model import Forward, reduce_loss
from gradcheck.point import Point, Points
from gradcheck.transforms import Transformed
from gradcheck.transforms._joint import BATCH, Gradients, Joint, Tensor, batch_of, batch_signature, collected

Parts = Mapping[str, Any]  # a Keras layer for the embedding and for each block
Build = Callable[[TwoHeadGraph, Parts], Any]  # a Keras model from ids to both heads' outputs


def differentiate(build: Build, graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
    """Return the gradient of the losses of the Keras model that ``build`` makes."""
    wrap = wrap_of(engine)
    assert wrap is not None, f"engine {engine.name} runs no Python function"
    program = _program(build, graph, tuple(sorted((a, n) for a, n in points.sizes.items() if a != "batch")), wrap)
    return collected(graph, [program(point) for point in points])


class Program:
    """A Keras model with its weights, for batches of any size."""

    def __init__(self, build: Build, graph: TwoHeadGraph, sizes: Sizes, wrap: Wrap) -> None:
        shapes = graph.shapes(sizes)
        parts = {block: make_part(graph, block, shapes) for block in ("embedding", *BLOCKS)}
        model = build(graph, parts)
        weights = {name: parts[block_of(name)].parameters[name] for name in graph.variables}
        self._joint = Joint(
            graph,
            # A Keras 3 weight holds the variable that TensorFlow differentiates by.
            {name: weight if isinstance(weight, tf.Variable) else weight.value for name, weight in weights.items()},
            lambda structure, values: _losses(structure, values, model(values["ids"])),
        )
        self._call = wrap(self._differentiate, batch_signature(graph))

    def __call__(self, point: Point) -> Gradients:
        """Differentiate at one point."""
        for name, variable in self._joint.variables.items():
            variable.assign(point.values[name].astype(self._joint.graph.dtype))
        return list(self._call(*batch_of(self._joint.graph, point).values()))

    def _differentiate(self, *inputs: Tensor) -> Gradients:
        return self._joint.gradient(lambda: self._joint(dict(zip(BATCH, inputs, strict=True))))


@lru_cache(maxsize=256)
def _program(build: Build, graph: TwoHeadGraph, sizes: tuple[tuple[str, int], ...], wrap: Wrap) -> Program:
    return Program(build, graph, dict(sizes), wrap)


def _losses(graph: TwoHeadGraph, values: Mapping[str, Tensor], outputs: tuple[Tensor, Tensor]) -> Forward:
    each = (
        reduce_loss(graph, loss.apply(output, values[f"labels{i}"]))
        for i, (loss, output) in enumerate(zip(graph.loss_functions, outputs, strict=True), start=1)
    )
    return Forward(*each)


def make_part(graph: TwoHeadGraph, block: str, shapes: Mapping[str, tuple[int, ...]]) -> Any:
    """Return the Keras layer of the embedding or of one block."""
    own = {name: shape for name, shape in shapes.items() if block_of(name) == block}
    return part_class()(graph, block, own)


@cache
def part_class() -> Any:
    """Return the class of such layers; it can be made only when TensorFlow is there."""

    class Part(tf.keras.layers.Layer):  # type: ignore[misc]  # TensorFlow has no types
        def __init__(self, graph: TwoHeadGraph, block: str, shapes: Mapping[str, tuple[int, ...]]) -> None:
            super().__init__(name=block, dtype=graph.dtype)
            self.layers_of_block = () if block == "embedding" else graph.block(block)
            self.parameters = {
                name: self.add_weight(name=name.replace("/", "_"), shape=shape, dtype=graph.dtype)
                for name, shape in shapes.items()
            }
            self.built = True

        def call(self, x: Tensor) -> Tensor:
            if "embedding" in self.parameters:
                return tf.nn.embedding_lookup(tf.convert_to_tensor(self.parameters["embedding"]), x)
            for path, layer in self.layers_of_block:
                named = {n: tf.convert_to_tensor(self.parameters[f"{path}/{n}"]) for n in layer.parameters}
                x = layer.apply(x, **named)
            return x

    return Part
