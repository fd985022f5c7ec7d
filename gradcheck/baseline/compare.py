"""Two recordings side by side: what is the same in bits, what is within rounding, and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from gradcheck.baseline.case import Answer, Baseline, Case, Sort
from gradcheck.gradient import Array, Unconnected
from gradcheck.raised import Raised

UNITS = 64  # in the last place of the largest entry: a sum of some hundred terms in another order
_AMPLIFIED = 8  # times what a few samples of rounding show
_LEAST = 2.0**-53  # of a spread: a zero of the other sign is no distance, and differs


class Kind(str, Enum):
    """What became of an answer."""

    IDENTICAL = "identical bits"
    WITHIN = "within bound"
    NOISE = "not deterministic"
    BEYOND = "beyond bound"
    PRESENCE = "presence changed"
    ERROR = "error changed"
    LAW = "law changed"
    FLOW = "flow changed"

    @property
    def changed(self) -> bool:
        """Whether it is a change that rounding does not explain."""
        return self not in (Kind.IDENTICAL, Kind.WITHIN, Kind.NOISE)


class Verdict(str, Enum):
    """What the comparison comes to."""

    SAFE = "safe"
    REVIEW = "review"
    UNSAFE = "unsafe"

    @classmethod
    def worst(cls, verdicts: Iterable[Verdict]) -> Verdict:
        """Return the one that needs most of a look."""
        return max(verdicts, key=list(cls).index)


@dataclass(frozen=True, eq=False)
class Change:
    """One answer in both recordings.

    Attributes:
        case: The case it belongs to.
        part: Which answer of it: a variable, a law, a cell.
        kind: What became of it.
        before: What the first recording has.
        after: What the second has.
        units: For arrays of one shape the largest distance, in units in the last place of the largest entry.
        allowed: How many of them rounding explains.
        accepted: The reason for which it is expected, empty if it is not.
    """

    case: Case
    part: str
    kind: Kind
    before: Answer
    after: Answer
    units: float = 0.0
    allowed: float = 0.0
    accepted: str = ""

    @property
    def label(self) -> str:
        """The case and the part."""
        return f"{self.case.name}/{self.part}"

    @property
    def order(self) -> tuple[bool, float, str]:
        """The worst first."""
        return (not self.kind.changed, -self.units / max(self.allowed, 1.0), self.label)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything that two recordings tell.

    Attributes:
        before: The first recording's environment.
        after: The second's.
        changes: Every answer, whatever became of it.
        lenient: Whether differences within the bound need no review.
        stale: Expectations that nothing meets any more.
    """

    before: Mapping[str, str]
    after: Mapping[str, str]
    changes: Sequence[Change] = field(default_factory=list)
    lenient: bool = False
    stale: Sequence[str] = ()

    @property
    def counts(self) -> Counter[Kind]:
        """How many answers of each kind."""
        return Counter(change.kind for change in self.changes)

    @property
    def verdict(self) -> Verdict:
        """Unsafe where anything changed that nobody has accepted; to be reviewed where rounding differs."""
        left = {change.kind for change in self.changes if not change.accepted}
        if self.stale or any(kind.changed for kind in left):
            return Verdict.UNSAFE
        return Verdict.REVIEW if left - {Kind.IDENTICAL} and not self.lenient else Verdict.SAFE

    @property
    def exit_code(self) -> int:
        """1 if unsafe."""
        return int(self.verdict is Verdict.UNSAFE)

    def count_by(self, tag: str) -> dict[str, Counter[Kind]]:
        """Return the counts for each value of a tag; a case of several layers counts for each of them."""
        table: dict[str, Counter[Kind]] = {}
        for change in self.changes:
            for value in filter(None, change.case.tags.get(tag, "").split(" ")):
                table.setdefault(value, Counter())[change.kind] += 1
        return dict(sorted(table.items()))

    def worst(self, count: int = 10) -> list[Change]:
        """Return the changes that most need a look, those within the bound last."""
        return sorted((c for c in self.changes if c.kind is not Kind.IDENTICAL), key=lambda c: c.order)[:count]

    def worst_by_problem(self, count: int = 10) -> list[tuple[Change, int]]:
        """Return the worst change of each problem, with how many more of its kind the problem has."""
        found: dict[tuple[str, Kind], list[Change]] = {}
        for change in self.worst(len(self.changes)):
            found.setdefault((change.case.problem, change.kind), []).append(change)
        return [(changes[0], len(changes) - 1) for changes in found.values()][:count]


def compare(before: Baseline, after: Baseline, *, again: Sequence[Baseline] = (), lenient: bool = False) -> Comparison:
    """Hold two recordings of the same problems against each other.

    Args:
        again: Further recordings of either environment: where one differs from the recordings of its environment, a
            difference of that size is noise and no change.
        lenient: Whether differences within the bound need no review.
    """
    spreads = _spreads(before, after, again)
    same = before.environment == after.environment
    changes = [
        _judge(case, part, answer, _find(after, case, part), spread=spreads.get(f"{case.name}/{part}", 0.0), same=same)
        for case in before.cases.values()
        if not _stands_for_all(case)
        for part, answer in case.answers.items()
    ]
    added = [
        _judge(case, part, _find(before, case, part), answer)
        for case in after.cases.values()
        if case.problem in before.problems and not _stands_for_all(case)
        for part, answer in case.answers.items()
        if part not in _answers(before, case)
    ]
    return Comparison(before.environment, after.environment, [*changes, *added, *_whole(before, after)], lenient)


