"""A sweep as one HTML page that needs nothing else: no network, and no JavaScript."""

from __future__ import annotations

from gradcheck.report.page import render_page
from gradcheck.report.sweep_growth import draw_growth
from gradcheck.report.sweep_picture import buckets_of, pictures
from gradcheck.report.sweep_tables import (
    columns_of,
    environment_rows,
    full_rows,
    law_rows,
    not_drawn,
    plan_words,
    reasons,
    sentences,
    shares,
    without_error,
)
from gradcheck.report.sweep_views import again, found, verdict
from gradcheck.report.sweep_words import count_units, share_words
from gradcheck.sweep.log import Log


def sweep_page(log: Log) -> str:
    """Return a page about a sweep, finished or not; whatever its folder holds is escaped."""
    tally = log.tally
    drawn = pictures(tally.counts)
    return render_page(
        "sweep.html.jinja", ("page.css", "sweep.css"), points=log.judged, verdict=verdict(log, tally),
        found=found(log, tally), columns=[" ".join(column) for column in columns_of(tally)], laws=law_rows(tally),
        rows=full_rows(log, tally), sentences=sentences(tally), pictures=drawn, buckets=buckets_of(drawn),
        calm=without_error(tally.counts), rest=not_drawn(tally.counts, [one.law for one in drawn]),
        growth=draw_growth(log), share_words=share_words, count_units=count_units, reasons=reasons(tally),
        shares=shares(tally), environments=environment_rows(log.environments), machines=len(log.environments),
        plans=[(plan_words(plan), again(log, plan)) for plan in log.plans], timed=None in [p.points for p in log.plans],
        made_by=str(log.environments[-1].get("gradcheck", "")) if log.environments else "",
    )  # fmt: skip
