"""What a person reads: the table of laws by engines, then every violation."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from gradcheck.results import Report, Verdict, Violation

_STYLES = {
    Verdict.PROVED: "green",
    Verdict.TESTED: "green",
    Verdict.VIOLATED: "bold red",
    Verdict.NOT_APPLICABLE: "dim",
    Verdict.ERROR: "bold yellow",
}


def print_report(report: Report, console: Console) -> None:
    """Print the table, the seed's claims, every violation and every error, and a closing line."""
    console.print(_table(report))
    console.print(_legend(report), style="dim")
    if report.coverage:
        console.print(_coverage(report))
    if report.claims:
        console.print(_claims(report))
    for violation in report.violations:
        console.print("\n" + escape(describe_violation(violation)), soft_wrap=True)
    for error in dict.fromkeys(error for cell in report.cells.values() for error in cell.errors):
        console.print(f"\n[bold yellow]{escape(error)}", soft_wrap=True)
    console.print("\n" + _closing(report))


def describe_violation(violation: Violation) -> str:
    """Say what was expected, what was found, where, and how to see it again."""
    return violation.witness.describe(violation.path)


def _table(report: Report) -> Table:
    table = Table(title="Laws by engines", title_justify="left", header_style="bold", row_styles=["", "on grey7"])
    table.add_column("law", no_wrap=True)
    for engine in report.engines:
        table.add_column(engine, justify="right", no_wrap=True)
    for law in report.laws:
        cells = (report.cells[law, engine] for engine in report.engines)
        table.add_row(law, *(f"[{_STYLES[cell.verdict]}]{cell.words}" for cell in cells))
    return table


def _legend(report: Report) -> str:
    lines = [
        "1,234 · 0.5   tested: comparisons at a point, and the worst error as a share of what is allowed",
        "proved        by the traced graph, for all values and shapes",
        "2^-m          proved but for this doubt, by exact agreement on random integers",
        "-             not applicable; --json says why",
    ]
    unjudged = sum(cell.ill_conditioned for cell in report.cells.values())
    if unjudged:
        lines.append(f"{unjudged:,} comparisons were left out: there, rounding alone swamps the gradient")
    return "\n".join(lines)


def _coverage(report: Report) -> Table:
    table = Table(title="Laws of a step by optimizers", title_justify="left", header_style="bold")
    table.add_column("law", no_wrap=True)
    table.add_column("optimizers", justify="right", no_wrap=True)
    table.add_column("of these, known to do otherwise", overflow="fold")
    missing: dict[str, str] = {}
    for law, coverage in report.coverage.items():
        missing |= coverage.missing
        known = [f"{len(names)}: {reason}" for reason, names in sorted(coverage.known.items())]
        table.add_row(law, f"{len(coverage.covered)} of {coverage.found}", escape("\n".join(known)))
    if missing:
        table.caption = "\n".join(f"not judged: {name}, since {reason}" for name, reason in missing.items())
        table.caption_justify = "left"
    return table


def _claims(report: Report) -> Table:
    table = Table(title="The seed's experiment, by TensorFlow 1's own API", title_justify="left", header_style="bold")
    table.add_column("claim", justify="right")
    table.add_column("", overflow="fold")
    table.add_column("verdict", no_wrap=True)
    for claim in report.claims:
        text = claim.sentence if claim.holds else f"{claim.sentence}\nexpected {claim.expected}\nfound {claim.found}"
        table.add_row(str(claim.number), escape(text), "[green]holds" if claim.holds else "[bold red]violated")
    return table


def _closing(report: Report) -> str:
    redrawn = f", {report.redrawn:,} drawn again near kinks" if report.redrawn else ""
    judged = " and ".join(_judged(report))
    done = f"{judged}{redrawn}, in {report.seconds:.0f} s"
    done = f"Interrupted; so far {done}" if report.interrupted else done[0].upper() + done[1:]
    if report.violated:
        return f"[bold red]Violated.[/] {done}."
    if report.failed:
        return f"[bold yellow]An engine failed.[/] {done}."
    if not report.judged:
        return f"[bold yellow]Nothing was judged: no law applies to what was asked for.[/] {done}."
    return f"[bold green]All laws hold.[/] {done}, TensorFlow {report.environment['tensorflow']}."


def _judged(report: Report) -> Iterator[str]:
    if report.graphs:
        yield f"{report.points:,} points on {report.graphs:,} random graphs and the golden case"
    trained = {name for coverage in report.coverage.values() for name in coverage.covered}
    if trained or not report.graphs:
        yield f"training with {len(trained)} optimizer{'s' * (len(trained) != 1)}"
