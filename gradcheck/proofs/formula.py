"""Formulas of a derivation: each is text, MathML, and what it evaluates to at any numbers, or at polynomials."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any

import numpy as np

from gradcheck.gradient import Array

Value = Any  # a number or a polynomial, or an array of them
Values = Mapping[str, Value]

_SUBSCRIPTS = str.maketrans("0123456789+", "₀₁₂₃₄₅₆₇₈₉₊")
_ADDS, _TAKES, _TIMES, _WHOLE = 1, 2, 3, 4  # how tightly a formula holds together


class Formula(ABC):
    """A formula over named values; ``+``, ``-``, ``*`` and ``@`` build larger ones.

    Attributes:
        binds: How tightly its parts hold together: what binds less is put in parentheses.
    """

    binds = _WHOLE

    @abstractmethod
    def evaluate(self, values: Values) -> Value:
        """Compute the formula exactly, in whatever arithmetic the values bring."""

    @abstractmethod
    def text(self) -> str:
        """Write the formula in one line."""

    @abstractmethod
    def mathml(self) -> str:
        """Write the formula as presentation MathML, without the ``math`` element around it."""

    @property
    @abstractmethod
    def names(self) -> frozenset[str]:
        """Keys of the values that it reads."""

    def __add__(self, other: Formula) -> Formula:
        return Binary("+", self, other)

    def __sub__(self, other: Formula) -> Formula:
        return Binary("-", self, other)

    def __mul__(self, other: Formula) -> Formula:
        return Binary("*", self, other)

    def __matmul__(self, other: Formula) -> Formula:
        return Binary("@", self, other)

    @property
    def T(self) -> Formula:  # noqa: N802  # as in NumPy
        """The transpose."""
        return Transposed(self)


@dataclass(frozen=True)
class Name(Formula):
    """A value known by name.

    Attributes:
        key: What the value is looked up by, such as ``"head1/0/kernel"``.
        letter: What it is written as, such as ``"W"``.
        index: Its subscript, such as ``"1"``.
    """

    key: str
    letter: str
    index: str = ""

    def evaluate(self, values: Values) -> Value:
        return values[self.key]

    def text(self) -> str:
        return self.letter + self.index.translate(_SUBSCRIPTS)

    def mathml(self) -> str:
        letter = f"<mi>{escape(self.letter)}</mi>"
        return f"<msub>{letter}<mi>{escape(self.index)}</mi></msub>" if self.index else letter

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.key})


@dataclass(frozen=True)
class Partial(Formula):
    """The gradient of one name by another: the cotangent of a tensor, or the gradient of a variable."""

    of: Name
    by: Name

    @property
    def key(self) -> str:
        """What it is looked up by, such as ``"loss2:head2/0/kernel"``."""
        return f"{self.of.key}:{self.by.key}"

    def evaluate(self, values: Values) -> Value:
        return values[self.key]

    def text(self) -> str:
        return f"∂{self.of.text()}/∂{self.by.text()}"

    def mathml(self) -> str:
        return "<mfrac>" + "".join(f"<mrow><mo>∂</mo>{n.mathml()}</mrow>" for n in (self.of, self.by)) + "</mfrac>"

    @property
    def names(self) -> frozenset[str]:
        return frozenset({self.key})


@dataclass(frozen=True)
class Number(Formula):
    """A number."""

    value: Fraction | int

    def evaluate(self, values: Values) -> Value:
        return self.value

    def text(self) -> str:
        return str(self.value)

    def mathml(self) -> str:
        if isinstance(self.value, Fraction) and self.value.denominator != 1:
            return f"<mfrac><mn>{self.value.numerator}</mn><mn>{self.value.denominator}</mn></mfrac>"
        return f"<mn>{self.value}</mn>"

    @property
    def names(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class Ones(Formula):
    """A matrix of ones, as large as another."""

    like: Formula

    def evaluate(self, values: Values) -> Value:
        return np.full(np.shape(self.like.evaluate(values)), 1, dtype=object)

    def text(self) -> str:
        return "1"

    def mathml(self) -> str:
        return '<mn mathvariant="bold">1</mn>'

    @property
    def names(self) -> frozenset[str]:
        return self.like.names


_BINDS = {"+": _ADDS, "-": _ADDS, "*": _TIMES, "@": _TIMES}
_SIGNS = {"+": " + ", "-": " − ", "*": " ⊙ ", "@": " · "}
_MATH_SIGNS = {"+": "+", "-": "−", "*": "⊙", "@": "&#x2062;"}


@dataclass(frozen=True)
class Binary(Formula):
    """Two formulas joined; ``*`` is entry by entry, and one factor an example weighs rows."""

    sign: str
    left: Formula
    right: Formula

    @property
    def binds(self) -> int:  # type: ignore[override]  # as a field it would be an argument
        """How tightly the sign binds."""
        return _BINDS[self.sign]

    def evaluate(self, values: Values) -> Value:
        left, right = self.left.evaluate(values), self.right.evaluate(values)
        match self.sign:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return _weighed(left, right)
            case _:
                return np.dot(left, right)

    def text(self) -> str:
        sign = " · " if self._scales else _SIGNS[self.sign]
        return self._left(self.left.text(), "({})") + sign + self._right(self.right.text(), "({})")

    def mathml(self) -> str:
        left = self._left(self.left.mathml(), "<mo>(</mo>{}<mo>)</mo>")
        right = self._right(self.right.mathml(), "<mo>(</mo>{}<mo>)</mo>")
        sign = "&#x2062;" if self._scales else _MATH_SIGNS[self.sign]
        return f"<mrow>{left}<mo>{sign}</mo>{right}</mrow>"

    @property
    def _scales(self) -> bool:
        return self.sign == "*" and isinstance(self.left, Number)

    def _left(self, shown: str, form: str) -> str:
        return form.format(shown) if self.left.binds < self.binds else shown

    def _right(self, shown: str, form: str) -> str:
        loose = self.right.binds < self.binds or (self.sign == "-" and self.right.binds == self.binds)
        return form.format(shown) if loose else shown

    @property
    def names(self) -> frozenset[str]:
        return self.left.names | self.right.names


@dataclass(frozen=True)
class Wrapped(Formula, ABC):
    """A formula of one other."""

    of: Formula

    @property
    def names(self) -> frozenset[str]:
        return self.of.names

    def _inner(self) -> str:
        return f"({self.of.text()})" if self.of.binds < _WHOLE else self.of.text()

    def _inner_mathml(self) -> str:
        inner = self.of.mathml()
        return f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>" if self.of.binds < _WHOLE else inner


@dataclass(frozen=True)
class Transposed(Wrapped):
    """The transpose of a matrix."""

    def evaluate(self, values: Values) -> Value:
        return np.transpose(self.of.evaluate(values))

    def text(self) -> str:
        return f"{self._inner()}ᵀ"

    def mathml(self) -> str:
        return f"<msup>{self._inner_mathml()}<mi>T</mi></msup>"


@dataclass(frozen=True)
class Squared(Wrapped):
    """Each entry times itself."""

    def evaluate(self, values: Values) -> Value:
        inner = self.of.evaluate(values)
        return inner * inner

    def text(self) -> str:
        return f"{self._inner()}²"

    def mathml(self) -> str:
        return f"<msup>{self._inner_mathml()}<mn>2</mn></msup>"


@dataclass(frozen=True)
class Stopped(Wrapped):
    """A value through which no gradient flows."""

    def evaluate(self, values: Values) -> Value:
        return self.of.evaluate(values)

    def text(self) -> str:
        return f"stop({self.of.text()})"

    def mathml(self) -> str:
        return f"<mrow><mi>stop</mi><mo>(</mo>{self.of.mathml()}<mo>)</mo></mrow>"


@dataclass(frozen=True)
class Summed(Wrapped):
    """A sum over one axis.

    Attributes:
        axis: Over which.
        over: What one term is called: ``"j"`` for an output of the layer, ``"i"`` for an example of the batch.
    """

    axis: int = 0
    over: str = "i"
    binds = _TAKES

    def evaluate(self, values: Values) -> Value:
        inner = self.of.evaluate(values)
        return sum(np.moveaxis(inner, self.axis, 0)[1:], start=np.moveaxis(inner, self.axis, 0)[0])

    def text(self) -> str:
        return f"sum over {self.over} of {self._inner()}"

    def mathml(self) -> str:
        return f"<mrow><munder><mo>∑</mo><mi>{self.over}</mi></munder>{self._inner_mathml()}</mrow>"


@dataclass(frozen=True)
class Looked(Formula):
    """The rows of a table that ids name."""

    table: Formula
    ids: Formula

    def evaluate(self, values: Values) -> Value:
        return self.table.evaluate(values)[self.ids.evaluate(values)]

    def text(self) -> str:
        return f"{self.table.text()}[{self.ids.text()}]"

    def mathml(self) -> str:
        return f"<mrow>{self.table.mathml()}<mo>[</mo>{self.ids.mathml()}<mo>]</mo></mrow>"

    @property
    def names(self) -> frozenset[str]:
        return self.table.names | self.ids.names


@dataclass(frozen=True)
class Scattered(Formula):
    """Rows added into a table of zeros, each at its id: the transpose of a lookup."""

    rows: Formula
    ids: Formula
    like: Formula

    def evaluate(self, values: Values) -> Value:
        rows, ids = self.rows.evaluate(values), self.ids.evaluate(values)
        table = np.zeros(np.shape(self.like.evaluate(values)), dtype=object)
        for row, at in zip(rows, ids, strict=True):
            table[at] = table[at] + row
        return table

    def text(self) -> str:
        return f"{self.rows.text()} added into rows {self.ids.text()}"

    def mathml(self) -> str:
        condition = f"<mrow>{self.ids.mathml()}<mo>[</mo><mi>i</mi><mo>]</mo><mo>=</mo><mi>r</mi></mrow>"
        return f"<mrow><munder><mo>∑</mo>{condition}</munder>{self.rows.mathml()}<mo>[</mo><mi>i</mi><mo>]</mo></mrow>"

    @property
    def names(self) -> frozenset[str]:
        return self.rows.names | self.ids.names | self.like.names


def _weighed(left: Value, right: Value) -> Value:
    """Multiply entry by entry; one number an example multiplies its row."""
    if np.ndim(left) == 1 and np.ndim(right) == 2:
        return np.asarray(left, dtype=object)[:, None] * right
    # A polynomial takes no array on its right.
    return right * left if isinstance(right, np.ndarray) else left * right


def exactly(values: Any) -> Array | Any:
    """Return numbers as whole numbers and fractions, which arithmetic does not round; NaN and infinity as they are."""
    array = np.asarray(values)
    if array.dtype.kind in "iu":
        return array if array.ndim else int(array)
    found = np.array([_exact(float(value)) for value in array.reshape(-1)], dtype=object).reshape(array.shape)
    return found if array.ndim else found.item()


def _exact(value: float) -> Fraction | int | float:
    if not np.isfinite(value):
        return value
    return int(value) if value.is_integer() else Fraction(value)
