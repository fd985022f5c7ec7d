"""What a verification found, as plain values: reports are made from these alone."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from gradcheck.experiment import Claim
from gradcheck.flow.drawing import draw
from gradcheck.notebook.verdicts import ClaimShown, Judged, judged_html, report_html, verdict_html
from gradcheck.training.judge import Coverage
from gradcheck.trial import Check
from gradcheck.witness import Witness


class _ShowsItself:
    # A mixin, since an enumeration of older Pythons takes no names of this form.
    def _repr_html_(self) -> str:
        assert isinstance(self, Enum)
        return verdict_html(self.value)


class Verdict(_ShowsItself, str, Enum):
    """What is known of a law on an engine; a notebook shows it with what it means."""

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

    @property
    def words(self) -> str:
        """The verdict in a table: on how many points, and how close it came."""
        if self.verdict is Verdict.VIOLATED:
            return f"violated {self.broken:,}"
        if self.verdict is Verdict.ERROR:
            return "error"
        parts = ["proved"] if self.structural and not self.tested else []
        parts += [f"{self.tested:,} · {self.worst:.2g}"] if self.tested else []
        parts += [self._doubt] if self.identities else []
        return "\n".join(parts) or "-"

    @property
    def _doubt(self) -> str:
        return f"2^-{math.floor(self.doubt_bits)}"  # to round up would claim less doubt than there is

    @property
    def judged(self) -> Judged:
        """What a notebook shows."""
        counted = {
            "broken comparisons at a point": self.broken,
            "comparisons at a point": self.tested,
            "comparisons that the traced graph decides for all values": self.structural,
            "graphs on which integers agree exactly": self.identities,
            "comparisons left out, where rounding swamps the gradient": self.ill_conditioned,
        }
        facts = [(name, f"{count:,}") for name, count in counted.items() if count]
        facts += [("worst error, as a share of what is allowed", f"{self.worst:.2g}")] if self.tested else []
        facts += [("doubt that is left by exact agreement", self._doubt)] if self.identities else []
        why = self.reasons if self.verdict is Verdict.NOT_APPLICABLE else ()
        # A table has the badge beside it, which says the verdict.
        words = self.words.removeprefix("violated ").removeprefix("proved").strip().replace("\n", ", ")
        return Judged(self.verdict.value, "" if words in ("-", "error") else words, facts, (*why, *self.errors))

    def _repr_html_(self) -> str:
        return judged_html(self.judged)


@dataclass(frozen=True, eq=False)
class Violation:
    """A broken law, with its smallest case and where that was written."""

    witness: Witness
    path: Path | None = None


@dataclass(eq=False, repr=False)
class Report:
    """Everything a verification found; printed, it shows its table.

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
    def judged(self) -> bool:
        """Whether some law applied somewhere, or some claim of the seed was judged."""
        applied = any(cell.verdict is not Verdict.NOT_APPLICABLE for cell in self.cells.values())
        return applied or bool(self.claims)

    @property
    def exit_code(self) -> int:
        """0 all hold, 1 a law is broken, 2 nothing was judged, 3 an engine failed."""
        return 1 if self.violated else 3 if self.failed else 0 if self.judged else 2

    # --- showing itself: without times and versions, so that it is the same wherever it is the same -----

    @property
    def _closing(self) -> str:
        holds = "all laws hold" if self.judged else "nothing was judged"
        outcome = "violated" if self.violated else "an engine failed" if self.failed else holds
        return f"{outcome}{', interrupted' * self.interrupted}: {self.points:,} points, {self.graphs:,} random graphs"

    def __repr__(self) -> str:
        table = draw(self.engines, self.laws, lambda engine, law: self.cells[law, engine].words, rows="law")
        return "\n\n".join(
            [f"{table}{self._closing}", *(found.witness.describe(found.path) for found in self.violations)]
        )

    def _repr_html_(self) -> str:
        cells = {key: cell.judged for key, cell in self.cells.items()}
        claims = [ClaimShown(claim.sentence, claim.expected, claim.found, claim.holds) for claim in self.claims]
        witnesses = [found.witness for found in self.violations]
        broken = [(f"{witness.law} broken by {witness.by}", witness._repr_html_()) for witness in witnesses]
        return report_html(cells, claims, broken, self._closing)
