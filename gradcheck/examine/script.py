"""A finding as a Python script that needs only TensorFlow."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from gradcheck.errors import UsageError
from gradcheck.examine.finding import Finding
from gradcheck.examine.witness import FindingWitness, find_edge, judge_again, to_subject
from gradcheck.op import ops
from gradcheck.oracles import Doubt, numeric, second
from gradcheck.oracles.precision import wider
from gradcheck.oracles.subject import Subject
from gradcheck.source import Sliced, Unsliceable, literal, slice_call
from gradcheck.training.optimizers import Optimizer, choose_optimizers

# What the templates call things, which an operation's own names must leave alone.
RESERVED = (
    *("os", "operation", "tensors", "wide", "outputs", "gradients", "agree", "attempt", "main", "expected", "found"),
    *("form", "expected_form", "found_form", "by_differences", "by_tape", "value", "eagerly", "in_function", "pick"),
    *("by_reverse", "by_forward", "push", "pair", "slope", "first", "by_loop"),
    *("by_reverse_over_reverse", "by_reverse_over_forward", "by_forward_over_reverse"),
    *("by_forward_over_forward", "by_pfor", "jacobian", "in_wide", "in_narrow", "gradient"),
    *("by_dense", "by_slices", "every_row", "clipped", "norm", "stepped"),
    *("DTYPE", "VALUES", "COTANGENTS", "PLACE", "MOVES", "STEP", "ALLOWED", "TANGENTS", "WIDE"),
)
_PLACE = re.compile(r"input (\d+)")
_WAYS = {"eagerly": "eagerly", "inside a tf.function": "inside", "through a tf.function": "through"}
_SLICES = re.compile(
    r"a dense gradient against (?P<form>slices.*?) through (?:(?P<clip>tf\.[\w.]+)|steps of (?P<optimizer>.+))"
)
_FORMS = {
    "the gradient raises": "raises",
    "the gradient's shape": "shape",
    "the gradient's dtype": "dtype",
    "a gradient that is not finite": "finite",
}


def why_no_script(finding: Finding) -> str:
    """Return why no script can be made of a finding, an empty string if one can."""
    try:
        _sliced(finding)
    except UsageError as error:
        return str(error)
    return ""


def write_script(witness: FindingWitness) -> str:
    """Return the source of a script that takes the gradient both ways and prints BUG or OK.

    The operation's own call goes into it as source; values, cotangents and tangents are written out.

    Raises:
        UsageError: The call cannot be written out, or the oracle does not apply.
        EngineError: The operation fails.
    """
    finding = witness.finding
    sliced = _sliced(finding)
    doubt = judge_again(witness) or finding.doubt
    subject = to_subject(finding)
    templates = Environment(
        loader=PackageLoader("gradcheck.examine", "scripts"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    name, make = _KINDS[finding.oracle]
    text = templates.get_template(f"{name}.py.jinja").render(
        title=_title(witness, doubt),
        imports=[name for name in sliced.imports if name != "os"],
        definitions=sliced.text,
        call=sliced.call,
        dtype=finding.dtype,
        values=[literal(_wide(value)) for value in subject.values],
        cotangents=[literal(_wide(value)) for value in subject.cotangents],
        place=_place(doubt),
        allowed=_allowed(doubt),
        **make(subject, doubt),
    )
    return re.sub(r"\n{4,}", "\n\n\n", text).strip() + "\n"


def _sliced(finding: Finding) -> Sliced:
    if finding.oracle not in _KINDS:
        raise UsageError(f"there is no script of oracle {finding.oracle}; replay it without --script")
    op = ops[finding.op]
    edge = find_edge(op, finding.edge)
    try:
        return slice_call(edge.call if edge and edge.call else op.call, RESERVED)
    except Unsliceable as reason:
        raise UsageError(f"no script can be made of operation {op.name}: {reason}") from reason


def _title(witness: FindingWitness, doubt: Doubt) -> list[str]:
    """Return what the script says of itself; a witness may come from anywhere, so no text may end the quotes."""
    lines = [
        f"{witness.finding.label}: {doubt.what}, found with TensorFlow "
        f"{witness.environment.get('tensorflow', 'of an unknown version')}.",
        "",
        f"expected  {doubt.expected}",
        f"found     {doubt.found}",
        f"where     {doubt.place}",
    ]
    return [line.replace("\\", "/").replace('"', "'") for line in lines]


def _wide(values: Any) -> Any:
    return values.astype("complex128" if values.dtype.kind == "c" else "float64")


def _place(doubt: Doubt) -> int:
    """Return which input; the first stands for all."""
    found = _PLACE.match(doubt.place)
    return int(found[1]) if found else 0


def _allowed(doubt: Doubt) -> str:
    """Return how far two gradients may lie apart, nothing where presence, shape or an error is what differs."""
    known = doubt.allowed is not None and math.isfinite(doubt.allowed)
    return repr(doubt.allowed) if known else ""


def _form(_: Subject, doubt: Doubt) -> dict[str, Any]:
    return {"aspect": _FORMS[doubt.what]}


def _numeric(subject: Subject, doubt: Doubt) -> dict[str, Any]:
    place = _place(doubt)
    moves = [m for index, m in numeric.moves(subject, place) if numeric.where(place, index, m) == doubt.place]
    if not moves:
        raise UsageError(f"oracle numeric moves no such entry any more: {doubt.place}")
    absent = doubt.what.startswith("None")
    return {"moves": list(map(literal, moves)), "step": repr(numeric.step(subject, place)), "absent": absent}


def _modes(_: Subject, doubt: Doubt) -> dict[str, Any]:
    return {"unknown": "unknown sizes" in doubt.what, "xla": "XLA" in doubt.what}


def _forward(subject: Subject, doubt: Doubt) -> dict[str, Any]:
    return {"tangents": _tangents(subject), "way": _WAYS[doubt.what.removeprefix("reverse against forward ")]}


def _second(subject: Subject, doubt: Doubt) -> dict[str, Any]:
    way = doubt.what.removesuffix(" against differences of the first order")
    return {"tangents": _tangents(subject), "way": way, "step": repr(second.step(subject))}


def _jacobian(_: Subject, __: Doubt) -> dict[str, Any]:
    return {}


def _precision(subject: Subject, _: Doubt) -> dict[str, Any]:
    return {"wider": wider(subject)}


def _slices(_: Subject, doubt: Doubt) -> dict[str, Any]:
    told = _SLICES.fullmatch(doubt.what)
    if told is None:
        raise UsageError(f"oracle slices doubts no such thing any more: {doubt.what}")
    name = told["optimizer"]
    chosen = [optimizer for optimizer in choose_optimizers([name]) if optimizer.name == name] if name else []
    return {
        "rows": told["form"] == "slices of every row",
        "clip": told["clip"],
        "optimizer": "".join(map(express_optimizer, chosen)),
        "variable": "tf.keras.Variable" if any(one.wants_keras for one in chosen) else "tf.Variable",
    }


def express_optimizer(optimizer: Optimizer) -> str:
    """Return an expression that makes an optimizer as `Optimizer.make` does."""
    kind = slice_call(optimizer.kind).call.replace("tf.optimizers.", "tf.keras.optimizers.")
    return f"{kind}({', '.join(f'{name}={_argument(value)}' for name, value in optimizer.arguments.items())})"


def _argument(value: Any) -> str:
    """Return an argument as source; what only a function can make is what that function returns."""
    return slice_call(value).call.removeprefix("lambda: ") if callable(value) else repr(value)


def _tangents(subject: Subject) -> list[str]:
    return [literal(_wide(tangent)) for tangent in subject.tangents]


# For each oracle its template, and what that needs to know.
_KINDS: dict[str, tuple[str, Callable[[Subject, Doubt], dict[str, Any]]]] = {
    "form": ("form", _form),
    "numeric": ("numeric", _numeric),
    "graph": ("modes", _modes),
    "unknown": ("modes", _modes),
    "xla": ("modes", _modes),
    "forward": ("forward", _forward),
    "forward_function": ("forward", _forward),
    "second": ("second", _second),
    "second_forward": ("second", _second),
    "jacobian": ("jacobian", _jacobian),
    "precision": ("precision", _precision),
    "slices": ("slices", _slices),
}
