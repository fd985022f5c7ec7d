"""Floating point: why float32 gradients differ in their last bits from engine to engine, and why that is no fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

import numpy as np

from gradcheck.backend import tf
from gradcheck.engines import Engine, View
from gradcheck.errors import EngineError
from gradcheck.flow.cell import Kind
from gradcheck.gradient import Array, Gradient
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import loss1, loss2
from gradcheck.proofs import Steps, register_proof
from gradcheck.proofs.algebra import Line, given_at, work_out
from gradcheck.proofs.case import Case, derive, with_facts, with_setting
from gradcheck.proofs.falsify import lied, tried
from gradcheck.proofs.joint import JOINT, joint_lines
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import LOSSES, OnWholeNumbers
from gradcheck.proofs.setting import Setting, draw_generic, draw_setting, golden_setting
from gradcheck.proofs.structure import read_structure
from gradcheck.proofs.walk import Fact, Numbers, Reading, plain
from gradcheck.trial import Trial

UNIT = 2.0**-24  # float32 rounds to within this share
_FORMULA = loss1 + loss2
_BATCH = 64


@register_proof
class FloatingPoint(OnWholeNumbers):
    """What rounding may do, bounded before anything is computed."""

    name = "floating-point"
    title = "Floating point"
    claim = (
        "float32 gradients may differ in their last bits between engines, which add up the same terms in other orders; "
        "each of them lies within a bound that follows from the number of roundings and the size of the terms."
    )
    equation = "|g32 - g| <= k*u / (1 - k*u) * G,  u = 2^-24,  G: the gradient with every term positive"
    premise = "Every operation rounds to float32: to within a share u = 2^-24 of its result."
    removal = "The gradient passes through bfloat16 on its way, as it does in a careless all-reduce."
    reason = "bfloat16 rounds to within 2^-8, 65536 times as coarsely: the bound that counts with 2^-24 is passed."
    falsified_by = "An entry on some engine that is further from the exact gradient than the bound."
    order = 10

    def usual(self) -> Setting:
        graph = golden_setting().graph
        sizes = {"batch": _BATCH, "vocabulary": 8, "embedding": 3, "head1/0": 4, "head2/0": 5}
        return draw_generic(graph, sizes, 0, name="the golden structure, 64 examples of values with many digits")

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        return super().fit(graph).changed(dtype="float32")

    def why_not(self, setting: Setting) -> str | None:
        if setting.graph.dtype != "float32":
            return f"it is about float32; the dtype is {setting.graph.dtype}"
        return super().why_not(setting)

    def draw(self, graph: TwoHeadGraph, sizes: dict[str, int], seed: int, name: str) -> Setting:
        """Draw values with many digits."""
        return draw_generic(graph, sizes, seed, name=name)

    def show(self, case: Case) -> Steps:
        graph, picture = case.graph, draw_picture(case.graph, LOSSES)
        reached = [w for w in graph.variables if any(w in graph.reached_by(loss) for loss in LOSSES)]
        # On whole numbers nothing is rounded: there the derivation can be held against TensorFlow exactly.
        exact = graph.changed(dtype="float64")
        sizes = {axis: min(2, size) for axis, size in case.setting.point.sizes.items()}
        whole = with_setting(case, draw_setting(exact, sizes, case.setting.seed, name="whole numbers"))
        named = {**LOSSES, "joint": _FORMULA}
        expected = [(loss, w, Kind.CONNECTED) for loss in LOSSES for w in reached if w in graph.reached_by(loss)]
        bounds = _bounds(case, reached)
        return Steps(
            picture,
            with_facts(derive(whole, _lines(whole, reached), named), _orders()),
            read_structure(graph, LOSSES, picture, expected),
            _numbers(case, bounds),
            tried(case, self.fit, ["precision"], _lies(case, bounds)),
        )


Bounds = dict[str, tuple[Array, Array, Array]]  # by variable: the exact gradient, what is allowed, all terms positive


def _lines(case: Case, reached: Sequence[str]) -> list[Line]:
    return joint_lines(case.algebra, reached, concludes=False)


def count_roundings(case: Case) -> int:
    """Return how often a term of a gradient is rounded at most: once for each term of each sum on its way."""
    sizes, graph = case.setting.point.sizes, case.graph
    layers = sum(sum(width) + 4 for width in graph.widths(sizes).values())
    return layers + sum(graph.outputs(sizes)) + 2 * sizes["batch"] + 8


def _bounds(case: Case, reached: Sequence[str]) -> Bounds:
    """Compute the gradient exactly, in fractions, and how far rounding may take each entry.

    References:
        Higham (2002), section 3.1: a product of k factors 1 + d with ``|d| <= u`` is within ``k*u / (1 - k*u)``.
    """
    lines, values = _lines(case, reached), case.setting.point.values
    exact = work_out(lines, given_at(values))
    positive = work_out(lines, given_at({name: _positive(name, value) for name, value in values.items()}))
    k = count_roundings(case)
    share = k * UNIT / (1 - k * UNIT)
    found: Bounds = {}
    for w in reached:
        key = f"{JOINT.key}:{w}"
        gradient, terms = (np.asarray(side[key], dtype=np.float64) for side in (exact, positive))
        found[w] = gradient, share * np.abs(terms), terms
    return found


def _positive(name: str, value: Array) -> Array:
    # A loss is a function of output - labels: negative labels make that a sum.
    return -np.abs(value) if name.startswith("labels") else np.abs(value)


# --- the numbers -------------------------------------------------------------------------------


def _numbers(case: Case, bounds: Bounds) -> Numbers:
    facts: list[Fact] = []
    readings: list[Reading] = []
    computed: dict[str, dict[str, Array]] = {}
    for engine in (engine for engine in case.engines if engine.view is View.ENTRIES):
        try:
            gradients = _compute(_trial(case, engine), bounds)
        except EngineError as error:
            facts.append(Fact(f"{engine.name} computes gradients", str(error), False, engine.name, failed=True))
            continue
        computed[engine.name] = gradients
        facts += _judge(gradients, bounds, engine.name, broken=case.broken)
        last = list(bounds)[-1]
        readings.append(Reading(f"grad({_FORMULA}, {last})", engine.name, plain(gradients[last])))
    k = count_roundings(case)
    remark = (
        f"At most k = {k} roundings: the bound is {k * UNIT:.2g} of the sum of the terms' sizes. {_apart(computed)}"
    )
    return Numbers(tuple(readings), tuple(facts), (), remark)


def _trial(case: Case, engine: Engine) -> Trial:
    return case.trial(engine, [_FORMULA], exact=False)


def _compute(trial: Trial, variables: Iterable[str]) -> dict[str, Array]:
    found = ((w, trial.grad(_FORMULA, w)) for w in variables)
    return {w: np.asarray(g.values[0]) for w, g in found if isinstance(g, Gradient)}


def _judge(gradients: dict[str, Array], bounds: Bounds, engine: str, *, broken: bool) -> Iterator[Fact]:
    """Hold each gradient against the exact one; without the premise, what is left of it after bfloat16."""
    worst = _worst({w: _coarsened(g) if broken else g for w, g in gradients.items()}, bounds)
    found = f"the worst entry, of {worst[1]}, is off by {worst[0]:.3g} times the bound"
    yield Fact(f"every entry of grad({_FORMULA}, w) is within the bound", found, worst[0] <= 1, engine, concludes=True)
    if broken:
        before = _worst(gradients, bounds)
        found = f"the worst entry is off by {before[0]:.3g} times the bound"
        yield Fact("before bfloat16 every entry is within the bound", found, before[0] <= 1, engine, reason=True)
        exact = all(np.array_equal(_coarsened(g), _to_eight_digits(g)) for g in gradients.values())
        statement = "after it, every entry is that one rounded to 8 binary digits"
        yield Fact(statement, "bit for bit" if exact else "not so", exact, engine, reason=True)


def _worst(gradients: dict[str, Array], bounds: Bounds) -> tuple[float, str]:
    shares = []
    for w, (exact, allowed, _) in bounds.items():
        if w not in gradients:
            return float("inf"), w
        apart = np.abs(gradients[w].astype(np.float64) - exact)
        shares.append((float(np.max(apart / np.maximum(allowed, np.finfo(np.float32).tiny), initial=0.0)), w))
    return max(shares)


def _coarsened(gradient: Array) -> Array:
    return np.asarray(tf.cast(tf.cast(gradient, tf.bfloat16), tf.float32))


def _to_eight_digits(gradient: Array) -> Array:
    """Round to 8 binary digits, ties to even: worked out in float64, where that is exact."""
    fraction, power = np.frexp(gradient.astype(np.float64))
    return np.asarray(np.ldexp(np.rint(np.ldexp(fraction, 8)), power - 8), np.float32)


def _apart(computed: dict[str, dict[str, Array]]) -> str:
    """Say in how many entries engines differ."""
    pairs = []
    for left, right in combinations(computed, 2):
        both = [(computed[left][w], computed[right][w]) for w in computed[left]]
        pairs.append((sum(int(np.sum(a != b)) for a, b in both), left, right))
    if not pairs or not max(pairs)[0]:
        return "Here all engines happen to have the same bits."
    count, left, right = max(pairs)
    total = sum(g.size for g in computed[left].values())
    return f"{left} and {right} differ in the last bits of {count} of {total} entries."


def _orders() -> Iterator[Fact]:
    """Show that the order of a sum decides its last bit, in float32 itself."""
    one, small = np.float32(1), np.float32(UNIT)
    left, right = (one + small) + small, one + (small + small)
    found = f"{float(left - one):g} and {float(right - one):g} beyond 1"
    yield Fact("(1 + u) + u and 1 + (u + u) are not the same in float32", found, bool(left != right), "algebra")


def _lies(case: Case, bounds: Bounds) -> Iterator[Fact]:
    """Let an engine be wrong by one percent in one entry, and see whether the bound notices."""
    engine = next(engine for engine in case.engines if engine.view is View.ENTRIES)
    w = list(bounds)[-1]

    def edit(values: Array) -> Array:
        values[0].reshape(-1)[int(np.argmax(np.abs(values[0])))] *= np.float32(1.01)
        return values

    gradients = _compute(lied(_trial(case, engine), _FORMULA, w, edit), bounds)
    (fact, *_) = _judge(gradients, bounds, engine.name, broken=False)
    statement = f"a lie is planted in grad({_FORMULA}, {w}): its largest entry is wrong by one percent"
    yield Fact(statement, fact.found, not fact.holds, engine.name)
