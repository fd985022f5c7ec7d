"""What is recorded: cases, each with its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Union

from gradcheck.gradient import Array, Unconnected
from gradcheck.raised import Raised


class Sort(str, Enum):
    """What a case records."""

    GRADIENT = "gradient"
    STEP = "step"  # variables after each step of training
    LAW = "law"  # verdicts
    FLOW = "flow"  # cells of a flow's table


# An array, the absence of a gradient, an error, or words: a verdict or the state of a cell.
Answer = Union[Array, Unconnected, Raised, str]


@dataclass(frozen=True, eq=False)
class Case:
    """Answers that one computation gives.

    Attributes:
        name: Unique in a baseline, such as ``"graph-007/xla/loss1 + loss2"``.
        problem: Name of the problem that it belongs to, such as ``"graph-007"``.
        sort: What is recorded.
        tags: What it can be counted by: engine, dtype, layers, optimizer, wiring.
        answers: By variable, or by law, or by cell.
        noise: For arrays, how far rounding alone may carry an entry; 0 where it is not measured.
    """

    name: str
    problem: str
    sort: Sort
    tags: Mapping[str, str]
    answers: Mapping[str, Answer]
    noise: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Baseline:
    """A recording.

    Attributes:
        environment: Versions, machine and flags.
        problems: What was computed, as JSON values, by name: enough to compute it again anywhere.
        cases: What it gave, by name.
        inputs: Arrays that problems are given, such as a model's weights, by problem and name.
    """

    environment: Mapping[str, str]
    problems: Mapping[str, Mapping[str, Any]]
    cases: Mapping[str, Case]
    inputs: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)
