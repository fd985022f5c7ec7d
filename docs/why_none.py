"""Make docs/why-is-my-gradient-none.md: run each model of docs/none, and write what it gives.

python docs/why_none.py
"""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from jinja2 import Environment, StrictUndefined

import gradcheck
from gradcheck.flow.cell import Kind
from gradcheck.flow.words import label

DOCS = Path(__file__).parent
PAGE = DOCS / "why-is-my-gradient-none.md"
MODELS = DOCS / "none"
ORDER = (
    *("stop_gradient", "outside_the_tape", "replaced_by_tensor", "dot_numpy", "numpy_function", "py_function"),
    *("cast_to_integers", "argmax", "rounding", "sign", "comparison", "where_condition", "cond_predicate"),
    *("while_condition", "sampling", "embedding_indices", "lookup_table", "integer_variable", "integer_loss"),
    *("other_head", "shape_only", "assign_inside", "untrainable", "custom_gradient", "not_differentiable"),
    *("no_gradient", "dead_relu"),
)


@dataclass(frozen=True)
class Outcome:
    """What a loss does: what a tape gives, and one inside a function; gradcheck's verdict, and all that it prints."""

    tape: str
    traced: str
    verdict: str
    printed: str


@dataclass(frozen=True)
class Cause:
    """One reason of a gradient that is missing: its words, its code, and what both do when they are run."""

    name: str
    heading: str
    why: str
    remedy: str
    code: str
    mend: str
    before: Outcome
    after: Outcome

    @property
    def anchor(self) -> str:
        """The heading as a link's target."""
        return re.sub(r"[^\w\- ]", "", self.heading.lower()).replace(" ", "-")


def cause(path: Path) -> Cause:
    """Run a model and its mend.

    The model's docstring is heading, reason and remedy, a blank line between. It has a variable ``w``, a function
    ``loss`` and a function ``mended``, before which a variable ``v`` may stand that takes the place of ``w``.

    Raises:
        ValueError: The loss has a gradient, or the mend has none.
    """
    source = path.read_text(encoding="utf-8")
    heading, why, remedy = (ast.get_docstring(ast.parse(source)) or "").split("\n\n")
    code, mend = _halves(source)
    model = runpy.run_path(str(path))
    before = _outcome(model["loss"], model["w"])
    after = _outcome(model["mended"], model.get("v", model["w"]))
    if not _is_missing(before.tape):
        raise ValueError(f"{path.name}: the loss must have no gradient; found {before.tape}")
    if _is_missing(after.tape) or after.verdict != "connected":
        raise ValueError(f"{path.name}: the mend must have a gradient; found {after.tape}, {after.verdict}")
    return Cause(path.stem, heading, why, remedy, code, mend, before, after)


def page() -> str:
    """Return the page, with all models run anew."""
    template = (DOCS / "why_none.md.jinja").read_text(encoding="utf-8")
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True)
    causes = [cause(MODELS / f"{name}.py") for name in ORDER]
    version = ".".join(tf.__version__.split(".")[:2])
    # What shows itself otherwise than by None stands last in the table: errors, then zeros.
    table = sorted(causes, key=lambda cause: (cause.before.tape != "None", cause.before.tape))
    return environment.from_string(template).render(causes=causes, table=table, tensorflow=version)


def _halves(source: str) -> tuple[str, str]:
    """Return a file's code without its docstring, up to the loss's end, and from there on."""
    lines, tree = source.splitlines(), ast.parse(source)
    ends = {node.name: node.end_lineno for node in tree.body if isinstance(node, ast.FunctionDef)}
    start, middle = tree.body[0].end_lineno, ends["loss"]
    return "\n".join(lines[start:middle]).strip(), "\n".join(lines[middle:]).strip()


def _outcome(loss: Callable[[], Any], variable: Any) -> Outcome:
    def gradient() -> Any:
        with tf.GradientTape() as tape:
            value = loss()
        if isinstance(value, Mapping):
            value = list(value.values())[-1]
        return tape.gradient(value, variable)

    tape, traced = _told(gradient), _told(tf.function(gradient, autograph=False))
    try:
        flow = gradcheck.flow(loss, variables=[variable])
    except gradcheck.UsageError as error:
        return Outcome(tape, traced, "refused", _without_folders(f"gradcheck.UsageError: {error}"))
    asked = flow.losses[-1], flow.variables[0]
    verdict = label(flow[asked])
    if flow[asked].kind is Kind.CONNECTED:
        flow = flow.measure()
        verdict = "dead" if flow[asked].dead else verdict
    return Outcome(tape, traced, verdict, _without_folders(flow.explain(*asked)))


def _without_folders(printed: str) -> str:
    """Return what is printed wherever the page is made: files of models, without the folders before them."""
    return re.sub(rf"\S*\b{MODELS.name}/(?=\w+\.py:\d)", "", printed)


def _told(gradient: Callable[[], Any]) -> str:
    """Say what a gradient is: None, numbers, or an error."""
    # The same numbers are drawn whatever has run before.
    tf.random.set_seed(0)
    try:
        found = gradient()
    except (LookupError, AttributeError) as error:
        return f"{type(error).__name__}: {error.args[0]}"
    if found is None:
        return "None"
    return str(np.round(tf.cast(tf.convert_to_tensor(found), tf.float64).numpy(), 2).tolist())


def _is_missing(tape: str) -> bool:
    return not re.search("[1-9]", tape) or "Error" in tape


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
