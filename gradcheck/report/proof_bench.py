"""A setting in one wiring to step through: which tensor holds which number, and what reaches each variable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcheck.graph import TwoHeadGraph
from gradcheck.proofs.algebra import Algebra
from gradcheck.proofs.views import KINDS
from gradcheck.proofs.walk import Plain, Shown, Walk
from gradcheck.proofs.wirings import Wired
from gradcheck.report.proof_graph import Drawing, draw_graph, row_keys

WIRINGS = {
    "chained": "head 2 reads head 1's output",
    "stopped": "head 2 reads head 1's output through tf.stop_gradient",
    "parallel": "both heads read the trunk, and neither reads the other",
}
_PASSES = {"": "Forward", "loss1": "Back from loss1", "loss2": "Back from loss2", "joint": "The joint loss"}
_COLUMNS = ("", "loss1", "loss2", "joint")


@dataclass(frozen=True)
class Step:
    """A line of the forward or of a backward pass.

    Attributes:
        of: The pass, as `_PASSES` names it.
        at: The operation in the picture that it concerns.
        where: Which tensor holds what it gives.
        cell: Which cell of the table of tensors it fills.
    """

    line: Shown
    of: str
    at: str
    where: str
    cell: str


@dataclass(frozen=True)
class Reach:
    """What a variable gets from a loss, or from the joint one.

    Attributes:
        kind: As `gradcheck.flow` has it; empty for the joint loss.
        value: The gradient that TensorFlow has; ``None`` where there is none.
    """

    kind: str
    mark: str
    value: Plain


@dataclass(frozen=True)
class Tensor:
    """A tensor or a variable, and what it holds.

    Attributes:
        cells: Its value, and its cotangent from each loss and from the joint one: the step that gives it, from 0,
            and the numbers; -1 for what is given, ``None`` for what there is not.
    """

    key: str
    letter: str
    name: str
    cells: Sequence[tuple[int, Plain]]


@dataclass(frozen=True)
class Bench:
    """A setting in one wiring.

    Attributes:
        tensors: Every tensor and variable, with what it holds in the end.
        reach: Each variable with what it gets.
        summary: Which loss reaches what, in a sentence.
    """

    wiring: str
    about: str
    drawing: Drawing
    steps: Sequence[Step]
    passes: Sequence[tuple[str, str, int]]
    tensors: Sequence[Tensor]
    reach: Sequence[tuple[str, str, Sequence[Reach]]]
    summary: str


def letters_of(graph: TwoHeadGraph, key: str) -> str:
    """Return what formulas call a tensor or a variable."""
    if key in ("loss1", "loss2"):
        return {"loss1": "L₁", "loss2": "L₂"}[key]
    if key in ("stop", ""):
        return ""
    return Algebra(graph).name(key).text()


def graph_of(shown: Walk | Wired) -> TwoHeadGraph:
    """Return the graph of what is shown."""
    return TwoHeadGraph.from_json(shown.setting["graph"])


def draw(shown: Walk | Wired) -> Drawing:
    """Return the drawing of what is shown."""
    graph = graph_of(shown)
    return draw_graph(shown.picture, lambda key: letters_of(graph, key))


def lay_out(wired: Wired) -> Bench:
    """Return what a page shows of a setting in one wiring."""
    graph = graph_of(wired)
    made = [key for key in row_keys(wired.picture.rows) if key not in ("stop", "loss1", "loss2")]
    steps = [_step(line, graph) for line in wired.derivation.lines]
    passes: dict[str, int] = {}
    for place, step in enumerate(steps):
        passes.setdefault(step.of, place)
    tensors = [_tensor(key, wired, graph, steps) for key in (*made, "loss1", "loss2", *graph.variables)]
    return Bench(
        wired.wiring, WIRINGS[wired.wiring], draw(wired), steps,
        [(of, _PASSES[of], place) for of, place in passes.items()], tensors,
        _reach(wired, graph), _summary(wired),
    )  # fmt: skip


def _tensor(key: str, wired: Wired, graph: TwoHeadGraph, steps: Sequence[Step]) -> Tensor:
    given = wired.setting["point"]["values"].get(key)
    places = {step.cell: (place, step.line.value) for place, step in enumerate(steps)}
    cells = [places.get(f"{of}:{key}", (-1, None if of else given)) for of in _COLUMNS]
    return Tensor(key, letters_of(graph, key), _name(key), cells)


def _step(line: Shown, graph: TwoHeadGraph) -> Step:
    of, _, key = line.key.rpartition(":")
    letter = letters_of(graph, key) if key in graph.variables or "/" in key or key == "lookup" else ""
    if not of:
        where = f"{letter}, {_name(key)}" if letter else {"losses1": "loss1, example by example",
                "losses2": "loss2, example by example", "joint": "loss1 + loss2"}.get(key, _name(key))  # fmt: skip
    elif key in graph.variables:
        where = f"the gradient of {_of(of)} by the variable {key}"
    else:
        where = f"the cotangent of {_of(of)} at {letter}, {_name(key)}"
    at = key.replace("losses", "loss") if key != "joint" else "loss2"
    return Step(line, of, at, where, f"{of}:{key}" if key not in ("losses1", "losses2") else "")


def _of(pass_: str) -> str:
    return "the joint loss" if pass_ == "joint" else pass_


def _name(key: str) -> str:
    if key == "lookup":
        return "the rows looked up"
    if key in ("loss1", "loss2", "embedding") or key.count("/") == 2:
        return key
    return f"the output of {key}"


def _reach(wired: Wired, graph: TwoHeadGraph) -> list[tuple[str, str, Sequence[Reach]]]:
    read = {reading.quantity: reading.values for reading in wired.numbers.readings}
    found: list[tuple[str, str, Sequence[Reach]]] = []
    for name in graph.variables:
        cells = []
        for loss, formula in (("loss1", "loss1"), ("loss2", "loss2"), ("", "loss1 + loss2")):
            kind = str(wired.structure.kinds[loss][name]) if loss else ""
            cells.append(Reach(kind, KINDS.get(kind, ""), read.get(f"grad({formula}, {name})")))
        found.append((name, letters_of(graph, name), cells))
    return found


def _summary(wired: Wired) -> str:
    told = []
    for loss, kinds in wired.structure.kinds.items():
        reached = [name for name, kind in kinds.items() if kind == "connected"]
        cut = [name for name, kind in kinds.items() if kind == "blocked"]
        words = f"{loss} reaches {_listed(reached)}" if reached else f"{loss} reaches nothing"
        told.append(f"{words}, and is cut off from {_listed(cut)}" if cut else words)
    return f"{'; '.join(told)}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
