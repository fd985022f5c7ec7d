"""Keras's losses, found in its module: each a class, of predictions that are differentiable and labels that are not."""

import inspect
from collections.abc import Iterator
from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import Domain, between, simplex
from gradcheck.op import REAL, Family, edge

keras_losses = Family("keras_losses")
TRUE = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
SIGNS = [[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]]
PLACES = [1, 2]
SHARES = [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]
UNIT = between(0.1, 0.9, 2, 3)

# The labels that a loss takes, where they are not places of ones.
LABELS: dict[str, Any] = {
    "CTC": [[1, 2]],
    "CategoricalGeneralizedCrossEntropy": PLACES,
    "Circle": [1, 1, 2, 2],  # each has one that is alike, and some that are not
    "Hinge": SIGNS,
    "KLDivergence": SHARES,
    "SparseCategoricalCrossentropy": PLACES,
    "SquaredHinge": SIGNS,
}
DOMAINS: dict[str, Domain] = {
    "CTC": between(-1.0, 1.0, 1, 4, 3),
    "Circle": between(0.1, 0.5, 4, 3),
    **{
        name: simplex(2, 3)
        for name in (
            *("CategoricalCrossentropy", "CategoricalFocalCrossentropy"),
            *("CategoricalGeneralizedCrossEntropy", "SparseCategoricalCrossentropy"),
        )
    },
}
OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "BinaryCrossentropy": {"logits": {"from_logits": True}, "smoothing": {"label_smoothing": 0.2}},
    "BinaryFocalCrossentropy": {
        "logits": {"from_logits": True},
        "balanced": {"apply_class_balancing": True},
        "gamma 1": {"gamma": 1.0},
        "gamma 0": {"gamma": 0.0},
    },
    "CategoricalCrossentropy": {"logits": {"from_logits": True}, "smoothing": {"label_smoothing": 0.2}},
    "CategoricalFocalCrossentropy": {"logits": {"from_logits": True}, "gamma 0": {"gamma": 0.0}},
    "CosineSimilarity": {"axis 0": {"axis": 0}},
    "Dice": {"axis 1": {"axis": 1}},
    "Huber": {"small delta": {"delta": 0.05}},
    "SparseCategoricalCrossentropy": {"logits": {"from_logits": True}, "ignored": {"ignore_class": 1}},
    # All losses are reduced by the same few lines.
    "MeanSquaredError": {f"reduction {way}": {"reduction": way} for way in ("none", "sum", "mean_with_sample_weight")},
    "Tversky": {"weights": {"alpha": 0.3, "beta": 0.6}},
}
LIMITS: dict[str, dict[str, str]] = {
    "CTC": {"forward_function": "in a function its loops have no second gradient", "xla": "XLA has no kernel for it"}
}


def find_losses() -> Iterator[str]:
    """Yield the names of Keras's losses."""
    for name, kind in inspect.getmembers(tf.keras.losses, inspect.isclass):
        if issubclass(kind, tf.keras.losses.Loss) and kind.__name__ == name and name != "Loss":
            yield name


def _loss(name: str, labels: Any, **options: Any) -> Any:
    """Return a function of the predictions."""

    def call(x: Any) -> Any:
        return getattr(tf.keras.losses, name)(dtype=x.dtype.name, **options)(tf.constant(labels), x)

    return call


def _known(name: str, options: dict[str, Any]) -> bool:
    return options.keys() <= inspect.signature(getattr(tf.keras.losses, name)).parameters.keys()


def _register(name: str) -> None:
    labels = LABELS.get(name, TRUE)
    cases = OPTIONS.get(name, {})
    keras_losses(
        f"keras.losses.{name}",
        _loss(name, labels),
        DOMAINS.get(name, UNIT),
        dtypes=("float32",) if name == "CTC" else REAL,  # it computes in float32, whatever it is given
        limits=LIMITS.get(name, {}),
        edges=[
            edge(way, call=_loss(name, labels, **options)) for way, options in cases.items() if _known(name, options)
        ],
    )


# Keras 2 has losses of one dtype only.
if "dtype" in inspect.signature(tf.keras.losses.Loss).parameters:
    for _name in find_losses():
        _register(_name)
