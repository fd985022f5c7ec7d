"""Which points are done: spans of which none overlap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from gradcheck.sweep.plan import Span


class Covered:
    """Spans that are done, none of which overlap."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = sorted(spans, key=lambda span: span.start)
        self._starts = [span.start for span in self._spans]

    def takes(self, span: Span) -> bool:
        """Add a span, unless some of it is there."""
        if next(iter(self.without(span)), None) != span:
            return False
        place = bisect_right(self._starts, span.start)
        self._spans.insert(place, span)
        self._starts.insert(place, span.start)
        return True

    def holding(self, span: Span) -> Span | None:
        """Return the span that holds all of another; ``None`` if there is none."""
        place = bisect_right(self._starts, span.start) - 1
        return self._spans[place] if place >= 0 and self._spans[place].stop >= span.stop else None

    def without(self, span: Span) -> Iterator[Span]:
        """Yield what of a span is not done."""
        start = span.start
        place = max(0, bisect_right(self._starts, start) - 1)
        for other in self._spans[place:]:
            if other.start >= span.stop or start >= span.stop:
                break
            if other.start > start:
                yield Span(start, other.start)
            start = max(start, other.stop)
        if start < span.stop:
            yield Span(start, span.stop)
