"""The smallest failing case: graph, point, law and engine, kept as JSON and replayable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradcheck.engines import engines
from gradcheck.entries import Entries
from gradcheck.environment import describe_environment
from gradcheck.errors import EngineError, UsageError
from gradcheck.explain import Explanation, explain
from gradcheck.files import read_text, write_whole
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import all_objectives, laws
from gradcheck.notebook.broken import Broken, broken_html
from gradcheck.point import Point
from gradcheck.training.judge import judge_law
from gradcheck.training.laws import Training, step_laws
from gradcheck.training.optimizers import choose_optimizers
from gradcheck.trial import Arena, Check, Trial

FORMAT = "gradcheck-witness"
VERSION = 1
_FIELDS = (
    "law",
    "engine",
    "peers",
    "claim",
    "variable",
    "expected",
    "found",
    "stacked",
    "graph",
    "point",
    "environment",
)


@dataclass(frozen=True, eq=False, repr=False)
class Witness:
    """A law broken by an engine, for one graph at one point; printed, it tells what is broken.

    Attributes:
        law: Name of the law.
        engine: Name of the engine.
        peers: Names of the engines it was held against.
        claim: The equation that is broken.
        variable: Whose gradient it is.
        explanation: What was expected and what was found.
        graph: The structure.
        point: Sizes and values.
        stacked: Whether the batched form was used.
        environment: Versions, machine and flags.
        optimizer: For laws of a step: name of the optimizer; otherwise empty.
        exact: Whether the point is of integers so small that nothing is rounded, so that nothing is allowed.
    """

    law: str
    engine: str
    peers: tuple[str, ...]
    claim: str
    variable: str
    explanation: Explanation
    graph: TwoHeadGraph
    point: Point
    stacked: bool = True
    environment: Mapping[str, str] = field(default_factory=describe_environment)
    optimizer: str = ""
    exact: bool = False

    @property
    def name(self) -> str:
        """A file name that depends on the case alone."""
        by = [self.law, self.engine, *([self.optimizer] if self.optimizer else [])]
        case = json.dumps([*by, self.claim, self.graph.to_json(), self.point.to_json()])
        return f"witness-{hashlib.blake2b(case.encode(), digest_size=4).hexdigest()}.json"

    @property
    def by(self) -> str:
        """What broke the law."""
        return f"{self.optimizer} on engine {self.engine}" if self.optimizer else f"engine {self.engine}"

    def describe(self, path: Path | None = None) -> str:
        """Describe it as every gradcheck error is written.

        Args:
            path: Where it was written.
        """
        shape = tuple(self.graph.shapes(self.point.sizes).get(self.variable, ()))
        sizes = ", ".join(f"{axis} {size}" for axis, size in self.point.sizes.items())
        lines = [
            f"{self.law} broken by {self.by}",
            f"  claim      {self.claim}",
            f"  expected   {self.explanation.expected}",
            f"  found      {self.explanation.found[0]}",
            *(f"             {line}" for line in self.explanation.found[1:]),
            f"  where      {self.variable}, {self.graph.dtype} {shape}",
            f"             {self.graph!r}",
            f"             {sizes}",
        ]
        return "\n".join([*lines, f"  reproduce  gradcheck replay {path}"] if path else lines)

    def __repr__(self) -> str:
        return self.describe()

    def _repr_html_(self) -> str:
        reproduce = [
            ("gradcheck.replay(witness)", "in a program"),
            (f"gradcheck replay {self.name}", "after witness.save(folder), there"),
        ]
        return broken_html(
            Broken(
                self.law, self.by, self.claim, self.variable, self.explanation, self.graph, dict(self.point.sizes),
                reproduce,
            )
        )  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Return the witness as JSON values."""
        entries = self.explanation.entries
        return {
            "format": FORMAT,
            "version": VERSION,
            "law": self.law,
            "engine": self.engine,
            "peers": list(self.peers),
            "claim": self.claim,
            "variable": self.variable,
            "expected": self.explanation.expected,
            "found": list(self.explanation.found),
            "stacked": self.stacked,
            "graph": self.graph.to_json(),
            "point": self.point.to_json(),
            "environment": dict(self.environment),
            "optimizer": self.optimizer,
            "exact": self.exact,
            "entries": entries.to_json() if entries else None,
        }

    def save(self, folder: Path) -> Path:
        """Write the witness into ``folder`` and return its path."""
        path = folder / self.name
        write_whole(path, json.dumps(self.to_json(), indent=1) + "\n")
        return path


