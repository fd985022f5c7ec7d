"""What the page of a sweep says first: the verdict in words and numbers, what was found, and how to go on."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gradcheck.report.sweep import causes, ended_file, graph_number, replay, where
from gradcheck.report.sweep_outcome import Outcome, broken_laws, doubts, judged_nowhere, outcome, proof_words
from gradcheck.report.sweep_words import counted
from gradcheck.sweep.log import Done, Log
from gradcheck.sweep.plan import MOST_POINTS, Plan
from gradcheck.sweep.tally import Tally

_MOST_ENDED = 20  # points at which a process ended; the log has them all


@dataclass(frozen=True)
class Verdict:
    """What became of a sweep.

    Attributes:
        numbers: The style, the number and what is counted, for each.
        go_on: The command that judges what is left; empty where nothing is, or no one command does.
    """

    style: str
    mark: str
    words: str
    sentences: Sequence[str]
    numbers: Sequence[tuple[str, str, str]]
    go_on: str


def verdict(log: Log, tally: Tally) -> Verdict:
    """Return the verdict of a sweep, finished or not."""
    found = outcome(tally)
    sentences = [*_sentences(log, tally, found), *(f"{one}." for one in judged_nowhere(log, tally))]
    return Verdict(found.style, found.mark, found.words, sentences, _numbers(log, tally), _go_on(log))


def _sentences(log: Log, tally: Tally, found: Outcome) -> list[str]:
    proof = [f"{words}."] if (words := proof_words(tally)) else []
    if found.code == 1:
        return [f"Broken: {', '.join(broken_laws(tally))}. " + ("The causes are below." if log.causes else _UNKNOWN)]
    if found.code == 3:
        points = counted(sum(tally.errors.values()), "point")
        return [f"No law is broken. What failed, at {points}, is below.", *proof]
    return ["No law is broken at any point judged.", *proof] if found.code == 0 else []


_UNKNOWN = "No cause is known yet: the sweep looks into broken points while it goes on."


def _numbers(log: Log, tally: Tally) -> list[tuple[str, str, str]]:
    graphs = len({graph_number(log, done.span.start) for done in log.done})
    of = f" of {log.points:,}" if log.points and log.points != log.judged else ""
    parts = [{key[place] for key in tally.counts} for place in range(3)]
    checks = sum(count.judged for count in tally.counts.values())
    found = [
        ("", log.judged, f"points{of}" if of else "point"),
        ("", graphs, "graph"),
        *(("", len(names), what) for names, what in zip(parts, ("law", "engine", "dtype"), strict=True)),
        ("", checks, "check"),
        ("unsafe" if tally.broken else "safe", tally.broken, "checks broken"),
        *(("review", number, what) for number, what in _left_out(tally) if number),
    ]
    told = [(style, f"{number:,}", what if " " in what else _many(number, what)) for style, number, what in found]
    least = doubts(tally).values()
    return told + ([("safe", f"2^-{min(least):,}", "doubt at most")] if least else [])


def _left_out(tally: Tally) -> list[tuple[int, str]]:
    return [(tally.kinked, "left out at kinks"), (tally.inexact, "left out where no integers are exact")]


def _many(number: int, what: str) -> str:
    return what if number == 1 else f"{what}s"


def _go_on(log: Log) -> str:
    """Return the command that judges what is left of a sweep, which a merge of several is not."""
    if len(log.plans) > 1 or log.points is None or not any(log.missing()):
        return ""
    return f"gradcheck sweep --resume {shlex.quote(str(log.folder))}"


def again(log: Log, plan: Plan) -> str:
    """Return the command that judges a plan's points once more."""
    words = ["gradcheck sweep", f"--points {plan.points}" if plan.points else "--time 1h", f"--seed {plan.seed}"]
    words += [f"--engine {shlex.quote(name)}" for name in plan.engines]
    words += [f"--law {shlex.quote(name)}" for name in plan.laws]
    words += [f"--dtype {name}" for name in plan.dtypes] + (["--exact"] if plan.exact else [])
    words += [f"--part {log.part[0]}/{log.part[1]}"] if log.part != (1, 1) else []
    return " ".join([*words, "--out again"])


# --- what was found ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """Something that needs a look.

    Attributes:
        said: What an engine raised, as it said it.
        places: Where it was.
        graph: The structure, as Python.
        commands: What judges it again.
    """

    style: str
    words: str
    sentence: str = ""
    said: str = ""
    places: Sequence[str] = ()
    graph: str = ""
    commands: Sequence[str] = ()


def found(log: Log, tally: Tally) -> list[Found]:
    """Return every cause, every error of an engine and every point at which a process ended."""
    return [*_causes(log), *_errors(log, tally), *_ended(log)]


def _causes(log: Log) -> Iterator[Found]:
    for cause, graphs in causes(log):
        number = cause.broken.point
        sentence = f"First seen at {where(log, number)}. Seen in {counted(graphs, 'graph')}."
        graph = repr(log.plans[number // MOST_POINTS].graph(number % MOST_POINTS))
        commands = [replay(log.folder / Path(cause.witness).name)] if cause.witness else []
        yield Found("beyond", cause.words, sentence, graph=graph, commands=commands)


def _errors(log: Log, tally: Tally) -> Iterator[Found]:
    """Yield what engines raised, but for the points that `_ended` tells of."""
    told = Counter[str]()
    for done in _singly(log):
        told[done.killed] += 1
    for (engine, message), points in tally.errors.items():
        if points > told[message]:
            words = f"{engine} failed at {counted(points - told[message], 'point')}"
            yield Found("error", words, said=message)


def _ended(log: Log) -> Iterator[Found]:
    every = list(_singly(log))
    for reason in dict.fromkeys(done.killed for done in every):
        same = [done for done in every if done.killed == reason]
        shown = same[:_MOST_ENDED]
        sentence = f"The first {len(shown)}:" if len(shown) < len(same) else ""
        places = [where(log, done.span.start) for done in shown]
        commands = [replay(file) for done in shown if (file := ended_file(log, done))]
        words = f"A process ended at {counted(len(same), 'point')}"
        yield Found("error", words, sentence, reason, places, commands=commands)


def _singly(log: Log) -> Iterator[Done]:
    """Yield the points at which a process ended, of which each has its file."""
    return (done for done in log.done if ended_file(log, done))
