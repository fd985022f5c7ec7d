"""Verdicts as a notebook shows them: one alone, one law on one engine, and a table of laws by engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gradcheck.notebook.fragment import render
from gradcheck.notebook.words import Badge, badge


@dataclass(frozen=True)
class Judged:
    """What is known of a law on an engine, as it is shown.

    Attributes:
        verdict: Its value.
        words: What is said of it in a table.
        facts: What was counted, each with its name.
        notes: Why the law did not apply, or what was raised.
    """

    verdict: str
    words: str
    facts: Sequence[tuple[str, str]] = ()
    notes: Sequence[str] = ()

    @property
    def badge(self) -> Badge:
        """How the verdict is shown."""
        return badge(self.verdict)


@dataclass(frozen=True)
class ClaimShown:
    """A claim of the seed's experiment, as it is shown."""

    sentence: str
    expected: str
    found: str
    holds: bool

    @property
    def badge(self) -> Badge:
        """How its outcome is shown."""
        return badge("tested", "holds") if self.holds else badge("violated")


def verdict_html(verdict: str) -> str:
    """Return a verdict with what it means."""
    return str(render("verdict.html.jinja", badge=badge(verdict)))


def judged_html(judged: Judged) -> str:
    """Return what is known of a law on an engine, with what was counted."""
    return str(render("judged.html.jinja", judged=judged))


def report_html(
    cells: Mapping[tuple[str, str], Judged],
    claims: Sequence[ClaimShown],
    broken: Sequence[tuple[str, str]],
    closing: str,
) -> str:
    """Return a table of laws by engines, and every broken law below it.

    Args:
        cells: By names of law and engine.
        claims: Of the seed's experiment.
        broken: What is broken, in a line, and a fragment of HTML that tells it.
        closing: What was judged, in a line.
    """
    laws, engines = (list(dict.fromkeys(key[place] for key in cells)) for place in (0, 1))
    shown = {judged.verdict: judged.badge for judged in cells.values()}
    fragment = render(
        "report.html.jinja", cells=cells, laws=laws, engines=engines, legend=list(shown.values()), claims=claims,
        broken=[(line, Markup(fragment)) for line, fragment in broken], closing=closing,
    )  # fmt: skip
    return str(fragment)
