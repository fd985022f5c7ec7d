"""A proof, walked through: six steps as plain values, from which a terminal, a page or a notebook is made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from gradcheck.errors import UsageError
from gradcheck.files import read_text
from gradcheck.proofs.formula import Value

FORMAT = "gradcheck-proof"
VERSION = 1

Plain = Any  # a number, a fraction such as "1/3", or nested lists of them


@dataclass(frozen=True)
class Fact:
    """A statement, and what was found of it.

    Attributes:
        statement: What must be so.
        found: What there was.
        holds: Whether that is it.
        by: Who says so: an engine, ``"algebra"``, ``"sympy"``, ``"traced graph"``, a law.
        concludes: Whether it is what the proof claims, which must fall once the premise is removed; all other
            facts must hold either way.
        failed: Whether an engine raised.
        reason: Whether it shows the reason that the proof states for the fall: it names what the missing premise
            lets happen, and accounts for the gap. Only a walk without the premise has such facts.
    """

    statement: str
    found: str
    holds: bool
    by: str = ""
    concludes: bool = False
    failed: bool = False
    reason: bool = False


@dataclass(frozen=True)
class Shown:
    """A line of a derivation, with its numbers.

    Without the premise, what the proof claims is still a line: one that falls. The line that takes its place has the
    same key, and stands below it.

    Attributes:
        key: The name of what is on the left, such as ``"loss2:head2/0/kernel"``: a tensor, or a cotangent.
        text: The equation in one line.
        mathml: The equation as presentation MathML.
        why: Which rule gives it.
        value: What the formula evaluates to, exactly.
        found: What TensorFlow has there; ``None`` where it has no such tensor.
        holds: Whether the two are equal.
        concludes: Whether it is what the proof claims, as of a fact.
        reason: Whether it shows the stated reason for the fall, as of a fact.
    """

    key: str
    text: str
    mathml: str
    why: str
    value: Plain
    found: Plain
    holds: bool
    concludes: bool = False
    reason: bool = False

    @property
    def fact(self) -> Fact:
        """The line as a fact."""
        found = "the same" if self.holds else "not the same"
        return Fact(self.text, found, self.holds, "algebra", self.concludes, reason=self.reason)


@dataclass(frozen=True)
class Row:
    """A row of the picture: an operation, and which losses' gradients pass back through it.

    Attributes:
        label: What it is, such as ``"dense"``.
        variable: The variables that it reads.
        parent: Index of the row that it reads from; -1 for the first.
        part: ``"trunk"``, ``"head1"`` or ``"head2"``.
        lanes: By loss, ``"starts"``, ``"carries"``, ``"cut"`` or ``"none"``.
    """

    label: str
    variables: tuple[str, ...]
    parent: int
    part: str
    lanes: Mapping[str, str]


@dataclass(frozen=True)
class Picture:
    """The graph, from the embedding down, with the paths that carry each loss's gradient back up."""

    losses: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Derivation:
    """The chain rule, line by line, and who else says so."""

    lines: tuple[Shown, ...] = ()
    facts: tuple[Fact, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Structure:
    """What the traced graph says for all values and shapes.

    Attributes:
        kinds: By loss and variable, as `gradcheck.flow` has it.
        paths: By loss and variable, the operations between them, a cut marked by ``"✕"``.
        facts: What must be so.
    """

    kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A gradient, or another array, as an engine has it; ``None`` where it is absent."""

    quantity: str
    engine: str
    values: Plain


@dataclass(frozen=True)
class Curve:
    """Points of a plot, both axes logarithmic.

    Attributes:
        name: What is plotted.
        x: What it is plotted against.
        y: Its values.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Numbers:
    """What every engine computed."""

    readings: tuple[Reading, ...] = ()
    facts: tuple[Fact, ...] = ()
    curves: tuple[Curve, ...] = ()
    remark: str = ""


@dataclass(frozen=True)
class Falsification:
    """What would falsify the claim, and what came of trying."""

    by: str = ""
    facts: tuple[Fact, ...] = ()
    command: str = ""


@dataclass(frozen=True, repr=False)
class Walk:
    """A proof at one setting, with its premise or without; printed, it tells what holds.

    Attributes:
        name: Of the proof.
        title: Of the proof.
        claim: What it claims, for a person.
        equation: What it claims, for a reader of formulas.
        premise: What must be given.
        removal: How the premise was removed; empty where it was not.
        reason: Why the conclusion then falls; empty where the premise was not removed.
        setting: The graph and the point, as JSON values.
    """

    name: str
    title: str
    claim: str
    equation: str
    premise: str
    removal: str
    reason: str
    setting: Mapping[str, Any]
    picture: Picture
    derivation: Derivation
    structure: Structure
    numbers: Numbers
    falsification: Falsification

    @property
    def facts(self) -> Iterator[Fact]:
        """Every fact of every step; a line of the derivation is one too."""
        yield from (line.fact for line in self.derivation.lines)
        for step in (self.derivation, self.structure, self.numbers, self.falsification):
            yield from step.facts

    @property
    def broken(self) -> bool:
        """Whether the premise was removed."""
        return bool(self.removal)

    @property
    def concludes(self) -> bool:
        """Whether all that the proof claims is so."""
        return all(fact.holds for fact in self.facts if fact.concludes)

    @property
    def reasons(self) -> Sequence[Fact]:
        """The facts that show the stated reason for the fall."""
        return [fact for fact in self.facts if fact.reason]

    @property
    def wrong(self) -> Sequence[Fact]:
        """The facts that are not as they must be; without the premise, none that shows the reason is wrong too."""
        if not self.broken:
            return [fact for fact in self.facts if not fact.holds]
        fallen = not self.concludes
        wrong = [fact for fact in self.facts if (not fallen if fact.concludes else not fact.holds)]
        return wrong if self.reasons else [*wrong, Fact("the stated reason is shown", "no fact shows it", False)]

    @property
    def as_stated(self) -> bool:
        """Whether the claim holds, or, without its premise, falls for the stated reason."""
        return not self.wrong

    @property
    def exit_code(self) -> int:
        """0 as stated, 1 not, 3 an engine failed."""
        failed = any(fact.failed for fact in self.facts)
        return 3 if failed else 0 if self.as_stated else 1

    def to_json(self) -> dict[str, Any]:
        """Return the walk as JSON values; `proof.schema.json` beside this file describes them."""
        values: dict[str, Any] = json.loads(json.dumps(asdict(self), allow_nan=False))
        return {"format": FORMAT, "version": VERSION, **values, "as_stated": self.as_stated}

    def __repr__(self) -> str:
        from gradcheck.proofs.notebook import walk_text

        return walk_text(self)

    def _repr_html_(self) -> str:
        from gradcheck.proofs.notebook import walk_html

        return walk_html(self)


def load_walk(path: Path) -> Walk:
    """Read a walk that ``gradcheck prove --json`` wrote.

    Raises:
        UsageError: The file is missing, corrupt, or holds no walk of this version.
    """
    try:
        stored = json.loads(read_text(path))
        if (stored["format"], stored["version"]) != (FORMAT, VERSION):
            raise ValueError(f"its format is {stored['format']} {stored['version']}")
        return walk_of(stored)
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} holds no proof that gradcheck prove --json wrote: {error}") from error


