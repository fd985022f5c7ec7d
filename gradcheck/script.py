"""A witness as a Python script that needs only TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gradcheck.compare import Comparison
from gradcheck.directions import directions
from gradcheck.engines import Engine, View, engines
from gradcheck.errors import UsageError
from gradcheck.gradient import Array, Gradient, MaybeGradient, Term, Unconnected
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.layer import Apply, Layer
from gradcheck.objective import Objective
from gradcheck.point import Point
from gradcheck.source import Sliced, Unsliceable, slice_calls
from gradcheck.witness import Witness, judge_again

_FOLDER = Path(__file__).parent
# What a script calls its own things, so that no layer may be called so.
_RESERVED = (
    *("VALUES", "VARIABLES", "INTEGERS", "DIRECTIONS", "UNCONNECTED", "typed", "losses", "as_array", "along", "holds"),
    *("compared", "expected", "found", "recorded", "values", "stop_gradient", "x"),
    *("trunk", "output1", "output2", "loss1", "loss2"),
    *(f"objective{i}" for i in range(16)),
)
_INPUTS = {name: f'values["{name}"]' for name in ("a", "b", "u", "v")} | {"zero": "tf.zeros_like(loss2)"}


def write_script(witness: Witness) -> str:
    """Return the source of a script that computes both sides of the claim and prints BUG or OK.

    The layers' own code goes into it, with all that it names; each value of the point is written out.

    Raises:
        EngineError: The engine raised.
        UsageError: The law makes no such claim any more, or does not say what it computed, or a layer or loss cannot
            be written out.
    """
    compared = judge_again(witness).comparison
    if isinstance(compared.found, Gradient) and not compared.found.terms:
        raise UsageError(f"law {witness.law} does not say how to compute what it found, so that no script can")
    if any(term.through for term in compared.found.terms):
        raise UsageError(f"law {witness.law} compares with a transform of training, which no script spells out")
    expected = _derived(compared)
    terms = (*expected.terms, *compared.found.terms)
    names = {objective: f"objective{i}" for i, objective in enumerate(dict.fromkeys(t.objective for t in terms))}
    used = [engines[name] for name in dict.fromkeys(term.engine for term in terms)]
    projected = isinstance(compared.found, Gradient) and compared.found.projected
    looks_along = projected or any(engine.view is View.DIRECTIONS for engine in used)
    return _render(
        "script.py.jinja",
        **_model(witness.graph, witness.point),
        title=_title(witness),
        objectives=[_objective(name, objective) for objective, name in names.items()],
        engines=[engine.script.strip() for engine in used],
        directions=_directions(witness.point, terms) if looks_along else {},
        projected=projected,
        expected=_side(expected, names, projected=projected),
        found=_side(compared.found, names, projected=projected),
        relation=compared.relation,
        allowed=_allowed(compared),
    )


def write_gradient_script(
    graph: TwoHeadGraph,
    point: Point,
    engine: Engine,
    objective: Objective,
    variable: str,
    recorded: Mapping[str, Array | str | None],
) -> str:
    """Return the source of a script that computes one gradient as an engine does, and holds it against recorded ones.

    Args:
        recorded: What was found elsewhere, by where: an array, ``None`` for no gradient, or the name of an error.
    """
    names = {objective: "objective0"}
    term = Term(objective, variable, np.ones(1), engine.name, graph.dtype)
    looks_along = engine.view is View.DIRECTIONS
    return _render(
        "script_gradient.py.jinja",
        **_model(graph, point),
        title=_quotable([f"grad({objective}, {variable}) as engine {engine.name} computes it."]),
        objectives=[_objective("objective0", objective)],
        engines=[engine.script.strip()],
        directions=_directions(point, [term]) if looks_along else {},
        projected=False,
        recorded=[(name, repr(v) if v is None or isinstance(v, str) else _literal(v)) for name, v in recorded.items()],
        found=_call(term, names, projected=False),
    )


def _render(template: str, **values: Any) -> str:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return re.sub(r"\n{4,}", "\n\n\n", environment.get_template(template).render(**values)).strip()


def _model(graph: TwoHeadGraph, point: Point) -> dict[str, Any]:
    """Return what every script says of a graph and a point."""
    used = tuple(dict.fromkeys(word.apply for word in (*map(itemgetter(1), graph.all_layers()), *graph.loss_functions)))
    sliced = _sliced(used)
    return {
        "values": {name: _literal(value) for name, value in point.values.items()},
        "variables": graph.variables,
        "integers": [name for name, value in point.values.items() if value.dtype == np.int32],
        "imports": sliced.imports,
        "functions": sliced.text,
        "forward": _forward_lines(graph, dict(zip(used, sliced.calls, strict=True))),
    }


def _title(witness: Witness) -> list[str]:
    """Return what the script says of itself; a witness may come from anywhere, so no text may end the quotes."""
    lines = [
        f"{witness.law} broken by engine {witness.engine}, "
        f"found with TensorFlow {witness.environment.get('tensorflow', 'of an unknown version')}.",
        "",
        f"claim     {witness.claim}",
        f"expected  {witness.explanation.expected}",
        f"found     {'; '.join(witness.explanation.found)}",
    ]
    return _quotable(lines)


def _quotable(lines: Sequence[str]) -> list[str]:
    return [line.replace("\\", "/").replace('"', "'") for line in lines]


def _derived(compared: Comparison) -> MaybeGradient:
    """Return the expected side; where a law derived it from what was found, as a value and not as a computation."""
    expected, found = compared.expected, compared.found
    if not isinstance(expected, Gradient) or not isinstance(found, Gradient) or expected is found:
        return expected
    same = [_computed(term) for term in expected.terms] == [_computed(term) for term in found.terms]
    return Gradient(expected.values, expected.scale, projected=expected.projected) if same else expected


def _computed(term: Term) -> tuple[Objective, str, str, str]:
    return term.objective, term.variable, term.engine, term.dtype


def _directions(point: Point, terms: Sequence[Term]) -> dict[str, str]:
    names = dict.fromkeys(term.variable for term in terms)
    return {name: _literal(directions(point.values[name].shape)) for name in names}


def _literal(value: Any) -> str:
    """Write numbers so that reading them gives the same bits; an empty array keeps its shape."""
    array = np.asarray(value)
    # What repr writes for these two is no name in Python.
    numbers = re.sub("nan|inf", r"np.\g<0>", repr(array.tolist()))
    return f"np.array({numbers}).reshape({array.shape})"


def _sliced(used: Sequence[Apply]) -> Sliced:
    """Return what layers and losses apply as source."""
    try:
        return slice_calls(used, (*_RESERVED, *engines.names()))
    except Unsliceable as reason:
        raise UsageError(f"no script can be made of the graph's layers and losses: {reason}") from reason


def _forward_lines(graph: TwoHeadGraph, calls: Mapping[Apply, str]) -> list[str]:
    lines = ['x = tf.nn.embedding_lookup(values["embedding"], values["ids"])', *_block_lines(graph, "trunk", calls)]
    lines += ["trunk = x", *_block_lines(graph, "head1", calls), "output1 = x"]
    read = {Wiring.CHAINED: "output1", Wiring.STOPPED: "stop_gradient(output1)", Wiring.PARALLEL: "trunk"}
    lines += [f"x = {read[graph.wiring]}", *_block_lines(graph, "head2", calls), "output2 = x"]
    for i, loss in enumerate(graph.loss_functions, start=1):
        each = f'{_called(calls[loss.apply])}(output{i}, values["labels{i}"])'
        reduced = each if graph.reduction == "none" else f"tf.reduce_{graph.reduction}({each}, axis=-1)"
        lines.append(f"loss{i} = {reduced}")
    return lines


def _block_lines(graph: TwoHeadGraph, block: str, calls: Mapping[Apply, str]) -> list[str]:
    return [f"x = {_call_of(layer, path, calls)}" for path, layer in graph.block(block)]


def _call_of(layer: Layer, path: str, calls: Mapping[Apply, str]) -> str:
    given = ["x", *(f'{name}=values["{path}/{name}"]' for name in layer.parameters)]
    return f"{_called(calls[layer.apply])}({', '.join(given)})"


def _called(expression: str) -> str:
    return expression if re.fullmatch(r"[\w.]+", expression) else f"({expression})"


def _objective(name: str, objective: Objective) -> dict[str, Any]:
    value, cotangent = str(objective.value), str(objective.cotangent)
    used = set(re.findall(r"\w+", f"{value} {cotangent}"))
    return {
        "name": name,
        "title": str(objective),
        "inputs": {name: source for name, source in _INPUTS.items() if name in used},
        "value": value,
        "cotangent": cotangent,
        "unconnected": objective.unconnected.upper(),
    }


def _side(side: MaybeGradient, names: dict[Objective, str], *, projected: bool) -> str:
    """Return the expression that computes one side of the claim."""
    if not side.terms:
        return "None" if isinstance(side, Unconnected) else _literal(side.values[0])
    calls = [_call(term, names, projected=projected) for term in side.terms]
    if len(calls) == 1 and np.all(side.terms[0].weight == 1):
        return calls[0]
    return " + ".join(f"{float(term.weight[0])!r} * {call}" for term, call in zip(side.terms, calls, strict=True))


def _call(term: Term, names: dict[Objective, str], *, projected: bool) -> str:
    call = f"{term.engine}({names[term.objective]}, {term.variable!r}, {term.dtype!r})"
    entries = engines[term.engine].view is View.ENTRIES
    return f"along({call}, {term.variable!r})" if projected and entries else f"as_array({call})"


def _allowed(compared: Comparison) -> str:
    allowed = 0.0 if compared.allowed is None else float(np.max(compared.allowed[0], initial=0.0))
    return repr(allowed) if np.isfinite(allowed) else f'float("{allowed}")'
