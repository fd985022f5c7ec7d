"""What a verification found, as plain values: reports are made from these alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from gradcheck.experiment import Claim
from gradcheck.training.judge import Coverage
from gradcheck.trial import Check
from gradcheck.witness import Witness


class Verdict(str, Enum):
    """What is known of a law on an engine."""

    PROVED = "proved"
    TESTED = "tested"
    VIOLATED = "violated"
    NOT_APPLICABLE = "not applicable"
    ERROR = "error"


@dataclass
class Cell:
    """One law on one engine, over all graphs and points.

    Attributes:
        tested: Comparisons at a point that the law judged.
        structural: Comparisons that the traced graph decides for all values and shapes.
        identities: Graphs on which exact agreement on integers proved the law.
        doubt_bits: m, where those leave a doubt of at most 2^-m: the least of the graphs'.
        broken: Comparisons at a point that break the law.
        ill_conditioned: Comparisons left out because rounding alone swamps the gradient.
        worst: Largest error in units of what was allowed.
        reasons: Why the law did not apply, where it did not.
        errors: What engines raised.
    """

    tested: int = 0
    structural: int = 0
    identities: int = 0
    doubt_bits: float = float("inf")
    broken: int = 0
    ill_conditioned: int = 0
    worst: float = 0.0
    reasons: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)

    def count(self, checks: Sequence[Check], bits_a_point: float | None = None) -> None:
        """Count comparisons; with ``bits_a_point`` they are exact, and each point halves the doubt so many times."""
        for check in checks:
            compared = check.comparison
            self.broken += int(compared.broken.sum())
            self.ill_conditioned += compared.ill_conditioned
            if check.proof:
                self.structural += 1
            elif bits_a_point is None:
                self.tested += int(compared.judged.sum())
                self.worst = max(self.worst, compared.worst)
        points = [int(check.comparison.judged.sum()) for check in checks if check.comparison.judged.any()]
        if bits_a_point is not None and points:
            self.identities += 1
            self.doubt_bits = min(self.doubt_bits, bits_a_point * min(points))

    @property
    def verdict(self) -> Verdict:
        """What is known of the law, the worst of it first."""
        if self.broken:
            return Verdict.VIOLATED
        if self.errors:
            return Verdict.ERROR
        if self.tested:
            return Verdict.TESTED
        return Verdict.PROVED if self.structural or self.identities else Verdict.NOT_APPLICABLE


@dataclass(frozen=True, eq=False)
class Violation:
    """A broken law, with its smallest case and where that was written."""

    witness: Witness
    path: Path | None = None


@dataclass(eq=False)
class Report:
    """Everything a verification found.

    Attributes:
        cells: By names of law and engine, in the order of the run.
        violations: One a law and engine, each with its witness.
        claims: The seed's experiment, claim by claim; empty where it was not asked for.
        coverage: By law of a step, the optimizers it was judged on.
        graphs: Structures judged.
        points: Points judged.
        redrawn: Points drawn again because a difference crossed a kink.
        seconds: How long it took.
        interrupted: Whether the run was stopped early.
        environment: Versions, machine and flags.
    """

    cells: dict[tuple[str, str], Cell]
    environment: Mapping[str, str]
    violations: list[Violation] = field(default_factory=list)
    claims: Sequence[Claim] = ()
    coverage: dict[str, Coverage] = field(default_factory=dict)
    graphs: int = 0
    points: int = 0
    redrawn: int = 0
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def laws(self) -> tuple[str, ...]:
        """Names of the laws judged."""
        return tuple(dict.fromkeys(law for law, _ in self.cells))

    @property
    def engines(self) -> tuple[str, ...]:
        """Names of the engines used."""
        return tuple(dict.fromkeys(engine for _, engine in self.cells))

    @property
    def violated(self) -> bool:
        """Whether some law or some claim of the seed is broken."""
        return any(cell.broken for cell in self.cells.values()) or not all(claim.holds for claim in self.claims)

    @property
    def failed(self) -> bool:
        """Whether some engine raised."""
        return any(cell.errors for cell in self.cells.values())

    @property
    def exit_code(self) -> int:
        """0 all hold, 1 a law is broken, 3 an engine failed."""
        return 1 if self.violated else 3 if self.failed else 0
