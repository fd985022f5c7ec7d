"""A model saved to a folder and loaded again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from tempfile import TemporaryDirectory
from typing import Any

from gradcheck.backend import tf
from gradcheck.engines import Engine, wrap_of
from gradcheck.engines._program import make_variables
from gradcheck.gradient import Array
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import Points
from gradcheck.transforms import Transformed, register_transform
from gradcheck.transforms._joint import BATCH, Gradients, Joint, Tensor, batch_of, batch_signature, collected


@register_transform
class SavedModel:
    """Functions and variables are what the file holds; of the Python that made them nothing is left."""

    name = "saved-model"
    sentence = "A loss saved by tf.saved_model.save and loaded again has its gradient by the loaded variables."
    equation = "grad(load(save(loss1 + loss2)), loaded w) = grad(loss1 + loss2, w)"
    exact = False
    least_batch = 0
    half = False
    when_named = None

    def why_not(self, graph: TwoHeadGraph, engine: Engine) -> str | None:
        return "what is loaded is a traced function, for all engines the same" if engine.traced else None

    def differentiate(self, graph: TwoHeadGraph, points: Points, engine: Engine) -> Transformed:
        wrap = wrap_of(engine)
        assert wrap is not None, f"engine {engine.name} runs no Python function"
        loaded = _loaded(graph)
        call = wrap(loaded.differentiate, batch_signature(graph))
        runs = []
        for point in points:
            loaded.restore({name: point.values[name].astype(graph.dtype) for name in graph.variables})
            runs.append(list(call(*batch_of(graph, point).values())))
        return collected(graph, runs)


class Loaded:
    """What ``tf.saved_model.load`` gave back of a joint loss; saved once for all sizes."""

    def __init__(self, graph: TwoHeadGraph) -> None:
        self._graph = graph
        self._module = module_of(graph)
        self._loaded: Any = None

    def restore(self, values: Mapping[str, Array]) -> None:
        """Let the loaded variables have ``values``: out of the file where there is none yet."""
        if self._loaded is None:
            assign(self._module.by_name, values)
            self._loaded = saved_and_loaded(self._module)
        else:
            assign(self._loaded.by_name, values)

    def differentiate(self, *inputs: Tensor) -> Gradients:
        """Differentiate the loaded function by the loaded variables."""
        named = self._loaded.by_name
        joint = Joint(self._graph, {name: named[plain(name)] for name in self._graph.variables})
        return joint.gradient(lambda: self._loaded.loss(*inputs))


def module_of(graph: TwoHeadGraph) -> Any:
    """Return a ``tf.Module`` with the joint loss and its variables, of unknown dimensions."""
    joint = Joint(graph, make_variables(graph, 0))
    module = tf.Module()
    module.by_name = {plain(name): variable for name, variable in joint.variables.items()}

    def loss(*inputs: Tensor) -> Tensor:
        return joint(dict(zip(BATCH, inputs, strict=True)))

    module.loss = tf.function(loss, input_signature=batch_signature(graph), autograph=False)
    return module


def saved_and_loaded(module: Any) -> Any:
    """Save a module to a folder that is gone afterwards, and load it."""
    with TemporaryDirectory(prefix="gradcheck-") as folder:
        tf.saved_model.save(module, folder)
        return tf.saved_model.load(folder)


def assign(variables: Mapping[str, Any], values: Mapping[str, Array]) -> None:
    """Give variables their values, by name."""
    for name, value in values.items():
        variables[plain(name)].assign(value)


def plain(name: str) -> str:
    """Return a variable's name as an attribute of a module can have it."""
    return name.replace("/", "_")


@lru_cache(maxsize=256)
def _loaded(graph: TwoHeadGraph) -> Loaded:
    return Loaded(graph)
