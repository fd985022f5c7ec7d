"""The one place that knows what holds variables in TensorFlow and in the Keras versions beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable
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


def kept_by(bookkeeper: Any) -> list[Variable]:
    """Return the variables of an optimizer, a metric or a random generator, its learning rate included."""

    def read() -> list[Variable]:
        own = getattr(bookkeeper, "variables", ())  # a method in older optimizers
        singles = [getattr(bookkeeper, name, None) for name in ("iterations", "learning_rate", "state")]
        return [*(own() if callable(own) else own), *(single for single in singles if inner(single) is not None)]

    return _unless_half_made(read)


def layer_kinds() -> tuple[type, ...]:
    """Return the classes of layers, models included."""
    return tuple(dict.fromkeys(keras.layers.Layer for keras in keras_modules()))


def frozen_weights(layer: Any) -> list[Variable]:
    """Return the weights of a layer that is not trained now, none of one that is."""
    return _unless_half_made(lambda: [] if layer.trainable or not layer.built else list(layer.weights))


def _unless_half_made(read: Callable[[], list[Variable]]) -> list[Variable]:
    try:
        return read()
    except Exception:  # an object whose constructor raised may still live, and answer nothing
        return []


def wrapper_kind() -> type:
    """Return Keras 3's class of variables; Keras 2 has variables of TensorFlow's."""
    kind = getattr(sys.modules.get("keras"), "Variable", None)
    return kind if isinstance(kind, type) else type(None)


def inner(variable: Any) -> Variable | None:
    """Return the ``tf.Variable`` of a variable, which Keras 3 wraps; ``None`` if there is none."""
    # ``value`` would build a variable that is not built yet, and cast one under an autocast scope.
    inside = getattr(variable, "_value", None) if issubclass(type(variable), wrapper_kind()) else variable
    return inside if issubclass(type(inside), load().Variable) else None


def replicas(variable: Variable) -> list[Variable]:
    """Return the copies of a distribution strategy's variable that stand beside its first one."""
    copies = getattr(variable, "values", ())
    return list(copies[1:]) if isinstance(copies, tuple) else []
