"""Ways to train two heads so that each loss moves only its own weights, and ways that fail to.

A route is a function that asks a session for gradients and applies them; it is written once and runs
eagerly, in ``tf.function`` and in TensorFlow 1's graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gradcheck.backend import tf
from gradcheck.objective import Expression, loss1, loss2
from gradcheck.registry import Registry
from gradcheck.training.optimizers import Optimizer

Pair = tuple[Any, str]  # a gradient or None, and the variable it is for
Wanted = tuple[Expression, Sequence[str]]  # a formula, and the variables to differentiate it by


class Session(Protocol):
    """A model and its optimizers, in the middle of a step; variables go by their names."""

    @property
    def head1(self) -> list[str]:
        """Variables of head 1."""

    @property
    def head2(self) -> list[str]:
        """Variables of head 2."""

    @property
    def shared(self) -> list[str]:
        """Variables of neither head."""

    def trainable(self, block: str) -> list[str]:
        """Make all layers but one untrainable, and return what Keras then calls trainable."""

    def compute(self, *wanted: Wanted, cut: Callable[[Any], Any] | None = None) -> list[Pair]:
        """Differentiate in one forward pass: a tape's gradients, or ``compute_gradients``."""

    def zeros(self, name: str) -> Any:
        """Return zeros of a variable's shape."""

    def minimize(self, formula: Expression, names: Sequence[str]) -> None:
        """Differentiate and apply in one call of the optimizer's."""

    def apply(self, pairs: Sequence[Pair], *, which: int = 0, as_lists: bool = False) -> None:
        """Apply pairs with one of the optimizers, by ``apply_gradients`` or as two lists by ``apply``."""


Step = Callable[[Session], None]
WARM_UP = 3


@dataclass(frozen=True)
class Route:
    """A way to train.

    Attributes:
        name: How the command line names it.
        about: One line on what it does.
        step: Takes one step.
        why_wrong: For a negative control: why it does not keep the heads apart.
        optimizers: How many it takes: with two, the second one has head 2.
        keras: Whether it needs Keras layers.
        warm_up: How many steps on the joint loss move all variables first. Three is no multiple of how
            often averages overwrite and accumulators are cleared.
    """

    name: str
    about: str
    step: Step
    why_wrong: str | None = None
    optimizers: int = 1
    keras: bool = False
    warm_up: int = WARM_UP

    def applies(self, optimizer: Optimizer) -> bool:
        """Whether the route can be taken with this optimizer."""
        return optimizer.api == "keras" or not self.keras


routes: Registry[Route] = Registry("route", "gradcheck.training")


def route(name: str, about: str, **facts: Any) -> Callable[[Step], Step]:
    """Register the decorated function as a route; ``facts`` are `Route`'s attributes."""

    def register(step: Step) -> Step:
        routes.add(Route(name, about, step, **facts))
        return step

    return register


@route("split-var-list", "each loss is differentiated by its own head's variables; one call applies all pairs")
def split_var_list(s: Session) -> None:
    """Do what the seed's answer does."""
    s.apply(s.compute((loss1, s.head1), (loss2, s.head2)))


@route("stop-gradient", "one joint loss, with tf.stop_gradient between the heads")
def stop_gradient(s: Session) -> None:
    """Cut the graph, so that the joint loss needs no lists."""
    s.apply(s.compute((loss1 + loss2, [*s.head1, *s.head2]), cut=tf.stop_gradient))


@route("custom-gradient", "one joint loss, with a tf.custom_gradient gate between the heads")
def custom_gradient(s: Session) -> None:
    """Cut the graph by a gate whose gradient is zero."""
    s.apply(s.compute((loss1 + loss2, [*s.head1, *s.head2]), cut=_gate))


@route("two-tapes", "each loss has a forward pass and a tape of its own")
def two_tapes(s: Session) -> None:
    """Differentiate in two passes."""
    s.apply([*s.compute((loss1, s.head1)), *s.compute((loss2, s.head2))])


@route("two-optimizers", "each head has an optimizer of its own", optimizers=2)
def two_optimizers(s: Session) -> None:
    """Apply each head's pairs by itself."""
    pairs1, pairs2 = s.compute((loss1, s.head1)), s.compute((loss2, s.head2))
    s.apply(pairs1, which=0)
    s.apply(pairs2, which=1)


@route("trainable-false", "Keras layers that a loss must not move are made untrainable", keras=True)
def trainable_false(s: Session) -> None:
    """Let trainability decide what is differentiated."""
    s.apply([*s.compute((loss1, s.trainable("head1"))), *s.compute((loss2, s.trainable("head2")))])


@route(
    "joint-uncut",
    "one joint loss, nothing cut",
    why_wrong="loss2 reaches head 1 where the heads are chained",
)
def joint_uncut(s: Session) -> None:
    """Forget to cut."""
    s.apply(s.compute((loss1 + loss2, [*s.head1, *s.head2])))


@route(
    "zero-masked",
    "all variables are in the list; gradients that must not act are replaced by zeros",
    why_wrong="a zero gradient still lets momentum and weight decay move a variable",
)
def zero_masked(s: Session) -> None:
    """Mask instead of leaving out."""
    kept = s.compute((loss1, s.head1), (loss2, s.head2))
    s.apply([*kept, *((s.zeros(name), name) for name in s.shared)])


@route(
    "list-too-wide",
    "loss2's list holds the shared variables as well",
    why_wrong="loss2 moves the shared variables where it reaches them",
)
def list_too_wide(s: Session) -> None:
    """Slice the list of variables one too wide, as ``params[:1] + params[2:]`` does."""
    s.apply(s.compute((loss1, s.head1), (loss2, [*s.shared, *s.head2])))


def _gate(x: Any) -> Any:
    """Pass a value on, and a zero back."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def gate(value: Any) -> Any:
        return tf.identity(value), tf.zeros_like

    return gate(x)
