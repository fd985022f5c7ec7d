"""A comparison of baselines as one HTML page that needs nothing else: no network, and no JavaScript to be read."""

from __future__ import annotations

from collections.abc import Sequence

from gradcheck.baseline.compare import Comparison, Kind, Verdict
from gradcheck.errors import UsageError
from gradcheck.report.baseline_histogram import histograms
from gradcheck.report.baseline_views import change_rows, counts, environments, heat_map, outcome
from gradcheck.report.baseline_words import (
    ADVICE,
    MARKS,
    MEANINGS,
    VERDICT_MARKS,
    listed,
    style,
    version_names,
)
from gradcheck.report.baseline_worst import find_worst
from gradcheck.report.page import render_page
from gradcheck.report.reproduce import Problems


def comparison_page(comparisons: Sequence[Comparison], problems: Problems | None = None, *, file: str = "FILE") -> str:
    """Return a page about one recording, held against one or several later versions.

    Whatever a stranger's baseline holds is escaped, and the page's own policy lets nothing run but its own script.

    Args:
        comparisons: All of the same first recording.
        problems: What it recorded; with it, worst cases of two-head graphs come with a script.
        file: Its name, for the commands that compute a case again.

    Raises:
        UsageError: There is no comparison.
    """
    if not comparisons:
        raise UsageError("a page needs at least one comparison; found none")
    versions = version_names(comparisons)
    rows, total = change_rows(comparisons, versions)
    heat = heat_map(comparisons)
    verdict = Verdict.worst(comparison.verdict for comparison in comparisons)
    kinds = [kind for kind in Kind if any(comparison.counts[kind] for comparison in comparisons)]
    return render_page(
        "baseline.html.jinja", ("page.css", "baseline.css"), "baseline.js", before=comparisons[0].before,
        versions=versions, several=len(versions) > 1, verdict=verdict, mark=VERDICT_MARKS[verdict],
        advice=ADVICE[verdict], outcomes=[outcome(*pair) for pair in zip(comparisons, versions, strict=True)],
        legend=[(style(kind), MARKS[kind], kind.value, MEANINGS[kind]) for kind in kinds],
        accepted=any(row.accepted for row in rows), heat=[row for row in heat if not row.calm],
        calm=[row.problem for row in heat if row.calm], listed=listed,
        histograms=[(v, histograms(c)) for c, v in zip(comparisons, versions, strict=True)],
        worst=find_worst(comparisons, versions, problems or {}, file), environments=environments(comparisons),
        counts=[(v, counts(c)) for c, v in zip(comparisons, versions, strict=True)], rows=rows, total=total,
        made_by=comparisons[-1].after.get("gradcheck", ""),
    )  # fmt: skip
