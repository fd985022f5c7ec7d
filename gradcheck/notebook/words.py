"""The words and marks of verdicts: colour alone tells nobody anything."""

from __future__ import annotations

from dataclasses import dataclass

_VERDICTS = {
    "proved": ("good", "✓", "for all values: by the traced graph, or by exact agreement on random integers"),
    "tested": ("good", "✓", "at every point that was judged"),
    "violated": ("bad", "✕", "broken at a point that was judged"),
    "not applicable": ("", "–", "the law says nothing here"),
    "error": ("odd", "!", "the engine raised"),
}


@dataclass(frozen=True)
class Badge:
    """A verdict as it is shown.

    Attributes:
        word: What it is called.
        style: ``"good"``, ``"bad"``, ``"odd"`` or nothing.
        mark: A sign that tells it apart without colour.
        meaning: What it says, in a few words.
    """

    word: str
    style: str
    mark: str
    meaning: str


def badge(verdict: str, word: str = "") -> Badge:
    """Return how a verdict is shown.

    Args:
        verdict: Its value, such as ``"proved"``.
        word: What is written instead of it.
    """
    style, mark, meaning = _VERDICTS[verdict]
    return Badge(word or verdict, style, mark, meaning)