def load_witness(path: Path) -> Witness:
    """Read a witness that `Witness.save` wrote.

    Raises:
        UsageError: The file is missing, corrupt, or not a witness of this version.
    """
    stored = read_stored(path)
    check_stored(path, stored, FORMAT, VERSION, _FIELDS)
    try:
        return _from_json(stored)
    except UsageError as error:
        raise UsageError(f"{path} is not a usable witness: {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"{path} is not a usable witness: a field has the wrong type") from error


def read_stored(path: Path) -> dict[str, Any]:
    """Read the JSON of a witness of any format.

    Raises:
        UsageError: The file is missing or corrupt.
    """
    try:
        stored = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise UsageError(f"{path} is not a witness: it is not JSON (line {error.lineno}: {error.msg})") from error
    if not isinstance(stored, dict):
        raise UsageError(f'{path} is not a witness: expected "format": "{FORMAT}"')
    return stored


def check_stored(path: Path, stored: Mapping[str, Any], form: str, version: int, fields: Sequence[str]) -> None:
    """Accept what says that it is a whole witness of a format and version.

    Raises:
        UsageError: It is not.
    """
    if stored.get("format") != form:
        raise UsageError(f'{path} is not a witness: expected "format": "{form}"')
    if stored.get("version") != version:
        raise UsageError(
            f"{path} has witness version {stored.get('version')!r}; this gradcheck reads version {version}"
        )
    missing = [name for name in fields if name not in stored]
    if missing:
        raise UsageError(f"{path} is not a whole witness: {', '.join(missing)} missing")


def _from_json(stored: Mapping[str, Any]) -> Witness:
    graph = TwoHeadGraph.from_json(stored["graph"])
    optimizer = str(stored.get("optimizer", ""))
    law = (step_laws if optimizer else laws)[stored["law"]].name
    peers = tuple(engines[name].name for name in stored["peers"])
    entries = Entries.from_json(stored["entries"]) if stored.get("entries") else None
    explanation = Explanation(str(stored["expected"]), tuple(map(str, stored["found"])), entries)
    return Witness(
        law, engines[stored["engine"]].name, peers, str(stored["claim"]), str(stored["variable"]), explanation, graph,
        Point.from_json(graph, stored["point"]), bool(stored["stacked"]), dict(stored["environment"]), optimizer,
        bool(stored.get("exact")),
    )  # fmt: skip


def replay(witness: Witness) -> list[tuple[Check, Explanation]]:
    """Judge the witness's law again, at its point, on its engine.

    Returns:
        Every check that is broken now, with what was found; none if the law holds.

    Raises:
        EngineError: The engine raised.
        UsageError: The law does not apply to this graph and engine.
    """
    broken = [check for check in _judge(witness) if check.comparison.broken.any()]
    return [(check, check.explanation or explain(check.comparison, 0)) for check in broken]


def judge_again(witness: Witness) -> Check:
    """Return the check of the witness's claim, broken or not.

    Raises:
        EngineError: The engine raised.
        UsageError: The law does not apply, or makes no such claim any more.
    """
    for check in _judge(witness):
        if check.claim == witness.claim:
            return check
    raise UsageError(f"law {witness.law} makes no such claim any more: {witness.claim}")


def _judge(witness: Witness) -> list[Check]:
    return _judge_step(witness) if witness.optimizer else _judge_gradients(witness)


def _judge_step(witness: Witness) -> list[Check]:
    (optimizer, *_) = choose_optimizers([witness.optimizer])
    training = Training(witness.graph, witness.point, optimizer, witness.engine)
    judgement = judge_law(step_laws[witness.law], training)
    if judgement.error:
        raise EngineError(judgement.error)
    return list(judgement.held)


def _judge_gradients(witness: Witness) -> list[Check]:
    law, engine = laws[witness.law], engines[witness.engine]
    if reason := law.why_not(witness.graph, engine):
        raise UsageError(f"law {law.name} does not apply to this graph on engine {engine.name}: {reason}")
    points = witness.point.stacked()
    arena = Arena(witness.graph, points, all_objectives(), stacked=witness.stacked, exact=witness.exact)
    return list(law.judge(Trial(arena, engine, tuple(engines[name] for name in witness.peers))))