def walk_of(stored: Mapping[str, Any]) -> Walk:
    """Return the walk that `Walk.to_json` made values of."""
    picture, derivation, structure = (stored[name] for name in ("picture", "derivation", "structure"))
    numbers, falsification = stored["numbers"], stored["falsification"]
    words = ("name", "title", "claim", "equation", "premise", "removal", "reason", "setting")
    return Walk(
        **{name: stored[name] for name in words},
        picture=Picture(
            tuple(picture["losses"]),
            tuple(Row(**{**row, "variables": tuple(row["variables"])}) for row in picture["rows"]),
        ),
        derivation=Derivation(
            tuple(Shown(**line) for line in derivation["lines"]), _facts(derivation), derivation["remark"]
        ),
        structure=Structure(
            structure["kinds"], {ends: tuple(path) for ends, path in structure["paths"].items()}, _facts(structure)
        ),
        numbers=Numbers(
            tuple(Reading(**reading) for reading in numbers["readings"]),
            _facts(numbers),
            tuple(Curve(curve["name"], tuple(curve["x"]), tuple(curve["y"])) for curve in numbers["curves"]),
            numbers["remark"],
        ),
        falsification=Falsification(falsification["by"], _facts(falsification), falsification["command"]),
    )


def _facts(step: Mapping[str, Any]) -> tuple[Fact, ...]:
    return tuple(Fact(**fact) for fact in step["facts"])


def plain(value: Value) -> Plain:
    """Return numbers as JSON has them: whole numbers, decimals that are exact, fractions as ``"1/3"``."""
    if isinstance(value, np.ndarray):
        return [plain(entry) for entry in value]
    if isinstance(value, Fraction):
        exact = value.denominator & (value.denominator - 1) == 0
        return float(value) if exact else f"{value.numerator}/{value.denominator}"
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else str(value)
    return int(value)
