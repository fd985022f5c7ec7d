"""What became of a sweep: the same words and the same exit code, wherever it is told."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from gradcheck.report.sweep_words import counted
from gradcheck.sweep.log import Log
from gradcheck.sweep.tally import Tally


@dataclass(frozen=True)
class Outcome:
    """What became of a sweep, finished or not.

    Attributes:
        style: ``"safe"``, ``"review"`` or ``"unsafe"``.
        code: What a command ends with.
    """

    style: str
    mark: str
    words: str
    code: int


def outcome(tally: Tally) -> Outcome:
    """Return what became of a sweep, the worst of it first: where nothing was judged, nothing holds."""
    if broken := broken_laws(tally):
        laws = counted(len({law for law, _, _ in tally.counts}), "law")
        return Outcome("unsafe", "✗", f"{len(broken):,} of {laws} {'is' if len(broken) == 1 else 'are'} broken", 1)
    if tally.errors:
        return Outcome("review", "!", "An engine failed", 3)
    if not any(count.judged for count in tally.counts.values()):
        began = tally.points or tally.kinked or tally.inexact
        return Outcome("review", "…", "No law was judged at any point" if began else "Nothing is judged yet", 2)
    return Outcome("safe", "✓", "All laws hold", 0)


def broken_laws(tally: Tally) -> list[str]:
    """Return the laws that are broken somewhere."""
    return list(dict.fromkeys(law for (law, _, _), count in tally.counts.items() if count.broken))


def judged_nowhere(log: Log, tally: Tally) -> Iterator[str]:
    """Yield a sentence for each law that was asked for and judged at no point, with the reason if there is one."""
    judged = {law for (law, _, _), count in tally.counts.items() if count.judged}
    for law in dict.fromkeys(law for plan in log.plans for law in plan.laws):
        if law not in judged and tally.points:
            reasons = dict.fromkeys(reason for name, _, reason in tally.not_applicable if name == law)
            yield f"{law} was judged nowhere" + (f": {'; '.join(reasons)}" if reasons else "")


def doubts(tally: Tally) -> dict[str, int]:
    """Return m for each law where exact agreement leaves a doubt of at most 2^-m; where a law is broken, none."""
    least: dict[str, int] = {}
    for (law, _, _), count in tally.counts.items():
        if math.isfinite(count.doubt_bits):
            bits = math.floor(count.doubt_bits)  # to round up would claim less doubt than there is
            least[law] = min(bits, least.get(law, bits))
    return {} if tally.broken else least


def proof_words(tally: Tally) -> str:
    """Return what exact agreement proves, law by law; empty where it proves nothing."""
    laws: dict[str, list[str]] = {}
    for law, bits in sorted(doubts(tally).items(), key=lambda one: (-one[1], one[0])):
        laws.setdefault(f"2^-{bits:,}", []).append(law)
    found = "; ".join(f"{doubt} for {', '.join(names)}" for doubt, names in laws.items())
    return f"Exact agreement leaves a doubt, on each graph and at each size judged, of at most {found}" if found else ""
