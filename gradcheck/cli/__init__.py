"""The command line; each command stands in a module of its name."""

from __future__ import annotations

import typer

from gradcheck.cli import baseline, flow, ops, prove, replay, routes, sweep, upgrade, verify

app = typer.Typer(
    name="gradcheck",
    help="State which gradients must be equal, different, absent or untouched, and check it on real TensorFlow.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    verify.verify, replay.replay, routes.routes, flow.flow, prove.prove, ops.ops, ops.coverage, upgrade.upgrade,
):  # fmt: skip
    app.command()(command)
app.add_typer(baseline.baseline, name="baseline")
app.add_typer(sweep.sweep, name="sweep")


def main() -> None:
    """Run the command line."""
    app()
