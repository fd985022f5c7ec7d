"""``gradcheck routes``."""

from __future__ import annotations

from typing import Annotated

import typer

from gradcheck.cli.shared import Optimizers, clear_errors, console, import_quietly, progress


def routes(
    optimizer: Optimizers = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as markdown.")] = False,
) -> None:
    """Compare the ways to train two heads apart, on every kind of optimizer.

    Exit code: 0, or 2 for wrong usage.
    """
    with clear_errors():
        from gradcheck.training.optimizers import choose_optimizers
        from gradcheck.training.plan import one_of_each
        from gradcheck.training.table import compare_routes

        import_quietly()
        chosen = choose_optimizers(optimizer or ())
        with progress() as update:
            rows = list(compare_routes(chosen if optimizer else one_of_each(chosen), progress=update))
        from gradcheck.report.routes import print_routes, routes_markdown

        if markdown:
            typer.echo(routes_markdown(rows), nl=False)
        else:
            print_routes(rows, console())
