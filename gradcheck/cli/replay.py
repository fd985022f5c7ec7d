"""``gradcheck replay``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gradcheck.cli.shared import clear_errors, import_quietly
from gradcheck.errors import UsageError

if TYPE_CHECKING:
    from gradcheck.examine.witness import FindingWitness
    from gradcheck.sweep.ended import Ended
    from gradcheck.witness import Witness


def replay(
    witness: Annotated[Path, typer.Argument(help="A file that verify, ops or sweep wrote.", show_default=False)],
    script: Annotated[bool, typer.Option("--script", help="Print a script that needs only TensorFlow.")] = False,
) -> None:
    """Judge a failing case again, or print it as a script.

    Exit code: 0 the law holds or the fault is gone now, 1 it is still there, 2 wrong usage, 3 the engine or the
    operation failed.
    """
    with clear_errors():
        from gradcheck.examine.witness import is_finding, load_finding
        from gradcheck.sweep.ended import load_ended
        from gradcheck.witness import load_witness

        import_quietly()
        if (ended := load_ended(witness)) is not None:
            raise typer.Exit(1 if _ended(ended, witness, script=script) else 0)
        if is_finding(witness):
            broken = _finding(load_finding(witness), witness, script=script)
            raise typer.Exit(1 if broken else 0)
        loaded = load_witness(witness)
        if script and loaded.optimizer:
            raise UsageError(
                f"{witness} shows a step of training: there is no script of it; replay it without --script"
            )
        if script:
            from gradcheck.script import write_script

            typer.echo(write_script(loaded))
            return
        broken = _replay(loaded, witness)
    raise typer.Exit(1 if broken else 0)


def _finding(loaded: FindingWitness, path: Path, *, script: bool) -> bool:
    """Print a finding's script, or judge it again and return whether it is still there."""
    from gradcheck.examine.script import write_script
    from gradcheck.examine.witness import replay as run_replay
    from gradcheck.report.ops import describe_finding

    if script:
        typer.echo(write_script(loaded), nl=False)
        return False
    now = run_replay(loaded)
    if now is None:
        typer.echo(f"{loaded.finding.label}: {loaded.finding.doubt.what} is gone at these inputs now.")
        return False
    typer.echo("\n".join([f"{now.op}: {now.doubt.what}", *describe_finding(now, path)]))
    return True


def _ended(loaded: Ended, path: Path, *, script: bool) -> bool:
    """Judge a point at which a process ended in a new one, and return whether that ends too."""
    from dataclasses import replace

    from gradcheck.sweep.ended import try_again

    if script:
        raise UsageError(f"{path} shows a point that ends its process: there is no script of it")
    reason = try_again(loaded)
    if not reason:
        typer.echo(f"point {loaded.point:,} of seed {loaded.plan.seed}: its process lives now.")
        return False
    typer.echo(f"{replace(loaded, reason=reason).words}\n  reproduce  gradcheck replay {path}")
    return True


def _replay(loaded: Witness, path: Path) -> bool:
    from dataclasses import replace

    from gradcheck.witness import replay as run_replay

    broken = run_replay(loaded)
    for check, explanation in broken:
        now = replace(loaded, claim=check.claim, variable=check.variable, explanation=explanation)
        typer.echo(now.describe(path) + "\n")
    if not broken:
        typer.echo(f"{loaded.law} holds on engine {loaded.engine} at this point now.")
    return bool(broken)
