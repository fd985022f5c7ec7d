"""A flow as plain values: what programs read, what reports are made from, and how two tables differ."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from gradcheck.environment import describe_environment
from gradcheck.errors import UsageError
from gradcheck.files import read_text
from gradcheck.flow.cell import Cell, Kind
from gradcheck.flow.paths import Step
from gradcheck.flow.result import Flow
from gradcheck.flow.stages import shorten
from gradcheck.flow.words import label

FORMAT = "gradcheck-flow"
VERSION = 1
Table = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Difference:
    """A cell that is not as expected.

    Attributes:
        expected, found: Its kind; ``None`` where that table has no such cell.
    """

    loss: str
    variable: str
    expected: str | None
    found: str | None


def find_differences(expected: Table, found: Table) -> list[Difference]:
    """Return the cells of two tables whose kinds are not the same, in the order of what was found."""
    places = dict.fromkeys((loss, name) for table in (found, expected) for loss, row in table.items() for name in row)
    both = ((loss, name, expected.get(loss, {}).get(name), found.get(loss, {}).get(name)) for loss, name in places)
    return [Difference(*cell) for cell in both if cell[2] != cell[3]]


def to_values(flow: Flow, *, explained: Cell | None = None) -> dict[str, Any]:
    """Return a flow as JSON values; `flow.schema.json` beside this file describes them.

    Args:
        flow: The table.
        explained: A cell whose whole path goes with it; the others show only their cuts.
    """
    path = explained and {
        "loss": explained.loss,
        "variable": explained.variable,
        "path": [_step(step) for step in explained.path],
    }
    return {
        "format": FORMAT,
        "version": VERSION,
        "environment": describe_environment(),
        "losses": list(flow.losses),
        "variables": list(flow.variables),
        "cells": [_cell(flow.cells[loss, name]) for loss in flow.losses for name in flow.variables],
        "explained": path,
    }


def to_json(flow: Flow, *, explained: Cell | None = None) -> str:
    """Return a flow as JSON text."""
    return json.dumps(to_values(flow, explained=explained), indent=1) + "\n"


def load_table(path: Path, *, globs: tuple[str, ...] = ()) -> dict[str, dict[str, str]]:
    """Read the kinds from a flow that was written as JSON.

    Args:
        path: The file.
        globs: Names or globs of the variables that are wanted; all if none is given.

    Raises:
        UsageError: The file cannot be read, or holds no flow.
    """
    try:
        stored = json.loads(read_text(path))
        if (stored["format"], stored["version"]) != (FORMAT, VERSION):
            raise ValueError(f"its format is {stored['format']} {stored['version']}")
        table: dict[str, dict[str, str]] = {loss: {} for loss in stored["losses"]}
        for cell in stored["cells"]:
            table[cell["loss"]][cell["variable"]] = Kind(cell["kind"]).value
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} holds no flow that gradcheck flow --json wrote: {_told(error)}") from error
    return {loss: {name: kind for name, kind in row.items() if _wanted(name, globs)} for loss, row in table.items()}


def _wanted(name: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(name == glob or fnmatchcase(name, glob) for glob in globs)


def _told(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "loss": cell.loss,
        "variable": cell.variable,
        "kind": cell.kind.value,
        "label": label(cell),
        "cuts": [_step(step) for step in cell.cuts],
        "norms": [_norm(norm) for norm in cell.norms],
        "dead": cell.dead,
        "disagreement": cell.disagreement,
    }


def _step(step: Step) -> dict[str, Any]:
    return asdict(replace(step, file=shorten(step.file)))


def _norm(norm: float | None) -> float | str | None:
    """Return a norm as JSON can hold it, which knows neither infinity nor NaN."""
    return norm if norm is None or math.isfinite(norm) else str(norm)
