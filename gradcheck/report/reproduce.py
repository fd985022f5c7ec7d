"""How a reader computes a changed answer again: by a script that needs only TensorFlow, or by commands."""

from __future__ import annotations

import glob
import shlex
from collections.abc import Mapping
from typing import Any

import numpy as np

from gradcheck.baseline.case import Answer, Case, Sort
from gradcheck.baseline.compare import Change
from gradcheck.engines import Engine, engines
from gradcheck.errors import GradcheckError
from gradcheck.gradient import Array, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import all_objectives
from gradcheck.objective import Objective
from gradcheck.point import Point
from gradcheck.raised import Raised
from gradcheck.script import write_gradient_script

Problems = Mapping[str, Mapping[str, Any]]
_LONGEST = 40_000  # signs of a script in a report


def find_script(change: Change, problems: Problems, before: str, after: str) -> str | None:
    """Return a script that takes the changed gradient of a two-head graph again; ``None`` where none can.

    Args:
        change: What changed; its names may come from anywhere, and none goes into the script unless it is known here.
        problems: What was recorded.
        before, after: The versions that gave the two answers.
    """
    problem = problems.get(change.case.problem, {})
    if change.case.sort is not Sort.GRADIENT or problem.get("kind") != "graph":
        return None
    try:
        graph = TwoHeadGraph.from_json(problem["graph"])
        index, engine, objective = _parse(change.case)
        point = Point.from_json(graph, problem["points"][index])
        if change.part not in graph.variables:
            return None
        recorded = {
            f"TensorFlow {version}, {when}": _plain(answer)
            for when, version, answer in (("before", before, change.before), ("after", after, change.after))
        }
        script = write_gradient_script(graph, point, engine, objective, change.part, recorded)
    # Whatever a stranger's file holds in place of a problem is no reason to write no report.
    except (GradcheckError, LookupError, TypeError, ValueError, AttributeError, OSError):
        return None
    return script if len(script) <= _LONGEST else None


def commands(change: Change, file: str, before: str, after: str, *, target: bool = False) -> list[str]:
    """Return the lines of a shell that record exactly the problem of a change with both versions, and compare them.

    Args:
        change: What changed.
        file: The recording.
        before, after: The versions of TensorFlow.
        target: Whether the problem is a function of the user's own, which is run only where they name it.
    """
    only = shlex.quote(glob.escape(change.case.problem))
    if not only.isprintable():
        return []
    named = " --target MODULE:FUNCTION" if target else ""
    record = f"--like {shlex.quote(file)} --only {only}{named}"
    return [
        f"# with TensorFlow {_one_line(before)}",
        f"gradcheck baseline record before.safetensors {record}",
        f"# with TensorFlow {_one_line(after)}",
        f"gradcheck baseline record after.safetensors {record}",
        "gradcheck baseline compare before.safetensors after.safetensors",
    ]


def _parse(case: Case) -> tuple[int, Engine, Objective]:
    """Return point, engine and objective from a name such as ``"graph-007.0/xla/loss1 + loss2"``."""
    index, engine, objective = case.name[len(case.problem) + 1 :].split("/", 2)
    known = {str(one): one for one in all_objectives()}
    return int(index), engines[engine], known[objective]


def _plain(answer: Answer) -> Array | str | None:
    if isinstance(answer, Unconnected):
        return None
    if isinstance(answer, Raised):
        return answer.kind
    return answer if isinstance(answer, str) else np.asarray(answer, np.float64)


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
