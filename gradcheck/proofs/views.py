"""What is told of a proof: facts with a mark and a word, those of all engines side by side, gradients once for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradcheck.proofs.walk import Fact, Numbers, Plain, Walk

KINDS = {"connected": "✓", "blocked": "✕", "independent": "–", "unused": "○"}


@dataclass(frozen=True)
class Told:
    """A fact, as a person reads it.

    Attributes:
        style, mark, word: Whether it is as it must be: with colour, without, and aloud.
    """

    style: str
    mark: str
    word: str
    statement: str
    found: str
    by: str


@dataclass(frozen=True)
class Quantity:
    """A gradient, with every value that some engine has for it: ``None`` where it is absent."""

    name: str
    values: Sequence[tuple[str, Plain]]


def told(fact: Fact, *, broken: bool) -> Told:
    """Return a fact as a person reads it."""
    style, mark, word = _judged(fact, broken)
    found = fact.found if fact.found != fact.statement else ""
    return Told(style, mark, word, fact.statement, found, fact.by)


def _judged(fact: Fact, broken: bool) -> tuple[str, str, str]:
    if fact.holds:
        return ("reason", "✓", "the reason") if broken and fact.reason else ("holds", "✓", "holds")
    return ("falls", "✕", "falls, as it must") if broken and fact.concludes else ("wrong", "✕", "does not hold")


def gathered(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Yield facts, those of sympy's that hold in one."""
    anew: list[Fact] = []
    others: list[Fact] = []
    for fact in facts:
        (anew if fact.by == "sympy" and fact.holds and fact.statement.endswith("anew") else others).append(fact)
    if anew:
        names = ", ".join(fact.statement.partition(",")[0] for fact in anew)
        found = f"{names} {'are' if len(anew) > 1 else 'is'} the same"
        yield Fact("the losses differentiated anew, by no chain rule of ours", found, True, "sympy")
    yield from others


def gathered_reasons(walk: Walk) -> dict[str, str]:
    """Return what shows the stated reason, by statement, and who says so."""
    found: dict[str, list[str]] = {}
    for fact in walk.reasons if walk.as_stated else ():
        found.setdefault(fact.statement, []).append(fact.by)
    return {statement: ", ".join(names) for statement, names in found.items()}


def by_engine(numbers: Numbers) -> tuple[list[str], dict[str, dict[str, Fact]], list[Fact]]:
    """Return engines, what several of them were asked, by statement and engine, and what one of them was."""
    by_statement: dict[str, dict[str, Fact]] = {}
    for fact in numbers.facts:
        by_statement.setdefault(fact.statement, {})[fact.by] = fact
    shared = {statement: facts for statement, facts in by_statement.items() if len(facts) > 1}
    engines = list(dict.fromkeys(engine for facts in shared.values() for engine in facts))
    return engines, shared, [fact for facts in by_statement.values() if len(facts) == 1 for fact in facts.values()]


def quantities(numbers: Numbers) -> list[Quantity]:
    """Return each gradient once for all engines that have the same."""
    engines = {reading.engine for reading in numbers.readings}
    found = []
    for name in dict.fromkeys(reading.quantity for reading in numbers.readings):
        by_value: dict[str, tuple[list[str], Plain]] = {}
        for reading in numbers.readings:
            if reading.quantity == name:
                by_value.setdefault(str(reading.values), ([], reading.values))[0].append(reading.engine)
        found.append(Quantity(name, [(_who(names, len(engines)), values) for names, values in by_value.values()]))
    return found


def _who(names: Sequence[str], count: int) -> str:
    return "all engines by entries" if len(names) == count and count > 1 else ", ".join(names)


def verdict(walk: Walk) -> tuple[str, str]:
    """Return whether the claim is shown, or falls for the stated reason: in a few words, and in a sentence."""
    count, wrong = sum(1 for _ in walk.facts), len(walk.wrong)
    if walk.broken and walk.as_stated:
        return "It falls, as it must", walk.reason
    if walk.broken and walk.concludes:
        return "The claim did not fall although its premise was removed", ""
    if walk.broken:
        return "It falls, but not for the stated reason", f"Not as they must be: {wrong} of {count} facts."
    if walk.as_stated:
        return "Shown", f"{count} facts, all as they must be."
    return "Not shown", f"{wrong} of {count} facts are not as they must be."
