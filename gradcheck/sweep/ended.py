"""A point at which the process of an engine ends: kept as JSON, and tried again in a process of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradcheck.environment import describe_environment
from gradcheck.errors import EngineError, UsageError
from gradcheck.files import write_whole
from gradcheck.pool import run_all
from gradcheck.sweep.judge import judge_span
from gradcheck.sweep.plan import Plan, Span
from gradcheck.witness import check_stored, read_stored

FORMAT = "gradcheck-ended"
VERSION = 2
_FIELDS = ("plan", "point", "reason", "graph", "sizes", "environment")
_LIMIT = 3600.0


@dataclass(frozen=True)
class Ended:
    """A point that no process survives.

    Attributes:
        plan: The sweep's.
        point: The point's number.
        reason: How the process ended.
        environment: Versions, machine and flags.
    """

    plan: Plan
    point: int
    reason: str
    environment: Mapping[str, str] = field(default_factory=describe_environment)

    @property
    def name(self) -> str:
        """A file name that depends on the plan's points and the number of this one alone."""
        return f"ended-{self.plan.name}-{self.point}.json"

    @property
    def words(self) -> str:
        """Where it is, for a person."""
        sizes = ", ".join(f"{axis} {size}" for axis, size in self.plan.sizes(self.point).items())
        return f"point {self.point:,}: {self.reason}\n  {self.plan.graph(self.point)!r}\n  {sizes}"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, with the graph and the sizes for a person to read."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "plan": self.plan.to_json(),
            "point": self.point,
            "reason": self.reason,
            "graph": self.plan.graph(self.point).to_json(),
            "sizes": dict(self.plan.sizes(self.point)),
            "environment": dict(self.environment),
        }

    def save(self, folder: Path) -> Path:
        """Write it into ``folder`` and return its path."""
        path = folder / self.name
        write_whole(path, json.dumps(self.to_json(), indent=1) + "\n")
        return path


def load_ended(path: Path) -> Ended | None:
    """Read what `Ended.save` wrote; ``None`` if the file is of another format.

    Raises:
        UsageError: It is missing, corrupt or of another version.
    """
    stored = read_stored(path)
    if stored.get("format") != FORMAT:
        return None
    check_stored(path, stored, FORMAT, VERSION, _FIELDS)
    try:
        plan = Plan.from_json(stored["plan"])
        found = Ended(plan, int(stored["point"]), str(stored["reason"]), dict(stored["environment"]))
        drawn = found.to_json()
    except (TypeError, ValueError) as error:
        raise UsageError(f"{path} is not a usable witness: a field has the wrong type") from error
    if any(stored[name] != drawn[name] for name in ("graph", "sizes")):
        raise UsageError(f"{path} is not a usable witness: its plan draws another graph, or other sizes, at its point")
    return found


def try_again(ended: Ended) -> str:
    """Judge the point in a process of its own, and return how that ends; empty if it lives.

    Raises:
        EngineError: Judging raised.
    """
    tasks = {"again": (ended.plan, Span(ended.point, ended.point + 1))}
    ((_, outcome),) = run_all(judge_span, tasks, workers=1, limit=_LIMIT)
    if outcome.error is not None:
        raise EngineError(f"point {ended.point:,} cannot be judged: {outcome.error}") from outcome.error
    return outcome.killed
