"""A witness as a Python script that needs only TensorFlow."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, StrictUndefined

from gradcheck.directions import directions
from gradcheck.engines import View, engines
from gradcheck.gradient import Array, Gradient, MaybeGradient, Term, Unconnected
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.objective import Objective
from gradcheck.trial import Check
from gradcheck.witness import Witness, judge_again

_TEMPLATE = Path(__file__).parent / "script.py.jinja"


def write_script(witness: Witness) -> str:
    """Return the source of a script that computes both sides of the claim and prints BUG or OK.

    The layers' own code goes into it word for word; each value of the point is written out.

    Raises:
        UsageError: The law makes no such claim any more.
    """
    check = judge_again(witness)
    compared = check.comparison
    terms = _terms(compared.expected) + _terms(compared.found)
    objectives = list(dict.fromkeys(term.objective for term in terms))
    names = {objective: f"objective{i}" for i, objective in enumerate(objectives)}
    template = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
        _TEMPLATE.read_text(encoding="utf-8")
    )
    projected = isinstance(compared.found, Gradient) and compared.found.projected
    return template.render(
        witness=witness,
        values={name: _literal(value) for name, value in witness.point.values.items()},
        variables=witness.graph.variables,
        integers=[name for name, value in witness.point.values.items() if value.dtype == np.int32],
        functions=_functions(witness.graph),
        forward=_forward_lines(witness.graph),
        objectives=[(names[objective], objective, _objective_line(objective)) for objective in objectives],
        engines=[engines[name].script.strip() for name in dict.fromkeys(term.engine for term in terms)],
        directions={name: _literal(_along(witness, name)) for name in dict.fromkeys(term.variable for term in terms)},
        project=projected,
        expected=_side(compared.expected, names, projected=projected),
        found=_side(compared.found, names, projected=projected),
        relation=compared.relation,
        allowed=_allowed(check),
    )


def _terms(side: MaybeGradient) -> tuple[Term, ...]:
    return tuple(side.terms)


def _along(witness: Witness, name: str) -> Array:
    return directions(witness.point.values[name].shape)


def _literal(value: Array) -> str:
    """Write an array so that reading it gives the same bits; an empty one keeps its shape."""
    return f"np.array({value.tolist()!r}).reshape({value.shape})"


def _functions(graph: TwoHeadGraph) -> list[str]:
    """Return the source of every layer and loss in the graph."""
    used: Sequence[Callable[..., Any]] = [layer.apply for _, layer in graph.all_layers()]
    used = [*used, *(loss.apply for loss in graph.loss_functions)]
    return [_source(function) for function in dict.fromkeys(used)]


def _source(function: Callable[..., Any]) -> str:
    """Return a function's source from its ``def`` on, without the decorator that registers it."""
    source = inspect.getsource(function)
    start = source.index("def ")
    return source[start:].replace(": Any", "").replace(" -> Any", "").strip()


def _forward_lines(graph: TwoHeadGraph) -> list[str]:
    lines = ['x = tf.nn.embedding_lookup(values["embedding"], values["ids"])', *_block_lines(graph, "trunk")]
    lines += ["trunk = x", *_block_lines(graph, "head1"), "output1 = x"]
    read = {Wiring.CHAINED: "output1", Wiring.STOPPED: "stop_gradient(output1)", Wiring.PARALLEL: "trunk"}
    lines += [f"x = {read[graph.wiring]}", *_block_lines(graph, "head2"), "output2 = x"]
    for i, loss in enumerate(graph.loss_functions, start=1):
        each = f'{loss.apply.__name__}(output{i}, values["labels{i}"])'
        lines.append(
            f"loss{i} = {each if graph.reduction == 'none' else f'tf.reduce_{graph.reduction}({each}, axis=-1)'}"
        )
    return lines


def _block_lines(graph: TwoHeadGraph, block: str) -> list[str]:
    return [
        f"x = {layer.apply.__name__}(x"
        + "".join(f', {name}=values["{path}/{name}"]' for name in layer.parameters)
        + ")"
        for path, layer in graph.block(block)
    ]


def _objective_line(objective: Objective) -> str:
    return f"{objective.value}, {objective.cotangent}"


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
    return f"along({call}, {term.variable!r})" if projected and entries else f"dense({call})"


def _allowed(check: Check) -> float:
    allowed = check.comparison.allowed
    return 0.0 if allowed is None else float(np.max(allowed[0], initial=0.0))
