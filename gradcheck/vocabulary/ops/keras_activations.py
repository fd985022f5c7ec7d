"""Keras's activations, found in its module."""

import inspect
from collections.abc import Iterator
from typing import Any

from gradcheck.backend import tf
from gradcheck.domain import distinct
from gradcheck.op import HALF, REAL, Family, edge

keras_activations = Family("keras_activations")
OPTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "celu": {"alpha": {"alpha": 0.3}},
    "elu": {"alpha": {"alpha": 0.3}},
    "gelu": {"approximate": {"approximate": True}},
    "glu": {"axis 0": {"axis": 0}},
    "hard_shrink": {"threshold": {"threshold": 0.2}},
    "leaky_relu": {"slope": {"negative_slope": 0.7}},
    "log_softmax": {"axis 0": {"axis": 0}},
    "relu": {"bounds": {"negative_slope": 0.3, "max_value": 1.0, "threshold": 0.2}, "slope": {"negative_slope": 0.3}},
    "soft_shrink": {"threshold": {"threshold": 0.2}},
    "softmax": {"axis 0": {"axis": 0}},
    "sparsemax": {"axis 0": {"axis": 0}},
    "squareplus": {"b": {"b": 0.0}},
}
NO_SECOND = "the gradient of its gradient is not registered"
LIMITS: dict[str, dict[str, str]] = {
    "glu": {"unknown": "it needs known sizes"},
    "softsign": {"second": NO_SECOND, "forward": NO_SECOND},
}
# In a function, tf.range does not count in float16.
DTYPES: dict[str, tuple[str, ...]] = {"sparsemax": ("bfloat16", *REAL)}
# What has no default of its own.
NEEDS: dict[str, dict[str, Any]] = {"threshold": {"threshold": 0.3, "default_value": 0.1}}


def find_activations() -> Iterator[str]:
    """Yield the names of Keras's activations, each function once."""
    for name, function in inspect.getmembers(tf.keras.activations, inspect.isfunction):
        if function.__name__ == name and name not in ("get", "serialize", "deserialize"):
            yield name


for _name in find_activations():

    def _call(x: Any, *, name: str = _name, **options: Any) -> Any:
        return getattr(tf.keras.activations, name)(x, **NEEDS.get(name, {}), **options)

    keras_activations(
        f"keras.activations.{_name}",
        _call,
        distinct(2, 4, gap=0.43),
        dtypes=DTYPES.get(_name, HALF),
        limits=LIMITS.get(_name, {}),
        edges=[
            edge("far", [[-12.0, -6.0, 7.0, 15.0]]),
            *(
                edge(way, call=lambda x, o=options, call=_call: call(x, **o))
                for way, options in OPTIONS.get(_name, {}).items()
            ),
        ],
    )
