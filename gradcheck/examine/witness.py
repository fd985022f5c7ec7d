"""A finding kept as JSON: what disagrees, for one operation at one point; replayable, and printable as a script."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from gradcheck.environment import describe_environment
from gradcheck.errors import EngineError, UsageError, told, unknown
from gradcheck.examine.finding import Finding, listed
from gradcheck.files import write_whole
from gradcheck.gradient import Array
from gradcheck.op import Edge, Op, ops
from gradcheck.oracles import Doubt, Unjudged, oracles
from gradcheck.oracles.subject import Subject
from gradcheck.raised import Raised
from gradcheck.witness import check_stored, read_stored

FORMAT = "gradcheck-finding"
VERSION = 1
_FIELDS = ("op", "edge", "dtype", "oracle", "what", "expected", "found", "place", "allowed", "seed", "inputs")


@dataclass(frozen=True)
class FindingWitness:
    """A finding and where it was made.

    Attributes:
        finding: What disagrees, where, and at which values.
        no_script: Why no script can be made of it, empty if one can.
        environment: Versions, machine and flags.
    """

    finding: Finding
    no_script: str = ""
    environment: Mapping[str, str] = field(default_factory=describe_environment)

    @property
    def name(self) -> str:
        """A file name that depends on the case alone."""
        finding = self.finding
        case = json.dumps([finding.label, finding.doubt.what, finding.seed, finding.values])
        return f"finding-{hashlib.blake2b(case.encode(), digest_size=4).hexdigest()}.json"

    def to_json(self) -> dict[str, Any]:
        """Return the witness as JSON values."""
        finding, doubt = self.finding, self.finding.doubt
        return {
            "format": FORMAT,
            "version": VERSION,
            "op": finding.op,
            "edge": finding.edge,
            "dtype": finding.dtype,
            "oracle": finding.oracle,
            "what": doubt.what,
            "expected": doubt.expected,
            "found": doubt.found,
            "place": doubt.place,
            "allowed": doubt.allowed,
            "seed": finding.seed,
            "inputs": [_stored(value) for value in to_subject(finding).values],
            "no_script": self.no_script,
            "environment": dict(self.environment),
        }

    def save(self, folder: Path) -> Path:
        """Write the witness into ``folder`` and return its path."""
        path = folder / self.name
        write_whole(path, json.dumps(self.to_json(), indent=1) + "\n")
        return path


def load_finding(path: Path) -> FindingWitness:
    """Read a witness that `FindingWitness.save` wrote.

    Raises:
        UsageError: The file is missing, corrupt, of another format or version, or names what is unknown here.
    """
    stored = read_stored(path)
    check_stored(path, stored, FORMAT, VERSION, (*_FIELDS, "no_script", "environment"))
    try:
        return _from_json(stored)
    except UsageError as error:
        raise UsageError(f"{path} is not a usable witness: {error}") from error
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise UsageError(f"{path} is not a usable witness: a field has the wrong type") from error


def is_finding(path: Path) -> bool:
    """Whether a file says that it holds a finding.

    Raises:
        UsageError: It cannot be read, or is no witness at all.
    """
    return read_stored(path).get("format") == FORMAT


def _from_json(stored: Mapping[str, Any]) -> FindingWitness:
    op = ops[str(stored["op"])]
    edge = find_edge(op, str(stored["edge"]))
    dtype, seed = str(stored["dtype"]), int(stored["seed"])
    if dtype not in op.dtypes:
        raise unknown("dtype", dtype, op.dtypes)
    oracle = oracles[str(stored["oracle"])].name
    if seed < 0:
        raise UsageError(f"the seed must be 0 or more; found {seed}")
    shapes = [np.shape(value) for value in Subject(op, edge, dtype, seed).values]
    values = [_read(value) for value in stored["inputs"]]
    if [value.shape for value in values] != shapes:
        wanted, given = (", ".join(map(str, s)) or "none" for s in (shapes, [value.shape for value in values]))
        raise UsageError(f"operation {op.name} takes inputs of shapes {wanted} there; found {given}")
    allowed = stored["allowed"] if stored["allowed"] is None else float(stored["allowed"])
    what, expected, found, place = (str(stored[name]) for name in ("what", "expected", "found", "place"))
    doubt = Doubt(what, expected, found, place, allowed)
    finding = Finding(op.name, str(stored["edge"]), dtype, oracle, doubt, seed, tuple(map(listed, values)))
    return FindingWitness(finding, str(stored["no_script"]), dict(stored["environment"]))


def find_edge(op: Op, name: str) -> Edge | None:
    """Return an operation's edge, ``None`` for its usual place.

    Raises:
        UsageError: It has no such edge.
    """
    for edge in op.edges:
        if edge.name == name:
            return edge
    if name:
        raise unknown(f"edge of operation {op.name}", name, [edge.name for edge in op.edges])
    return None


def to_subject(finding: Finding) -> Subject:
    """Return where a finding is."""
    op = ops[finding.op]
    drawn = Subject(op, find_edge(op, finding.edge), finding.dtype, finding.seed)
    if not finding.values:
        return drawn
    pairs = zip(finding.values, drawn.values, strict=True)
    return drawn.at([_array(value).reshape(usual.shape) for value, usual in pairs])  # lists tell no empty shape


def judge_again(witness: FindingWitness) -> Doubt | None:
    """Return what its oracle doubts there now, ``None`` if the fault is gone.

    Raises:
        UsageError: The oracle does not apply there any more.
        EngineError: The operation itself fails there, or the oracle does.
    """
    finding, subject = witness.finding, to_subject(witness.finding)
    oracle = oracles[finding.oracle]
    if reason := oracle.why_not(subject):
        raise UsageError(f"oracle {oracle.name} does not judge {subject.label}: {reason}")
    if isinstance(subject.outputs, Raised):
        raise EngineError(f"operation {finding.op} failed: {subject.outputs}")
    try:
        return next((doubt for doubt in oracle.judge(subject) if doubt.what == finding.doubt.what), None)
    except Unjudged as error:
        raise UsageError(f"oracle {oracle.name} does not judge {subject.label}: {error}") from error
    except Exception as error:
        raise EngineError(f"oracle {oracle.name} failed: {told(error)}") from error


def replay(witness: FindingWitness) -> Finding | None:
    """Return what is found there now, ``None`` if the fault is gone; raises as `judge_again` does."""
    doubt = judge_again(witness)
    return None if doubt is None else replace(witness.finding, doubt=doubt)


def _array(value: Any) -> Array:
    if isinstance(value, Mapping):
        return np.asarray(value["real"], np.float64) + 1j * np.asarray(value["imag"], np.float64)
    return np.asarray(value, np.float64)


def _stored(value: Array) -> dict[str, Any]:
    parts = listed(value)
    return {"shape": list(value.shape), **(parts if isinstance(parts, dict) else {"real": parts})}


def _read(stored: Mapping[str, Any]) -> Array:
    shape: Sequence[int] = stored["shape"]
    return _array(stored if "imag" in stored else stored["real"]).reshape(shape)
