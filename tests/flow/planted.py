"""Random two-head graphs whose parameters and layers run through control flow, and in which cuts are planted.

Every value carries the variables it depends on and those that get a gradient, by construction; what
the graph's structure and the tape say is held against that.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import gradcheck
from gradcheck.backend import tf
from gradcheck.engines._program import input_ranks, typed
from gradcheck.graph import TwoHeadGraph
from gradcheck.model import interpret, reduce_loss
from gradcheck.point import draw
from gradcheck.sample import sample_graph, sample_sizes

Tensor = Any
Change = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Known:
    """A tensor, and what is known of it by construction.

    Attributes:
        value: The variables that it depends on.
        gradient: Those of them that get a gradient from it.
        cuts: The planted changes that lie between it and any variable.
    """

    tensor: Tensor
    value: frozenset[str] = frozenset()
    gradient: frozenset[str] = frozenset()
    cuts: frozenset[Change] = frozenset()

    def through(self, change: Change) -> Known:
        """Return what a change makes of it, and of what is known."""
        tensor, passes = change(self.tensor), PASSES[change]
        if passes == "independent":
            return Known(tensor)
        if passes == "connected":
            return Known(tensor, self.value, self.gradient, self.cuts)
        return Known(tensor, self.value, frozenset(), self.cuts | {change})


def join(tensor: Tensor, *parts: Known) -> Known:
    """Return what is known of a tensor that all parts take part in."""
    none: frozenset[Any] = frozenset()
    return Known(
        tensor,
        none.union(*(part.value for part in parts)),
        none.union(*(part.gradient for part in parts)),
        none.union(*(part.cuts for part in parts)),
    )


# --- changes: what each does to a gradient is its first word --------------------------------------

PASSES: dict[Change, str] = {}


def connected(change: Change) -> Change:
    PASSES[change] = "connected"
    return change


def blocked(change: Change) -> Change:
    PASSES[change] = "blocked"
    return change


def independent(change: Change) -> Change:
    PASSES[change] = "independent"
    return change


@connected
def plain(x):
    return x * 1.0


@connected
def either(x):
    return tf.cond(tf.size(x) > 0, lambda: x * 2.0, lambda: x + 1.0)


@connected
def one_branch_of_two(x):
    return tf.cond(tf.size(x) > 0, lambda: x * 2.0, lambda: tf.stop_gradient(x))


@connected
def one_of_three(x):
    return tf.switch_case(tf.rank(x) % 3, [lambda: x * 2.0, lambda: x + 1.0, lambda: -x])


@connected
def looped(x):
    return tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y + x), (0, x))[1]


@connected
def delayed(x):
    """Three rounds until the value arrives in what is returned."""
    zeros = tf.zeros_like(x)
    return tf.while_loop(lambda i, a, b, c: i < 4, lambda i, a, b, c: (i + 1, x, a, b), (0, zeros, zeros, zeros))[3]


@connected
def mapped(x):
    return tf.reshape(tf.map_fn(lambda entry: entry * 2.0, tf.reshape(x, [-1])), tf.shape(x))


@connected
def scanned(x):
    return tf.reshape(tf.scan(lambda total, entry: total + entry, tf.reshape(x, [-1])), tf.shape(x))


@connected
def in_an_array(x):
    held = tf.TensorArray(x.dtype, 2, element_shape=x.shape).write(0, x).write(1, x * 2.0)
    return held.read(0) + held.read(1)


@connected
def nested(x):
    return tf.function(lambda y: tf.function(lambda z: z * 2.0, autograph=False)(y) + y, autograph=False)(x)


@connected
def recomputed(x):
    return tf.recompute_grad(tf.tanh)(x) * 1.0  # it takes no IndexedSlices


@connected
def custom(x):
    return tf.custom_gradient(lambda y: (y * 2.0, lambda dy: dy * 3.0))(x) * 1.0


@connected
def straight_through(x):
    return x + tf.stop_gradient(tf.round(x) - x)


@connected
def sparse(x):
    flat = tf.reshape(x, [-1])
    places = tf.cast(tf.expand_dims(tf.range(tf.size(flat)), 1), tf.int64)
    held = tf.SparseTensor(places, flat, tf.cast(tf.shape(flat), tf.int64))
    return tf.reshape(tf.sparse.to_dense(held), tf.shape(x))


@connected
def ragged(x):
    flat = tf.reshape(x, [-1])
    return tf.reshape(tf.RaggedTensor.from_row_lengths(flat * 2.0, [tf.size(flat)]).flat_values, tf.shape(x))


@blocked
def stopped(x):
    return tf.stop_gradient(x) + 0.0


@blocked
def whole(x):
    return tf.cast(tf.cast(x, tf.int32), x.dtype)


@blocked
def rounded(x):
    return tf.round(x) + 0.0


@blocked
def floored(x):
    return tf.floor(x) + 0.0


@blocked
def signed(x):
    return tf.sign(x) + 0.0


@blocked
def compared(x):
    return tf.cast(x > 0.0, x.dtype)


@blocked
def largest_place(x):
    return tf.zeros_like(x) + tf.cast(tf.argmax(tf.reshape(x, [-1])), x.dtype)


@blocked
def one_hot(x):
    return tf.zeros_like(x) + tf.reduce_sum(tf.one_hot(tf.cast(tf.reshape(x, [-1]), tf.int32), 3, dtype=x.dtype))


@blocked
def condition(x):
    return tf.where(x > 0.0, tf.ones_like(x), tf.zeros_like(x))


@blocked
def in_python(x):
    return tf.ensure_shape(tf.numpy_function(np.copy, [x], x.dtype), x.shape)


@blocked
def gives_none(x):
    return tf.custom_gradient(lambda y: (y * 2.0, lambda dy: None))(x)


@blocked
def only_chooses(x):
    return tf.cond(tf.reduce_sum(x) > 0.0, lambda: tf.ones_like(x), lambda: tf.zeros_like(x))


@blocked
def only_counts(x):
    start = (0.0, tf.zeros_like(x))
    return tf.while_loop(lambda i, y: i < tf.cast(tf.size(x), tf.float32) * float(x.dtype.size), _count, start)[1] * (
        tf.cast(tf.reduce_sum(x) > 0.0, x.dtype)
    )


def _count(i, y):
    return i + 1.0, y + 1.0


@blocked
def stopped_in_a_branch(x):
    return tf.cond(tf.size(x) > 0, lambda: tf.stop_gradient(x), lambda: tf.round(x))


@blocked
def stopped_in_a_loop(x):
    return tf.while_loop(lambda i, y: i < 2, lambda i, y: (i + 1, y + tf.stop_gradient(x)), (0, tf.zeros_like(x)))[1]


@blocked
def stopped_in_a_function(x):
    return tf.function(lambda y: tf.stop_gradient(y) * 2.0, autograph=False)(x)


@independent
def shape_only(x):
    return tf.ones(tf.shape(x), x.dtype)


@independent
def zeros_like(x):
    return tf.zeros_like(x) + 1.0


CHANGES = tuple(PASSES)


# --- a graph in which they are planted -------------------------------------------------------------


@dataclass
class Planted:
    """A forward pass that puts a random change on parameters and around layers."""

    graph: TwoHeadGraph
    values: dict[str, Tensor]
    random: np.random.Generator
    variables: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.variables = frozenset(self.graph.variables)

    def _draw(self) -> Change:
        """Return a change, a cut in one draw of four."""
        kind = "connected" if self.random.random() < 0.75 else self.random.choice(["blocked", "blocked", "independent"])
        choices = [change for change in CHANGES if PASSES[change] == kind]
        return choices[self.random.integers(len(choices))]

    def _read(self, name: str) -> Known:
        value = self.values[name]
        one = frozenset({name})
        return Known(tf.convert_to_tensor(value), one, one).through(self._draw())

    def look_up(self) -> Known:
        if self.random.random() < 0.5:  # a lookup of its own kind: ResourceGather
            one = frozenset({"embedding"})
            return Known(tf.nn.embedding_lookup(self.values["embedding"], self.values["ids"]), one, one)
        table = self._read("embedding")
        return join(tf.gather(table.tensor, self.values["ids"]), table)

    def apply(self, path: str, layer: Any, x: Known) -> Known:
        read = {name: self._read(f"{path}/{name}") for name in layer.parameters}
        out = layer.apply(x.tensor, **{name: known.tensor for name, known in read.items()})
        return join(out, x, *read.values()).through(self._draw())

    def stop(self, x: Known) -> Known:
        return x.through(stopped)

    def lose(self, which: int, loss: Any, output: Known) -> Known:
        return join(reduce_loss(self.graph, loss.apply(output.tensor, self.values[f"labels{which}"])), output)


def find_faults(seed: int, index: int) -> Iterator[str]:
    """Draw a graph, plant changes, and yield every cell in which structure, tape and construction do not agree."""
    graph = sample_graph(seed, index, ("float32", "float64"))
    point = draw(graph, sample_sizes(graph, seed, index, least=1), 1)[0]
    values = typed(graph, point.values)
    variables = {name: tf.Variable(values[name], name=name) for name in graph.variables}
    inputs = {name: tf.constant(values[name]) for name in input_ranks(graph)}
    known: dict[str, Known] = {}

    def losses():
        random = np.random.default_rng([seed, index])  # traced more than once, the same each time
        forward = interpret(graph, Planted(graph, {**variables, **inputs}, random))
        known.update(loss1=forward.loss1, loss2=forward.loss2)
        return {loss: found.tensor for loss, found in known.items()}

    flow = gradcheck.flow(losses, variables=list(variables.values()))
    expected = {loss: dict(_expected(flow.variables, known[loss])) for loss in flow.losses}
    for (loss, name), cell in flow.cells.items():
        if cell.kind.value != expected[loss][name]:
            yield f"{seed}/{index}: {loss}, {name}: expected {expected[loss][name]}, found {cell.kind.value}"
        elif cell.cuts and not all(_is_planted(step, known[loss].cuts) for step in cell.cuts):
            yield f"{seed}/{index}: {loss}, {name}: its cuts are none of those planted\n{flow.explain(loss, name)}"
        elif bool(cell.cuts) != (cell.kind.value == "blocked"):
            yield f"{seed}/{index}: {loss}, {name}: no cut is named\n{flow.explain(loss, name)}"
    for cell in flow.measure().disagreements:
        yield f"{seed}/{index}: {cell.loss}, {cell.variable}: {cell.disagreement}"


def _expected(names: tuple[str, ...], loss: Known) -> Iterator[tuple[str, str]]:
    for name in names:
        if name in loss.gradient:
            yield name, "connected"
        else:
            yield name, "blocked" if name in loss.value else "independent"


def _is_planted(step: Any, cuts: frozenset[Change]) -> bool:
    for cut in (*cuts, _count):
        lines, start = inspect.getsourcelines(cut)
        if step.file == __file__ and start <= step.line < start + len(lines):
            return True
    return False
