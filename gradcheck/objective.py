"""What is differentiated: expressions over the two losses, and the cotangent they are pulled by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal


class Expression(ABC):
    """A formula over named tensors; ``+`` and ``*`` build larger ones."""

    def __add__(self, other: Expression) -> Expression:
        return Sum(self, other)

    def __mul__(self, other: Expression) -> Expression:
        return Product(self, other)

    @abstractmethod
    def evaluate(self, values: Mapping[str, Any], stop: Callable[[Any], Any]) -> Any:
        """Compute the formula.

        Args:
            values: A tensor for every name in the formula.
            stop: What cuts the gradient: ``tf.stop_gradient``, or a freeze while differencing.
        """

    @property
    @abstractmethod
    def live(self) -> frozenset[str]:
        """Names that a gradient can flow to, which are all but those under a stop."""

    def pulled_by(self, cotangent: Expression) -> Objective:
        """Differentiate this formula with ``cotangent`` in place of ones."""
        return Objective(self, cotangent)


@dataclass(frozen=True)
class Name(Expression):
    """A tensor known by name: a loss, a coefficient or a cotangent."""

    name: str

    def evaluate(self, values: Mapping[str, Any], stop: Callable[[Any], Any]) -> Any:
        return values[self.name]

    @property
    def live(self) -> frozenset[str]:
        return frozenset({self.name})

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Sum(Expression):
    """``left + right``."""

    left: Expression
    right: Expression

    def evaluate(self, values: Mapping[str, Any], stop: Callable[[Any], Any]) -> Any:
        return self.left.evaluate(values, stop) + self.right.evaluate(values, stop)

    @property
    def live(self) -> frozenset[str]:
        return self.left.live | self.right.live

    def __str__(self) -> str:
        return f"{self.left} + {self.right}"


@dataclass(frozen=True)
class Product(Expression):
    """``left * right``, elementwise for vector losses."""

    left: Expression
    right: Expression

    def evaluate(self, values: Mapping[str, Any], stop: Callable[[Any], Any]) -> Any:
        return self.left.evaluate(values, stop) * self.right.evaluate(values, stop)

    @property
    def live(self) -> frozenset[str]:
        return self.left.live | self.right.live

    def __str__(self) -> str:
        parts = (f"({part})" if isinstance(part, Sum) else str(part) for part in (self.left, self.right))
        return " * ".join(parts)


@dataclass(frozen=True)
class Stopped(Expression):
    """``operand`` as a value only: no gradient flows into it."""

    operand: Expression

    def evaluate(self, values: Mapping[str, Any], stop: Callable[[Any], Any]) -> Any:
        return stop(self.operand.evaluate(values, stop))

    @property
    def live(self) -> frozenset[str]:
        return frozenset()

    def __str__(self) -> str:
        return f"stop_gradient({self.operand})"


@dataclass(frozen=True)
class Objective:
    """A formula to differentiate, the cotangent it is pulled by, and how absence is reported.

    Attributes:
        value: The formula; shape ``[batch]`` for unreduced losses, else ``[]``.
        cotangent: Of the formula's shape; ``None`` stands for ones, as in ``tf.gradients``.
        unconnected: ``"none"`` leaves an absent gradient absent, ``"zero"`` asks TensorFlow for
            zeros (``tf.UnconnectedGradients.ZERO``).
    """

    value: Expression
    cotangent: Expression | None = None
    unconnected: Literal["none", "zero"] = "none"

    def __str__(self) -> str:
        pulled = f" pulled by {self.cotangent}" if self.cotangent else ""
        zeros = " (unconnected as zeros)" if self.unconnected == "zero" else ""
        return f"{self.value}{pulled}{zeros}"


def as_objective(formula: Expression | Objective) -> Objective:
    """Return ``formula`` as an objective, pulled by ones unless it says otherwise."""
    return formula if isinstance(formula, Objective) else Objective(formula)


def stop(operand: Expression) -> Expression:
    """Take ``operand`` as a value only."""
    return Stopped(operand)


def with_zeros(formula: Expression) -> Objective:
    """Ask for zeros where the gradient is absent."""
    return Objective(formula, unconnected="zero")


loss1, loss2 = Name("loss1"), Name("loss2")
# Random coefficients, and random cotangents of loss2's shape, drawn with every point.
a, b = Name("a"), Name("b")
u, v, zero = Name("u"), Name("v"), Name("zero")
