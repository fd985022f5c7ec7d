"""No gradient and a zero gradient are different things, and every API says what it does with none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradcheck.backend import tf
from gradcheck.errors import EngineError
from gradcheck.objective import loss1, loss2
from gradcheck.training.judging import moved, told
from gradcheck.training.laws import Training, register_step_law
from gradcheck.training.laws.agreement import agree
from gradcheck.training.optimizers import Optimizer
from gradcheck.training.routes import Route, Session
from gradcheck.trial import Check


@register_step_law
class NoneIsNotZero:
    """Momentum goes on where a gradient is zero, and stands still where there is none."""

    name = "none-is-not-zero"
    sentence = "A zero gradient moves a variable or its slots; an absent one moves neither (law unchanged)."
    equation = "apply(0, w) != apply(None, w)"

    def why_not(self, optimizer: Optimizer, mode: str) -> str | None:
        return None

    def judge(self, training: Training) -> Iterator[Check]:
        history = training.history("zero-masked")
        for name in training.left_out:
            parts = [history.values[name], *history.slots_of(name).values()]
            whole = np.concatenate([part.reshape(len(part), -1).astype(np.float64) for part in parts], axis=1)
            yield moved(f"a zero gradient moves {name} or its slots", name, whole, judged=True)


@register_step_law
class AbsentGradients:
    """What an optimizer does with ``None``."""

    name = "absent-gradients"
    sentence = "A pair without a gradient does nothing; Keras warns of it by name, and no gradient at all is an error."
    equation = "apply([(g1, w1), (None, w)]) = apply([(g1, w1)]);  apply([(None, w)]) raises ValueError"

    def why_not(self, optimizer: Optimizer, mode: str) -> str | None:
        return None

    def judge(self, training: Training) -> Iterator[Check]:
        yield from agree(training, _SOME_ABSENT)
        if training.optimizer.api == "keras" and _is_keras_3():
            yield from _warned(training)
        yield _refused(training)


def _warned(training: Training) -> Iterator[Check]:
    warnings = [text for text in training.history(_SOME_ABSENT).warnings if "Gradients do not exist" in text]
    for name in training.left_out:
        plain = name.replace("/", "_")
        yield told(
            f"a pair without a gradient for {name} is warned of",
            name,
            expected=f"a warning that names {plain}",
            found=warnings[0] if warnings else "no warning",
            holds=any(plain in text for text in warnings),
        )


def _refused(training: Training) -> Check:
    try:
        training.history(_ALL_ABSENT)
        found = "it went on"
    except EngineError as error:
        found = str(error)
    return told(
        "no gradient at all is an error", training.listed[0], expected="a ValueError", found=found,
        holds="ValueError" in found,
    )  # fmt: skip


def _some_absent(s: Session) -> None:
    s.apply([*s.compute((loss1, s.head1), (loss2, s.head2)), *((None, name) for name in s.shared)])


def _all_absent(s: Session) -> None:
    s.apply([(None, name) for name in s.head1])


_SOME_ABSENT = Route("absent pairs", "the variables left out are given no gradient", _some_absent)
_ALL_ABSENT = Route("nothing but absent pairs", "no variable is given a gradient", _all_absent)


def _is_keras_3() -> bool:
    return not str(getattr(tf.keras, "__version__", "2.15")).startswith("2.")
