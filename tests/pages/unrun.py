"""Commands that no test runs, and why. Each is parsed all the same: its options must be there, and what it installs."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import typer

from gradcheck.cli import app

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

TOP = Path(__file__).parent.parent.parent
NETWORK = "it installs, which needs a network"
BY_CI = "CI runs it itself"
UPGRADE = "it installs TensorFlow, in minutes; tests/upgrade runs it on versions that are made up"
SWEEP = "it takes minutes or hours; tests/sweep runs smaller ones"
OPS = "it takes minutes; CI runs gradcheck ops, and tests/examine its parts"
VERIFY = "it takes a minute; CI runs gradcheck verify, and tests/test_cli.py its options"
PROVE = "it takes some seconds; tests/proofs walks through every proof"
BASELINE = "it records in processes of their own; tests/baseline runs it"
# By the beginning of a command.
UNRUN = {
    "pip install": NETWORK,
    "python3 -m venv .venv && .venv/bin/pip install": BY_CI,
    "python3 -m venv": NETWORK,
    ".venv/bin/pip install": NETWORK,
    ".venv/bin/python -m pytest": BY_CI,
    ".venv/bin/python -m sphinx": BY_CI,
    ".venv/bin/ruff": BY_CI,
    "gradcheck upgrade": UPGRADE,
    "gradcheck sweep": SWEEP,
    "gradcheck ops": OPS,
    "gradcheck coverage": OPS,
    "gradcheck verify --law": VERIFY,
    "gradcheck verify --optimizer": VERIFY,
    "gradcheck verify --layer": VERIFY,
    "gradcheck routes": "it takes minutes; tests/test_docs.py makes its table",
    "gradcheck prove": PROVE,
    "gradcheck baseline": BASELINE,
}


def check_unrun(line: str, place: str) -> str | None:
    """Return why a command is not run, having parsed it; ``None`` for one that is run.

    Args:
        line: The command.
        place: Where it stands.

    Raises:
        AssertionError: It has an option or installs an extra that does not exist.
    """
    reason = next((UNRUN[start] for start in UNRUN if line.startswith(start)), None)
    if reason is None:
        return None
    if line.startswith("gradcheck "):
        _parse(shlex.split(line, comments=True)[1:], place)
    for extras in re.findall(r"(?:gradcheck|\.)\[([\w,]+)\]", line):
        unknown = set(extras.split(",")) - set(known_extras())
        assert not unknown, f"{place}: there is no extra {', '.join(unknown)}"
    return reason


def known_extras() -> list[str]:
    """Return the names of the optional dependencies."""
    stored = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    return list(stored["project"]["optional-dependencies"])


def _parse(words: list[str], place: str) -> None:
    command = typer.main.get_command(app)
    context = None
    try:
        while True:
            context = command.make_context(words[0] if words else "gradcheck", list(words), parent=context)
            rest = [*getattr(context, "_protected_args", []), *context.args]
            if not hasattr(command, "resolve_command") or not rest:
                return
            _, command, words = command.resolve_command(context, rest)
    except Exception as error:
        raise AssertionError(f"{place}: {shlex.join(words)}: {error}") from error
