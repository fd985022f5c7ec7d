"""Measure what is caught: one wrong entry among few and among thousands, by gradcheck and by other checkers.

The wrong entry is planted in the gradient by the first head's kernel, in each framework by its own means. Each checker
judges as its users call it; ``tf.test.compute_gradient`` judges nothing, and is left out.

Exit code: 0 gradcheck catches at least 299 of 300 and never raises a false alarm, 1 it does not.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from page import keep
from rich.console import Console

from gradcheck.backend import load
from gradcheck.engines import Evaluation, engines
from gradcheck.gradient import Array
from gradcheck.graph import DTYPES, TwoHeadGraph
from gradcheck.laws import laws
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import Points, draw
from gradcheck.trial import Arena, Trial

W1 = "head1/0/kernel"
SIZES = (4, 16, 64)  # of the kernel: 16, 256 and 4,096 entries
TRIALS, PEER_TRIALS = 300, 20
CAUGHT = 299
OWN_LAWS = ("numeric", "precision")
SLOW = 256  # entries: a whole Jacobian of more takes minutes

Spoil = Callable[[Array, int], Array]


def spoil(fault: str, gradient: Array, trial: int) -> Array:
    """Return a gradient ``[width, width]`` with one wrong entry, another in every trial."""
    width = len(gradient)
    row, column, other = (int(word >> 32) for word in np.random.Philox(key=[trial, width]).random_raw(3))
    row, column = row % width, column % width
    wrong = np.array(gradient)
    if fault == "zeroed":
        wrong[row, column] = 0
    elif fault == "one percent":
        wrong[row, column] *= 1.01
    elif fault == "swapped":
        there = (row + 1 + other % (width - 1)) % width
        wrong[row, column], wrong[there, column] = gradient[there, column], gradient[row, column]
    return wrong


FAULTS = ("none", "zeroed", "one percent", "swapped")


@dataclass(frozen=True)
class Row:
    """How often a checker raised an alarm, by width of the kernel."""

    checker: str
    dtype: str
    fault: str
    caught: Mapping[int, str]


def sizes_of(width: int) -> dict[str, int]:
    """Return the sizes of a graph whose first kernel is so wide."""
    return {"batch": 8, "vocabulary": 8, "embedding": width, "head1/0": width, "head2/0": 4}


# --- gradcheck ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spoilt:
    """The engine ``graph``, with a wrong entry in one dtype."""

    fault: str
    dtype: str

    def __getattr__(self, name: str) -> Any:
        return getattr(engines["graph"], name)

    def evaluate(self, graph: TwoHeadGraph, points: Points, objectives: Any, *, stacked: bool) -> Evaluation:
        """Differentiate, and spoil the gradient of each loss at each point."""
        found = engines["graph"].evaluate(graph, points, objectives, stacked=stacked)
        if graph.dtype != self.dtype:
            return found
        gradients = dict(found.gradients)
        for loss in map(as_objective, (loss1, loss2)):
            honest = np.asarray(gradients[loss, W1])
            gradients[loss, W1] = np.stack([spoil(self.fault, one, trial) for trial, one in enumerate(honest)])
        return Evaluation(gradients)


def caught_by_gradcheck(fault: str, dtype: str, width: int) -> int:
    """Return at how many of 300 points some law is broken."""
    graph = TwoHeadGraph(dtype=dtype)
    objectives = tuple(map(as_objective, laws["numeric"].needs))
    arena = Arena(graph, draw(graph, sizes_of(width), TRIALS, seed=3), objectives)
    trial: Any = Trial(arena, Spoilt(fault, dtype))  # type: ignore[arg-type]  # it stands in for the engine
    judged = (laws[name] for name in OWN_LAWS if laws[name].why_not(graph, trial.engine) is None)
    broken = [check.comparison.broken for law in judged for check in law.judge(trial)]
    return int(np.any(broken, axis=0).sum())


# --- peers --------------------------------------------------------------------------------------


def alarm_of_torch(values: Mapping[str, Array], wrong: Spoil, trial: int, *, fast: bool) -> bool:
    """Judge by ``torch.autograd.gradcheck``, in float64 as it asks."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    entropy = partial(torch.nn.functional.cross_entropy, reduction="sum")

    class Lying(torch.autograd.Function):  # type: ignore[name-defined, misc]  # torch is imported late
        @staticmethod
        def forward(_: Any, kernel: Any) -> Any:
            return kernel.clone()

        @staticmethod
        def backward(_: Any, g: Any) -> Any:
            return torch.as_tensor(wrong(g.detach().numpy(), trial))

    ids, labels1, labels2 = (torch.tensor(values[name], dtype=torch.int64) for name in ("ids", "labels1", "labels2"))

    def losses(embedding: Any, kernel1: Any, kernel2: Any) -> Any:
        output1 = embedding[ids] @ Lying.apply(kernel1)
        return entropy(output1, labels1), entropy(output1 @ kernel2, labels2)

    variables = [torch.tensor(values[name], requires_grad=True) for name in ("embedding", W1, "head2/0/kernel")]
    return not torch.autograd.gradcheck(losses, variables, fast_mode=fast, raise_exception=False)