_MISSING = Raised("NotRecorded", "the other recording has no such answer")


def _answers(baseline: Baseline, case: Case) -> Mapping[str, Answer]:
    found = baseline.cases.get(case.name)
    return found.answers if found else {}


def _find(baseline: Baseline, case: Case, part: str) -> Answer:
    """Return an answer; where its whole problem failed, what that raised."""
    whole = baseline.cases.get(case.problem)
    failed = whole.answers["all"] if whole and _stands_for_all(whole) else _MISSING
    return _answers(baseline, case).get(part, failed)


def _stands_for_all(case: Case) -> bool:
    """Whether a case says why its problem gave nothing."""
    return case.name == case.problem and set(case.answers) == {"all"}


def _whole(before: Baseline, after: Baseline) -> Iterator[Change]:
    """Yield problems that gave nothing both times."""
    for case in before.cases.values():
        if _stands_for_all(case) and case.name in after.cases and _stands_for_all(after.cases[case.name]):
            yield _judge(case, "all", case.answers["all"], after.cases[case.name].answers["all"])


def _spreads(before: Baseline, after: Baseline, again: Sequence[Baseline]) -> dict[str, float]:
    """Return how far runs of one environment lie apart, in units; infinitely where one is an array and one is not."""
    found: dict[str, float] = {}
    for other in again:
        firsts = [one for one in (before, after) if one.environment == other.environment]
        for case in other.cases.values():
            for part, answer in case.answers.items():
                # Of two recordings of its environment, this one repeats the one that it is the same as.
                spread = min((_apart(_find(first, case, part), answer) for first in firsts), default=0.0)
                label = f"{case.name}/{part}"
                found[label] = max(found.get(label, 0.0), spread)
    return found


def _apart(one: Answer, other: Answer) -> float:
    if _same(one, other):
        return 0.0
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return max(distance(one, other), _LEAST)
    return float("inf")


def _judge(case: Case, part: str, before: Answer, after: Answer, *, spread: float = 0.0, same: bool = False) -> Change:
    """Tell what became of an answer; what differs within rounding in one environment is noise."""
    units, allowed = 0.0, 0.0
    if _same(before, after):
        kind = Kind.IDENTICAL
    elif isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        units, allowed = distance(before, after), bound(before, case.noise.get(part, 0.0))
        kind = Kind.BEYOND if units > allowed else Kind.NOISE if same or spread else Kind.WITHIN
        kind = Kind.NOISE if spread and units <= _AMPLIFIED * spread else kind
    elif spread == float("inf"):
        kind = Kind.NOISE
    elif isinstance(before, Raised) or isinstance(after, Raised):
        kind = Kind.ERROR
    else:
        kind = {Sort.LAW: Kind.LAW, Sort.FLOW: Kind.FLOW}.get(case.sort, Kind.PRESENCE)
    return Change(case, part, kind, before, after, units, allowed)


def _same(before: Answer, after: Answer) -> bool:
    """Whether two answers are the same in bits; of errors the type counts, as messages are reworded."""
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        return before.dtype == after.dtype and before.shape == after.shape and before.tobytes() == after.tobytes()
    if isinstance(before, Raised) and isinstance(after, Raised):
        return before.kind == after.kind
    if isinstance(before, Unconnected) and isinstance(after, Unconnected):
        return True
    return isinstance(before, str) and isinstance(after, str) and before == after


def distance(before: Array, after: Array) -> float:
    """Return the largest distance of two arrays in units in the last place of the largest entry.

    It is infinite where shapes, dtypes or places that are not finite differ.
    """
    if before.shape != after.shape or before.dtype != after.dtype:
        return float("inf")
    if not before.size:
        return 0.0
    if before.dtype.kind not in "fcV":
        return 0.0 if np.array_equal(before, after) else float("inf")
    one, other = _wide(before), _wide(after)
    finite = np.isfinite(one)
    if not np.array_equal(finite, np.isfinite(other)) or not np.array_equal(
        one[~finite], other[~finite], equal_nan=True
    ):
        return float("inf")
    moved = float(np.max(np.abs(one - other), initial=0.0, where=finite))
    return moved / unit(before) if moved else 0.0


def unit(values: Array) -> float:
    """Return the unit in the last place of the largest finite entry; the smallest number if all are zero."""
    wide = np.abs(_wide(values))
    largest = float(np.max(wide, initial=0.0, where=np.isfinite(wide)))
    part = _real_dtype(values)
    return max(largest * _epsilon(part), _tiny(part))


def bound(values: Array, noise: float) -> float:
    """Return how many units rounding explains: of a few sums in another order, and of what amplifies it here."""
    return UNITS + _AMPLIFIED * noise / unit(values) if noise else UNITS


def _wide(values: Array) -> Array:
    return values.astype(np.complex128 if values.dtype.kind == "c" else np.float64)


def _real_dtype(values: Array) -> str:
    name = str(values.dtype.name)
    return {"complex64": "float32", "complex128": "float64"}.get(name, name)


def _epsilon(dtype: str) -> float:
    return 2.0**-7 if dtype == "bfloat16" else float(np.finfo(dtype).eps)


def _tiny(dtype: str) -> float:
    """Return the smallest normal number times the unit of 1: where all is zero, nothing but a flush may differ."""
    return 2.0**-133 if dtype == "bfloat16" else float(np.finfo(dtype).tiny) * _epsilon(dtype)
