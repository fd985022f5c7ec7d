"""Measure what flow costs beyond TensorFlow's own tracing, and hold it against the tape on models others wrote.

``graphs`` analyses traced graphs of 1,000, 10,000 and 100,000 operations: 10,000 in under 50 ms, and
linear. ``models`` builds models with random weights (every application of Keras, or every backbone of
KerasHub with ``--package keras_hub``), traces each, analyses it, evaluates it, and names every cell in
which structure and tape do not agree.

Exit code: 0 as required, 1 not.
"""

from __future__ import annotations

import argparse
import gc
import inspect
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from gradcheck.backend import tf
from gradcheck.flow.flow import flow
from gradcheck.flow.reach import Analysis
from gradcheck.flow.trace import trace

SIZES = (1_000, 10_000, 100_000)
MOST_SECONDS = 0.05  # for 10,000 operations
MOST_GROWTH = 1.5  # of the time per operation, from 10,000 to 100,000
PIXELS = 96
console = Console()


@dataclass(frozen=True)
class Row:
    """One graph: its size, and the seconds that tracing, and flow beyond it, took: the first time, and later."""

    name: str
    operations: int
    traced: float
    first: float
    analysed: float
    note: str = ""


def clock(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds that a call took, and what it returned."""
    started = time.perf_counter()
    result = call()
    return time.perf_counter() - started, result


def measure(name: str, losses: Callable[..., Any], *args: Any, repeats: int = 0) -> Row:
    """Trace and analyse losses; the first of several times asks TensorFlow's gradient functions, the others know."""
    traced, found = clock(lambda: trace(losses, args))
    operations = len(found.graph.get_operations())
    first, _ = clock(lambda: Analysis().reach(found.graph, found.roots, ()))
    again = [trace(losses, args) for _ in range(repeats)]
    times = [clock(lambda new=new: Analysis().reach(new.graph, new.roots, ()))[0] for new in again]
    return Row(name, operations, traced, first, min(times, default=first))


def synthetic(operations: int) -> Callable[..., Any]:
    """Return a loss of about so many operations and twenty variables."""
    weights = [tf.Variable(tf.ones((4, 4)), name=f"w{i}") for i in range(20)]

    def loss(x: Any) -> Any:
        for i in range(operations // 7):
            x = tf.reshape(tf.tanh(x @ weights[i % 20]) + 1.0, [-1, 4])
        return tf.reduce_sum(x)

    return loss


def transformer(layers: int = 12, width: int = 128, length: int = 16) -> Any:
    """Return an encoder of so many layers, with random weights."""
    keras = tf.keras
    x = inputs = keras.Input((length, width))
    for _ in range(layers):
        attended = keras.layers.MultiHeadAttention(4, width // 4)(x, x)
        x = keras.layers.LayerNormalization()(x + attended)
        hidden = keras.layers.Dense(4 * width, activation="gelu")(x)
        x = keras.layers.LayerNormalization()(x + keras.layers.Dense(width)(hidden))
    return keras.Model(inputs, x)


def run_graphs() -> tuple[list[Row], bool]:
    """Measure graphs of growing size, a ResNet50 and a transformer."""
    rows = [measure(f"{n:,} operations", synthetic(n), tf.TensorSpec([None, 4]), repeats=2) for n in SIZES]
    models = {
        "ResNet50": (tf.keras.applications.ResNet50(weights=None), tf.TensorSpec([None, 224, 224, 3])),
        "transformer, 12 layers": (transformer(), tf.TensorSpec([None, 16, 128])),
    }
    for name, (model, spec) in models.items():
        rows.append(measure(name, lambda x, model=model: tf.reduce_sum(model(x, training=True)), spec, repeats=2))
    each = [row.analysed / row.operations for row in rows]
    fine = rows[1].first * 10_000 / rows[1].operations < MOST_SECONDS and each[2] < MOST_GROWTH * each[1]
    return rows, fine and all(row.first < row.traced for row in rows[3:])


def applications() -> Iterator[tuple[str, Callable[[], tuple[Any, Any]]]]:
    """Yield Keras's application models and an image for each."""
    found = {name: kind for name, kind in vars(tf.keras.applications).items() if inspect.isfunction(kind)}
    image = np.random.default_rng(0).random((1, PIXELS, PIXELS, 3), np.float32)
    for name, build in sorted(found.items()):
        yield name, lambda build=build: (build(weights=None, input_shape=image.shape[1:], classes=10), image)


def run_models(package: str, chosen: list[str]) -> tuple[list[Row], bool]:
    """Measure every model of a package against the tape."""
    if package == "keras_hub":
        from hub_models import backbones as listed
    else:
        listed = applications
    rows = []
    for name, build in listed():
        if chosen and name not in chosen:
            continue
        try:
            rows.append(against_tape(name, *build()))
        except Exception as error:
            rows.append(Row(name, 0, 0.0, 0.0, 0.0, f"{type(error).__name__}: {error!s:.200}"))
        console.print(name, rows[-1].note or "agrees")
        tf.keras.backend.clear_session()
        gc.collect()
    return rows, not any(row.note for row in rows)


def against_tape(name: str, model: Any, inputs: Any) -> Row:
    """Analyse a model in training, evaluate every gradient, and note where they do not agree."""

    def loss(given: Any) -> Any:
        outputs = tf.nest.flatten(model(given, training=True))
        return tf.add_n([tf.reduce_mean(tf.cast(out, tf.float32) ** 2) for out in outputs if out.dtype.is_floating])

    row = measure(name, loss, inputs)
    measured = flow(loss, inputs).measure(inputs)
    faults = [f"{cell.variable}: {cell.disagreement}" for cell in measured.disagreements]
    return Row(row.name, row.operations, row.traced, row.first, row.analysed, "; ".join(faults))


def main() -> int:
    """Measure, print a table, and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("graphs", "models"))
    parser.add_argument("--package", choices=("applications", "keras_hub"), default="applications")
    parser.add_argument("--model", action="append", default=[], help="only this model; may be repeated")
    options = parser.parse_args()
    rows, fine = run_graphs() if options.what == "graphs" else run_models(options.package, options.model)
    table = Table("graph", "operations", "tracing", "flow, first time", "flow, later", "what does not agree")
    for row in rows:
        times = (f"{row.traced:.2f} s", f"{row.first * 1e3:.1f} ms", f"{row.analysed * 1e3:.1f} ms")
        table.add_row(row.name, f"{row.operations:,}", *times, row.note)
    console.print(table)
    console.print("as required" if fine else "not as required")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
