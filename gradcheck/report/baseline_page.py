"""A comparison of baselines as one HTML page that needs nothing else: no network, and no JavaScript to be read."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

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
    shown,
    style,
    version_names,
)
from gradcheck.report.baseline_worst import find_worst
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
    css, script = _source("baseline.css"), _source("baseline.js")
    return (
        _environment()
        .get_template("baseline.html.jinja")
        .render(
            css=css, script=script, css_hash=_hash(css), script_hash=_hash(script), before=comparisons[0].before,
            versions=versions, several=len(versions) > 1, verdict=verdict, mark=VERDICT_MARKS[verdict],
            advice=ADVICE[verdict], outcomes=[outcome(*pair) for pair in zip(comparisons, versions, strict=True)],
            legend=[(style(kind), MARKS[kind], kind.value, MEANINGS[kind]) for kind in kinds],
            accepted=any(row.accepted for row in rows), heat=[row for row in heat if not row.calm],
            calm=[row.problem for row in heat if row.calm], listed=listed,
            histograms=[(v, histograms(c)) for c, v in zip(comparisons, versions, strict=True)],
            worst=find_worst(comparisons, versions, problems or {}, file), environments=environments(comparisons),
            counts=[(v, counts(c)) for c, v in zip(comparisons, versions, strict=True)], rows=rows, total=total,
            made_by=comparisons[-1].after.get("gradcheck", ""),
        )
    )  # fmt: skip


def _source(name: str) -> Markup:
    """Return a file that goes into the page as it is."""
    environment = _environment()
    assert environment.loader
    return Markup(environment.loader.get_source(environment, name)[0].strip())


def _hash(source: str) -> str:
    """Return what a policy calls a script or style by."""
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("gradcheck.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=shown,
    )