def alarm_of_jax(values: Mapping[str, Array], wrong: Spoil, trial: int) -> bool:
    """Judge by ``jax.test_util.check_grads`` in reverse mode, in float32 as JAX computes."""
    jax, jnp, util = map(importlib.import_module, ("jax", "jax.numpy", "jax.test_util"))
    ids, labels1, labels2 = (jnp.asarray(values[name]) for name in ("ids", "labels1", "labels2"))

    @jax.custom_vjp  # type: ignore[untyped-decorator]  # jax leaves it untyped
    def lying(kernel: Any) -> Any:
        return kernel

    def backward(_: Any, g: Any) -> Any:
        shape = jax.ShapeDtypeStruct(g.shape, g.dtype)
        return (jax.pure_callback(lambda v: wrong(np.asarray(v), trial), shape, g),)

    lying.defvjp(lambda kernel: (kernel, None), backward)

    def entropy(logits: Any, labels: Any) -> Any:
        return -jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1).sum()

    def losses(embedding: Any, kernel1: Any, kernel2: Any) -> Any:
        output1 = embedding[ids] @ lying(kernel1)
        return entropy(output1, labels1), entropy(output1 @ kernel2, labels2)

    variables = [jnp.asarray(values[name], jnp.float32) for name in ("embedding", W1, "head2/0/kernel")]
    try:
        util.check_grads(losses, variables, order=1, modes=["rev"])
    except AssertionError:
        return True
    return False


Alarm = Callable[[Mapping[str, Array], Spoil, int], bool]

# Name, package, dtype, call, and the most entries it is asked of.
PEERS: tuple[tuple[str, str, str, Alarm, float], ...] = (
    ("torch gradcheck, fast mode", "torch", "float64", partial(alarm_of_torch, fast=True), np.inf),
    ("torch gradcheck, slow mode", "torch", "float64", partial(alarm_of_torch, fast=False), SLOW),
    ("jax check_grads, rev", "jax", "float32", alarm_of_jax, np.inf),
)


def caught_by(alarm: Alarm, fault: str, width: int) -> int:
    """Return at how many points a peer raises an alarm."""
    points = draw(TwoHeadGraph(), sizes_of(width), PEER_TRIALS, seed=3)
    return sum(alarm(point.values, partial(spoil, fault), trial) for trial, point in enumerate(points))


# --- all ----------------------------------------------------------------------------------------


def own_rows(console: Console) -> list[Row]:
    """Ask gradcheck."""
    found = []
    for dtype in DTYPES:
        for fault in FAULTS:
            with console.status(f"gradcheck, {dtype}, {fault}"):
                caught = {width: f"{caught_by_gradcheck(fault, dtype, width)} of {TRIALS}" for width in SIZES}
            found.append(Row("gradcheck", dtype, fault, caught))
    return found


def peer_rows(console: Console) -> list[Row]:
    """Ask every peer that is installed."""
    found = []
    for name, package, dtype, alarm, most in PEERS:
        if find_spec(package) is None:
            console.print(f"{name}: {package} is not installed")
            continue
        for fault in FAULTS:
            with console.status(f"{name}, {fault}"):
                widths = [width for width in SIZES if width * width <= most]
                caught = {width: f"{caught_by(alarm, fault, width)} of {PEER_TRIALS}" for width in widths}
            found.append(Row(name, dtype, fault, caught))
    return found


def main() -> int:
    """Measure, show and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--page", action="store_true", help="write the figures into docs/performance.md")
    arguments, console = parser.parse_args(), Console()
    load()
    own = own_rows(console)
    rows = own + peer_rows(console)
    for row in rows:
        caught = ", ".join(f"{width * width:,} entries {words}" for width, words in row.caught.items())
        console.print(f"{row.checker}, {row.dtype}, {row.fault}: {caught}", highlight=False)
    if arguments.page:
        keep("detection", {"sizes": SIZES, "rows": [asdict(row) for row in rows]})
    counts = [(row.fault, int(words.split()[0])) for row in own for words in row.caught.values()]
    return 0 if all(count == 0 if fault == "none" else count >= CAUGHT for fault, count in counts) else 1


if __name__ == "__main__":
    sys.exit(main())
