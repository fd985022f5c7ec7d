"""The one place that knows what holds variables in TensorFlow and in the Keras versions beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from gradcheck.backend import load, tf

Variable = Any


def keras_modules() -> list[Any]:
    """Return every Keras that is loaded: TensorFlow's own, and one that was imported beside it."""
    beside = (sys.modules.get(name) for name in ("keras", "tf_keras"))
    return [tf.keras, *(module for module in beside if module is not None)]


def bookkeeper_kinds() -> tuple[type, ...]:
    """Return the classes whose variables only keep books of training: optimizers, metrics and random generators."""
    kinds = [load().compat.v1.train.Optimizer, tf.random.Generator]
    for keras in keras_modules():
        legacy = getattr(keras.optimizers, "legacy", None)
        found = (
            keras.optimizers.Optimizer,
            getattr(legacy, "Optimizer", None),
            keras.metrics.Metric,
            getattr(getattr(keras, "random", None), "SeedGenerator", None),
        )
        kinds += [kind for kind in found if isinstance(kind, type)]
    return tuple(dict.fromkeys(kinds))


def kept_by(bookkeeper: Any) -> Iterator[Variable]:
    """Yield the variables of an optimizer, a metric or a random generator, its learning rate included."""
    own = getattr(bookkeeper, "variables", ())  # a method in older optimizers
    yield from own() if callable(own) else own
    for name in ("iterations", "learning_rate", "state"):
        single = getattr(bookkeeper, name, None)
        if inner(single) is not None:
            yield single


def layer_kinds() -> tuple[type, ...]:
    """Return the classes of layers, models included."""
    return tuple(dict.fromkeys(keras.layers.Layer for keras in keras_modules()))


def is_frozen(layer: Any) -> bool:
    """Whether a layer that is built is not trained now."""
    return not getattr(layer, "trainable", True) and bool(getattr(layer, "built", False))


def wrapper_kind() -> type:
    """Return Keras 3's class of variables; Keras 2 has variables of TensorFlow's."""
    kind = getattr(sys.modules.get("keras"), "Variable", None)
    return kind if isinstance(kind, type) else type(None)


def inner(variable: Any) -> Variable | None:
    """Return the ``tf.Variable`` of a variable, which Keras 3 wraps; ``None`` if there is none."""
    # ``value`` would build a variable that is not built yet, and cast one under an autocast scope.
    inside = getattr(variable, "_value", None) if issubclass(type(variable), wrapper_kind()) else variable
    return inside if issubclass(type(inside), load().Variable) else None
