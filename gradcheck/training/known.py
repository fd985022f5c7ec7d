"""What optimizers are known to do otherwise, and why: such checks are named, not counted as broken."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from gradcheck.backend import OLDEST, tensorflow_version
from gradcheck.training.optimizers import Optimizer

_KERAS_3 = (2, 16)


@cache
def installed() -> tuple[int, int]:
    """Return the installed TensorFlow's version, as far as it matters."""
    major, minor, *_ = tensorflow_version().split(".")
    return int(major), int(minor)


@dataclass(frozen=True)
class Known:
    """A difference that is understood.

    Attributes:
        law: Name of the law it is an exception to.
        optimizers: Patterns of the optimizers' names.
        claims: Pattern of the claims that may be broken.
        reason: Why.
        but: Patterns of names that are no exception all the same.
        since: The first version of TensorFlow that does so.
    """

    law: str
    optimizers: tuple[str, ...]
    claims: str
    reason: str
    but: tuple[str, ...] = ()
    since: tuple[int, int] = OLDEST

    def names(self, optimizer: Optimizer) -> bool:
        """Whether an optimizer is known to do otherwise."""
        named, excluded = (
            any(fnmatchcase(optimizer.name, pattern) for pattern in patterns)
            for patterns in (self.optimizers, self.but)
        )
        return named and not excluded and installed() >= self.since

    def covers(self, law: str, optimizer: Optimizer, claim: str) -> bool:
        """Whether a broken claim is this difference."""
        return law == self.law and self.names(optimizer) and fnmatchcase(claim, self.claims)


_DECAYING = ("*:ema", "*:ema_overwrite", "*:gradient_accumulation")

KNOWN = (
    Known(
        "unchanged",
        ("keras.*:ema", "keras.*:ema_overwrite"),
        "slot *average of *",
        "a moving average goes on following every variable that the optimizer was built with",
        since=_KERAS_3,
    ),
    Known(
        "unchanged",
        ("keras.*:ema_overwrite",),
        "* stays as it was",
        "the moving average overwrites every variable that the optimizer was built with, those left out included "
        "(docs/trophies.md: keras-ema-overwrite)",
        since=_KERAS_3,
    ),
    Known(
        "unchanged",
        ("keras.*:gradient_accumulation",),
        "slot *accumulator of *",
        "an update clears the accumulators of every variable that the optimizer was built with",
        since=_KERAS_3,
    ),
    Known(
        "routes-agree",
        ("keras.*:global_clipnorm",),
        "*by two-optimizers*",
        "each of two optimizers clips by the norm of its own list",
    ),
    Known(
        "two-calls",
        (
            "keras.Adafactor*",
            "keras.Adam*",
            "keras.Lamb*",
            "keras.MultiOptimizer*",
            "keras.Nadam*",
            "keras.ScheduleFreeAdamW*",
            "v1.Adam",
        ),
        "*",
        "the step counter moves at every call, and its bias correction reads it",
    ),
    Known("two-calls", ("keras.*:ema", "keras.*:ema_overwrite"), "*", "averages are taken at every call"),
    Known("two-calls", ("keras.*:gradient_accumulation",), "*", "every call counts as a micro-batch", since=_KERAS_3),
    Known(
        "sparse-dense",
        (
            *(
                f"keras.{name}*"
                for name in ("Ada", "Ftrl", "Lamb", "Muon", "Nadam", "MultiOptimizer", "RMSprop", "ScheduleFree")
            ),
        ),
        "*",
        "Keras 3 squares the rows of IndexedSlices before it adds repeated ones up "
        "(docs/trophies.md: keras-repeated-ids)",
        but=("keras.*:gradient_accumulation", "keras.*:loss_scale", "keras.Ftrl:global_clipnorm"),
        since=_KERAS_3,
    ),
    Known(
        "sparse-dense",
        ("keras.*:clipnorm", "keras.*:clipvalue", "keras.*:global_clipnorm"),
        "*",
        "Keras clips the rows of IndexedSlices before it adds repeated ones up",
        but=("keras.Ftrl:global_clipnorm",),
    ),
    Known(
        "sparse-dense",
        ("v1.Adadelta", "v1.MixedPrecisionLossScale", "v1.Momentum*", "v1.RMSProp*"),
        "*",
        "lazy: rows that no id reads keep their momentum and averages",
    ),
    Known(
        "sparse-dense",
        ("v1.Proximal*:l1", "v1.Proximal*:l2"),
        "*",
        "lazy: rows that no id reads are not shrunk",
    ),
    Known(
        "none-is-not-zero",
        ("keras.Adagrad*", "keras.SGD*", "v1.Adagrad", "v1.GradientDescent", "v1.Proximal*"),
        "*",
        "it keeps nothing that decays: a zero gradient changes nothing",
        but=(*_DECAYING, "*:momentum", "*:nesterov", "*:weight_decay", "*:l1", "*:l2"),
    ),
    Known(
        "none-is-not-zero",
        ("keras.Ftrl*", "v1.Ftrl*"),
        "*",
        "it computes a variable from its sums, to which a zero gradient adds nothing; weight decay is undone by that",
        but=_DECAYING,
    ),
    Known(
        "two-calls",
        ("keras.*:global_clipnorm",),
        "*",
        "the norm is taken over the pairs of one call",
        # Its weights are next to nothing here, and so are its gradients: nothing is clipped.
        but=("keras.Ftrl:*",),
    ),
)


def find_known(law: str, optimizer: Optimizer, claim: str) -> Known | None:
    """Return the known difference that a broken claim is, if any."""
    return next((known for known in KNOWN if known.covers(law, optimizer, claim)), None)
