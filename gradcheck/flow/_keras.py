"""What flow knows of Keras: the paths of its variables, and a compiled model's losses."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from gradcheck.backend import tf
from gradcheck.errors import UsageError

Variable = Any
Model = Any


@contextmanager
def noting_paths() -> Iterator[dict[int, str]]:
    """Note the path of each Keras variable that is read in the block, by the identity of the ``tf.Variable`` inside.

    A variable of TensorFlow's does not know the Keras variable around it, and its name lacks the layers
    of a subclassed model: ``encoder/kernel`` for ``encoder/dense/kernel``.
    """
    paths: dict[int, str] = {}
    owner = _owner_of_value()
    if owner is None:
        yield paths
        return
    read = vars(owner)["value"].fget

    def note(variable: Any) -> Any:
        value = read(variable)
        paths[id(getattr(variable, "_value", None))] = variable.path
        return value

    with patch.object(owner, "value", property(note)):
        yield paths


def find_paths(variables: list[Variable]) -> dict[int, str]:
    """Look for the Keras variables around variables among all that live; slower than noting them."""
    owner = _owner_of_value()
    if owner is None:
        return {}
    wanted = {id(variable) for variable in variables}
    around: Iterator[Any] = (held for held in gc.get_objects() if isinstance(held, owner))
    return {id(held._value): held.path for held in around if id(held._value) in wanted}


def compiled_losses(model: Model) -> Callable[..., Mapping[str, Any]] | None:
    """Return a function of inputs and targets to a compiled model's loss, ``None`` for anything else.

    The total loss is called ``loss``; where the model was compiled with a loss for each output, these
    stand beside it by the outputs' names.
    """
    kind = getattr(sys.modules.get("keras"), "Model", None)
    if kind is None or not (isinstance(model, kind) and getattr(model, "loss", None)):
        return None

    def losses(*args: Any) -> Mapping[str, Any]:
        if len(args) != 2:
            raise UsageError(
                f"args of a compiled Keras model are its inputs and its targets; found {len(args)} of them"
            )
        inputs, targets = args
        outputs = model(inputs, training=True)
        total = model.compute_loss(x=inputs, y=targets, y_pred=outputs)
        return {"loss": total, **_each(model, targets, outputs)}

    return losses


def _each(model: Model, targets: Any, outputs: Any) -> Mapping[str, Any]:
    get = sys.modules["keras"].losses.get
    if isinstance(model.loss, Mapping) and isinstance(outputs, Mapping):
        named = {name: (get(loss), targets[name], outputs[name]) for name, loss in model.loss.items() if loss}
    elif isinstance(model.loss, (list, tuple)):
        names = getattr(model, "output_names", None) or [f"loss{i}" for i in range(1, len(model.loss) + 1)]
        rows = zip(names, model.loss, targets, outputs, strict=True)
        named = {name: (get(loss), target, output) for name, loss, target, output in rows if loss}
    else:
        named = {}
    return {name: tf.reduce_mean(loss(target, output)) for name, (loss, target, output) in named.items()}


def _owner_of_value() -> type | None:
    """Return the class that defines how a Keras 3 variable is read; Keras 2 has variables of TensorFlow's."""
    variable = getattr(sys.modules.get("keras"), "Variable", None)
    return next((kind for kind in getattr(variable, "__mro__", ()) if "value" in vars(kind)), None)
