"""Every optimizer that the installed TensorFlow ships, found in its modules, with the options that matter."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from gradcheck.backend import tf
from gradcheck.errors import unknown

Api = Literal["keras", "v1"]

RATE = 0.05
DECAY = 0.1
OVERWRITE_EVERY = 2

# What a variant is called, and what it is made with; where an optimizer has no such argument there is no variant.
_VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "amsgrad": {"amsgrad": True},
    "centered": {"centered": True},
    "clipnorm": {"clipnorm": 0.05},
    "clipvalue": {"clipvalue": 0.05},
    "ema": {"use_ema": True, "ema_momentum": 0.5},
    "ema_overwrite": {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": OVERWRITE_EVERY},
    "global_clipnorm": {"global_clipnorm": 0.05},
    "gradient_accumulation": {"gradient_accumulation_steps": 2},
    "l1": {"l1_regularization_strength": 0.01},
    "l2": {"l2_regularization_strength": 0.01},
    "loss_scale": {"loss_scale_factor": 8.0},
    "momentum": {"momentum": 0.9},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "use_nesterov": {"momentum": 0.9, "use_nesterov": True},
    "weight_decay": {"weight_decay": DECAY},
}


@dataclass(frozen=True)
class Optimizer:
    """An optimizer class and its arguments.

    Attributes:
        name: Such as ``"keras.Adam"`` or ``"v1.Momentum"``; a variant is ``"keras.Adam:amsgrad"``.
        api: ``"keras"`` for ``tf.keras.optimizers``, ``"v1"`` for ``tf.compat.v1.train``.
        kind: The class.
        options: Arguments besides those that it requires.
    """

    name: str
    api: Api
    kind: type = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def family(self) -> str:
        """The name without its variant."""
        return self.name.partition(":")[0]

    @property
    def variant(self) -> str:
        """What it is a variant by, such as ``"amsgrad"``; empty for the plain one."""
        return self.name.partition(":")[2]

    @property
    def requires(self) -> tuple[str, ...]:
        """The arguments without a default."""
        return tuple(
            name for name, parameter in _parameters(self.kind).items() if parameter.default is inspect.Parameter.empty
        )

    @property
    def wants_all(self) -> bool:
        """Whether every variable it was built with must be in every call, if only with ``None``."""
        return self.kind.__name__ == "MultiOptimizer"

    @property
    def wants_keras(self) -> bool:
        """Whether it takes no variables but Keras's own."""
        return self.kind.__name__ in ("MultiOptimizer", "Muon")

    def why_not(self) -> str | None:
        """Return why it cannot be made here, or ``None``."""
        if self.kind.__name__ == "SyncReplicasOptimizer":
            return "it waits for the queues and sessions of a parameter server"
        strange = [name for name in self.requires if name not in _REQUIRED]
        return f"gradcheck knows no value for its argument {strange[0]}" if strange else None

    @property
    def arguments(self) -> dict[str, Any]:
        """What it is made with; a function makes what no two optimizers may share."""
        found = {name: _REQUIRED[name] for name in self.requires}
        if "learning_rate" in _parameters(self.kind):
            # The defaults differ a hundredfold; some would not move a float32 variable by one bit.
            found["learning_rate"] = RATE
        return found | dict(self.options)

    def make(self) -> Any:
        """Return a new optimizer without any state."""
        return self.kind(**{name: value() if callable(value) else value for name, value in self.arguments.items()})

    def __str__(self) -> str:
        return self.name


_REQUIRED: Mapping[str, Any] = {
    "learning_rate": RATE,
    "momentum": 0.9,
    "global_step": lambda: tf.Variable(0, dtype=tf.int64, trainable=False, name="global_step"),
    "inner_optimizer": lambda: tf.keras.optimizers.SGD(RATE, momentum=0.9),
    "opt": lambda: tf.compat.v1.train.MomentumOptimizer(RATE, 0.9),
    "loss_scale": 8.0,
    "optimizer_map": lambda: tf.keras.optimizers.OptimizerMap(tf.keras.optimizers.Adam(RATE)),
}


@lru_cache(maxsize=1)
def find_optimizers() -> tuple[Optimizer, ...]:
    """Return every optimizer and every variant of it, those that cannot be made included."""
    v1 = tf.compat.v1.train
    found = (*_families("keras", tf.keras.optimizers), *_families("v1", v1), *_families("v1", v1.experimental))
    return tuple(sorted(found, key=lambda optimizer: optimizer.name))


def choose_optimizers(names: Sequence[str]) -> tuple[Optimizer, ...]:
    """Return optimizers by name; a name without a variant chooses all variants.

    Raises:
        UsageError: No optimizer has one of the names.
    """
    found = find_optimizers()
    for name in names:
        if not any(name in (optimizer.name, optimizer.family) for optimizer in found):
            # With its variants the list would fill the screen.
            raise unknown("optimizer", name, {o.name if ":" in name else o.family for o in found})
    return tuple(o for o in found if not names or o.name in names or o.family in names)


def _families(api: Api, module: Any) -> Iterator[Optimizer]:
    for name, kind in _classes(module):
        family = f"{api}.{name}"
        yield Optimizer(family, api, kind)
        yield from (
            Optimizer(f"{family}:{variant}", api, kind, options)
            for variant, options in _VARIANTS.items()
            if set(options) <= set(_parameters(kind)) and variant not in _plain(kind)
        )


def _classes(module: Any) -> Iterator[tuple[str, type]]:
    found = {name: getattr(module, name) for name in dir(module)}
    base = tf.keras.optimizers.Optimizer if module is tf.keras.optimizers else tf.compat.v1.train.Optimizer
    for name, kind in found.items():
        if inspect.isclass(kind) and issubclass(kind, base) and kind is not base:
            plain = name.removesuffix("Optimizer")
            # Keras has both LossScaleOptimizer and names without the suffix.
            yield (name if plain in found or module is tf.keras.optimizers else plain), kind


def _plain(kind: type) -> set[str]:
    """Return the variants that the plain optimizer already is."""
    required = [n for n, p in _parameters(kind).items() if p.default is inspect.Parameter.empty]
    return {"momentum"} if "momentum" in required else set()


def _parameters(kind: type) -> dict[str, inspect.Parameter]:
    parameters = inspect.signature(kind).parameters
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name: parameter for name, parameter in parameters.items() if parameter.kind in plain}
