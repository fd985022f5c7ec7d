"""The words and marks of the page that shows a comparison of baselines."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gradcheck.baseline.compare import Change, Comparison, Kind, Verdict

# Colour alone tells nobody anything: each kind has its mark and its word.
MARKS = {
    Kind.IDENTICAL: "=", Kind.WITHIN: "≈", Kind.NOISE: "~", Kind.BEYOND: "✕", Kind.PRESENCE: "∅", Kind.ERROR: "!",
    Kind.LAW: "§", Kind.FLOW: "⇄",
}  # fmt: skip
MEANINGS = {
    Kind.IDENTICAL: "every bit is the same",
    Kind.WITHIN: "the bits differ, by no more than rounding explains",
    Kind.NOISE: "two runs of one version differ already",
    Kind.BEYOND: "the numbers, their shape or their dtype differ by more than rounding explains",
    Kind.PRESENCE: "a gradient where there was None, or None where there was a gradient",
    Kind.ERROR: "an error where there was an answer, an answer where there was an error, or another error",
    Kind.LAW: "an equation between gradients that held is broken, or the other way round",
    Kind.FLOW: "the graph connects another set of variables with the losses",
}
VERDICT_MARKS = {Verdict.SAFE: "✓", Verdict.REVIEW: "≈", Verdict.UNSAFE: "✕"}
ADVICE = {
    Verdict.SAFE: "Nothing stands against this upgrade.",
    Verdict.REVIEW: "Nothing stands against this upgrade once somebody has looked at where rounding differs.",
    Verdict.UNSAFE: "Do not upgrade before every change below is understood, and mended or accepted.",
}
# What follows from another change comes after it: a law and the flow change because a gradient does.
_SEVERITY = (
    Kind.IDENTICAL, Kind.WITHIN, Kind.NOISE, Kind.FLOW, Kind.LAW, Kind.BEYOND, Kind.ERROR, Kind.PRESENCE,
)  # fmt: skip
_LONGEST = 300


def style(kind: Kind) -> str:
    """Return the class of a kind in the page."""
    return kind.name.lower()


def severity(kind: Kind) -> int:
    """Return how much a kind needs a look."""
    return _SEVERITY.index(kind)


def version_names(comparisons: Sequence[Comparison]) -> list[str]:
    """Return a name for each later version; the same one in another environment is numbered."""
    names: list[str] = []
    for comparison in comparisons:
        version = comparison.after.get("tensorflow", "unknown")
        again = sum(name == version or name.startswith(f"{version} (") for name in names)
        names.append(f"{version} ({again + 1})" if again else version)
    return names


def units_of(change: Change) -> str:
    """Return how far two arrays are apart; nothing where they are the same or there are no two arrays."""
    if math.isinf(change.units):
        return "not comparable"
    return count_units(change.units) if change.units else ""


def count_units(units: float) -> str:
    """Return a number of units in few digits."""
    return f"{units:,.0f}" if 1000 <= units < 1e7 else f"{units:.3g}"


def shortened(text: str, most: int = _LONGEST) -> str:
    """Leave out the end of what is too long for a cell."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def listed(names: Sequence[str], most: int = 6) -> str:
    """Return names in a row, the first few of many."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
