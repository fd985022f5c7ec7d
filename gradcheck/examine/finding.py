"""What an examination finds, as plain values that go between processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from gradcheck.gradient import Array
from gradcheck.oracles import Doubt


@dataclass(frozen=True)
class Finding:
    """A doubt that survived: it is there at nearby points as well.

    Attributes:
        op, edge, dtype: Where; ``edge`` is empty at the usual place.
        oracle: Which oracle doubts.
        doubt: What disagrees.
        seed: Which point.
        values: The smallest inputs that show it, as nested lists; complex ones as pairs.
    """

    op: str
    edge: str
    dtype: str
    oracle: str
    doubt: Doubt
    seed: int
    values: tuple[Any, ...] = ()

    @property
    def label(self) -> str:
        """Where it is, as one word."""
        return "/".join(filter(None, (self.op, self.edge, self.dtype, self.oracle)))

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Finding:
        """Return what `to_json` was made from."""
        return cls(**{**stored, "doubt": Doubt(**stored["doubt"]), "values": tuple(stored["values"])})


def listed(value: Array) -> object:
    """Return an array as nested lists; the two parts of a complex one apart."""
    if np.iscomplexobj(value):
        return {"real": value.real.astype(float).tolist(), "imag": value.imag.astype(float).tolist()}
    return value.astype(np.float64).tolist()


@dataclass(frozen=True)
class Examined:
    """What became of one operation.

    Attributes:
        op: Its name.
        findings: What is wrong.
        judged: What was judged, each the label of a subject and the oracle's name.
        gaps: Why something could not be judged, by the subject and oracle, or by the subject alone.
        executed: The gradient functions of TensorFlow's that ran, by operation type.
        seconds: How long it took.
        killed: How its process ended, empty if it did not.
    """

    op: str
    findings: tuple[Finding, ...] = ()
    judged: tuple[str, ...] = ()
    gaps: Mapping[str, str] = field(default_factory=dict)
    executed: frozenset[str] = frozenset()
    seconds: float = 0.0
    killed: str = ""
