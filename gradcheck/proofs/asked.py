"""Where a person asks for a proof: graphs and sizes as words, and what is drawn where nothing is said."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from gradcheck.engines import Engine, View
from gradcheck.engines import engines as all_engines
from gradcheck.errors import UsageError, unknown
from gradcheck.files import read_text
from gradcheck.golden import GOLDEN_GRAPH
from gradcheck.graph import BLOCKS, Sizes, TwoHeadGraph
from gradcheck.proofs import Proof, proofs, walk_through
from gradcheck.proofs.case import Case
from gradcheck.proofs.setting import Setting, usual_sizes
from gradcheck.proofs.symbolic import load_sympy
from gradcheck.proofs.walk import Walk
from gradcheck.sample import sample_graph

_FORM = 'a graph is given by words such as "trunk=dense wiring=parallel", by its repr, or by a file'


def prove(
    name: str,
    *,
    graph: TwoHeadGraph | str | None = None,
    seed: int | None = None,
    sizes: str | None = None,
    without_premise: bool = False,
    engines: Sequence[str] = (),
) -> Walk:
    """Walk through a proof, as ``gradcheck prove`` does.

    Args:
        name: Which proof.
        graph: The graph, or words such as ``"trunk=dense wiring=parallel"``; the golden case's if not given.
        seed: Which numbers, and which random graph if none is given.
        sizes: Such as ``"batch=2,embedding=3"``, or one number for all.
        without_premise: Whether the premise is removed first.
        engines: Names of the engines that compute; all if none is given.

    Returns:
        The six steps as plain values.

    Raises:
        UsageError: A name or a word is not known, the proof cannot be shown there, or sympy is not installed.
    """
    proof = proofs[name]
    load_sympy()
    setting = find_setting(proof, repr(graph) if isinstance(graph, TwoHeadGraph) else graph, seed, sizes)
    chosen = choose_engines(engines) if engines else tuple(all_engines)
    return walk_through(proof, Case(setting, without_premise, chosen))


def find_setting(proof: Proof, graph: str | None, seed: int | None, sizes: str | None) -> Setting:
    """Return where a proof is to be shown: where it usually is, if nothing is said.

    Args:
        proof: Which.
        graph: Words, a repr or a file; a random one that fits the proof if only a seed is given.
        seed: Which graph and numbers.
        sizes: Sizes as words.

    Raises:
        UsageError: A word is none, or the proof's premise does not hold there.
    """
    usual = proof.usual()
    if seed is not None and seed < 0:
        raise UsageError(f"seed must be at least 0; found {seed}")
    if graph is None and seed is None and sizes is None:
        return usual
    if graph is not None:
        chosen, name = parse_graph(graph, usual.graph), "the graph given"
    elif seed is not None:
        chosen, name = proof.fit(sample_graph(seed, 0, ("float64",))), f"random graph {seed}"
    else:
        chosen, name = usual.graph, f"{usual.name}, in other sizes"
    found = proof.draw(chosen, dict(parse_sizes(sizes, chosen)), seed or 0, name)
    if (reason := proof.why_not(found)) is not None:
        raise UsageError(f"{proof.name} cannot be shown there: {reason}")
    return found


def choose_engines(names: Sequence[str]) -> tuple[Engine, ...]:
    """Return engines by name, one that shows every entry first: derivations are held against entries.

    Raises:
        UsageError: A name is not known, or none of them shows entries.
    """
    chosen = tuple(all_engines[name] for name in dict.fromkeys(names))
    entries = [engine for engine in chosen if engine.view is View.ENTRIES]
    if not entries:
        known = ", ".join(engine.name for engine in all_engines if engine.view is View.ENTRIES)
        raise UsageError(f"a proof needs an engine that shows every entry: add one of {known}")
    return (*entries, *(engine for engine in chosen if engine not in entries))


def parse_graph(text: str, usual: TwoHeadGraph = GOLDEN_GRAPH) -> TwoHeadGraph:
    """Return the graph that words, a repr or a file stand for.

    Args:
        text: Such as ``"trunk=dense,dense_bias wiring=parallel"``.
        usual: What is not named is as in this one.

    Raises:
        UsageError: It is no graph.
    """
    if text.strip().startswith("TwoHeadGraph("):
        return usual.changed(**_of_repr(text.strip()))
    if "=" in text:
        return usual.changed(**_of_words(text))
    return _of_file(Path(text))


def parse_sizes(text: str | None, graph: TwoHeadGraph) -> Sizes:
    """Return sizes by axis; those that are not named are small.

    Raises:
        UsageError: A size is no number, or its axis is not the graph's.
    """
    found = dict(usual_sizes(graph))
    if text is None:
        return found
    if text.strip().isdecimal():
        return dict.fromkeys(found, int(text))
    for word in text.replace(",", " ").split():
        axis, _, size = word.partition("=")
        if not size.isdecimal():
            raise UsageError(f'sizes must be such as "batch=2,embedding=3", or one number for all; found {word!r}')
        if axis not in found:
            raise unknown("size", axis, found)
        found[axis] = int(size)
    return found


def _of_words(text: str) -> dict[str, Any]:
    known = [field.name for field in fields(TwoHeadGraph)]
    found: dict[str, Any] = {}
    for word in text.split():
        name, sign, value = word.partition("=")
        if not sign:
            raise UsageError(f"{_FORM}; found {word!r}")
        if name not in known:
            raise unknown("part of a graph", name, known)
        found[name] = tuple(filter(None, value.split(","))) if name in BLOCKS else value
    return found


def _of_repr(text: str) -> Mapping[str, Any]:
    try:
        call = ast.parse(text, mode="eval").body
        assert isinstance(call, ast.Call) and not call.args
        found = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    except (SyntaxError, ValueError, AssertionError) as error:
        raise UsageError(f"{_FORM}; found {text!r:.80}") from error
    known = [field.name for field in fields(TwoHeadGraph)]
    for name in found:
        if name not in known:
            raise unknown("part of a graph", name, known)
    return found


def _of_file(path: Path) -> TwoHeadGraph:
    if not path.exists():
        raise UsageError(f"{_FORM}; there is no file {path}")
    try:
        stored = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise UsageError(f"{path} holds no graph: it is not JSON (line {error.lineno}: {error.msg})") from error
    inner = stored.get("graph", stored) if isinstance(stored, Mapping) else stored
    return TwoHeadGraph.from_json(inner)
