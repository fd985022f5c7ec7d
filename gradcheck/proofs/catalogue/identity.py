"""Exact identity: whole numbers at which two polynomials agree, and how little doubt that leaves."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gradcheck.engines import Engine
from gradcheck.flow.cell import Kind
from gradcheck.gradient import Array
from gradcheck.graph import BLOCKS, Sizes, TwoHeadGraph
from gradcheck.identity import ExactPoints, loss_degrees
from gradcheck.laws import laws
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.point import draw_integers
from gradcheck.proofs import Steps, register_proof
from gradcheck.proofs.algebra import LOSS, Algebra, given_at, work_out
from gradcheck.proofs.case import Case, derive, told, with_facts
from gradcheck.proofs.falsify import lied, tried
from gradcheck.proofs.formula import Value
from gradcheck.proofs.joint import joint_lines
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import LOSSES, OnWholeNumbers
from gradcheck.proofs.setting import Setting, golden_setting, usual_sizes
from gradcheck.proofs.structure import read_structure
from gradcheck.proofs.symbolic import degree_along
from gradcheck.proofs.walk import Fact, Numbers, Reading, plain
from gradcheck.trial import Arena, Trial

DOUBT_BITS = 128
TOO_SMALL = 1
_LARGEST, _FEWEST = 64, 32
_EXACT_BELOW = 2.0**49  # directions are sixteenths: four bits of float64's 53 are theirs
_FORMULA = loss1 + loss2
_FORMULAS = (loss1, loss2, _FORMULA)
_LAWS = ("additivity", "addition")


@register_proof
class ExactIdentity(OnWholeNumbers):
    """What gradcheck means by 2^-128."""

    name = "exact-identity"
    title = "Exact identity"
    claim = (
        "Two polynomials of degree d that are not the same agree at a point drawn from S^n with probability at most "
        "d/|S|: exact agreement at enough points of whole numbers leaves a doubt of at most 2^-128 that a law holds."
    )
    equation = "P(agree at k points | not the same) <= (d/|S|)^k <= 2^-128"
    premise = "The numbers are drawn from a set S that is many times as large as the degree."
    removal = "The numbers are drawn from S = {-1, 0, 1}, whose three elements are no more than the degree."
    reason = (
        "w^3 - w is zero at each of the three: a gradient that is wrong by it agrees everywhere, and is not caught."
    )
    falsified_by = "A lie of degree d that agrees at more than d of the numbers of S."
    order = 11

    def usual(self) -> Setting:
        return golden_setting(dtype="float64")

    def fit(self, graph: TwoHeadGraph) -> TwoHeadGraph:
        """Return the nearest polynomial of so low a degree that large enough numbers are exact."""
        near = super().fit(graph)
        flat = near.changed(loss1="plain_sum", loss2="plain_sum")
        small = flat.changed(**{block: getattr(near, block)[:1] for block in BLOCKS})
        return next((one for one in (near, flat) if find_bound(one, usual_sizes(one)) is not None), small)

    def why_not(self, setting: Setting) -> str | None:
        if setting.graph.dtype != "float64":
            return f"exact arithmetic needs the 53 bits of float64; the dtype is {setting.graph.dtype}"
        if setting.graph.reduction == "mean":
            return "a mean has no whole coefficients; give sum or none"
        if (reason := super().why_not(setting)) is not None:
            return reason
        there = find_bound(setting.graph, setting.point.sizes) is not None
        return (
            None if there else "numbers that are exact are too few for its degree; give fewer layers, or smaller sizes"
        )

    def show(self, case: Case) -> Steps:
        points = _draw(case)
        picture, named = draw_picture(case.graph, LOSSES), {**LOSSES, "joint": _FORMULA}
        derivation = derive(case, joint_lines(case.algebra, ["embedding"], concludes=False), named)
        reached = [(loss, w, Kind.CONNECTED) for loss in LOSSES for w in case.graph.variables
                   if w in case.graph.reached_by(loss)]  # fmt: skip
        structure = read_structure(case.graph, LOSSES, picture, reached)
        return Steps(
            picture,
            with_facts(derivation, _degrees(case, points.degree)),
            structure,
            _numbers(case, points),
            tried(case, self.fit, ["additivity"], [_zeros_of_lie(points)]),
        )


def find_bound(graph: TwoHeadGraph, sizes: Sizes) -> int | None:
    """Return how large whole numbers may be so that nothing is rounded, ``None`` if too small for the degree."""
    bound, batch = _LARGEST, max(1, sizes["batch"])
    algebra = Algebra(graph, batch)
    lines = [*algebra.forward(), *algebra.backward(LOSS[1], 1), *algebra.backward(LOSS[2], 2)]
    while 2 * bound + 1 >= 2 * max(loss_degrees(graph)):
        largest = draw_integers(graph, {**sizes, "batch": batch}, 1, bound=bound)[0].values
        given = given_at({name: _all_as_large(name, value, bound) for name, value in largest.items()})
        values = work_out(lines, given)
        sums = [float(np.sum(np.asarray(values[line.left.key], np.float64))) for line in lines]
        if 2 * max(sums) < _EXACT_BELOW:
            return bound
        bound //= 2
    return None


def _all_as_large(name: str, value: Array, bound: int) -> Array:
    # A loss is a function of output - labels: negative labels make that a sum.
    return value if name == "ids" else np.full_like(value, -bound if name.startswith("labels") else bound)


def _draw(case: Case) -> ExactPoints:
    """Draw as many points as it takes: where the premise is gone, as many from three numbers."""
    graph, sizes = case.graph, {axis: max(1, size) for axis, size in case.setting.point.sizes.items()}
    bound, highest = find_bound(graph, sizes) or 1, max(loss_degrees(graph))
    count = max(_FEWEST, math.ceil(DOUBT_BITS / math.log2((2 * bound + 1) / highest)))
    bound = TOO_SMALL if case.broken else bound
    return ExactPoints(draw_integers(graph, sizes, count, bound=bound, seed=case.setting.seed), bound, highest)


def _degrees(case: Case, most: int) -> Iterator[Fact]:
    """Let sympy say of what degree the gradients are, along a line through the point."""
    given: dict[str, Value] = given_at(case.setting.point.values)
    for w in case.graph.variables:
        found = degree_along(case.graph, given, _FORMULA, w)
        yield Fact(f"grad({_FORMULA}, {w}) is of degree {most} at most", f"degree {found}", found <= most, "sympy")


def _numbers(case: Case, points: ExactPoints) -> Numbers:
    objectives = tuple(map(as_objective, _FORMULAS))
    arena = Arena(case.graph, points.points, objectives, stacked=True, exact=True)
    engines = [engine for engine in case.engines if engine.sees_absence]
    facts: list[Fact] = []
    for engine in engines:
        trial = Trial(arena, engine, engines)
        for name in _LAWS:
            if laws[name].why_not(case.graph, engine) is None:
                facts += [_summary(name, trial)]
    facts += [_caught(arena, engines[0]), _doubt(points), *(_hidden(arena, engines[0], points) if case.broken else ())]
    first = points.points.values["embedding"].reshape(len(points.points), -1)[:, 0]
    return Numbers((Reading("embedding[0, 0] at the points", "drawn", plain(first)),), tuple(facts))


def _summary(name: str, trial: Trial) -> Fact:
    checks = list(laws[name].judge(trial))
    broken = [check for check in checks if check.comparison.broken.any()]
    if broken:
        return told(broken[0], trial.engine.name)
    equations = f"{len(checks)} equation{'s agree' if len(checks) != 1 else ' agrees'}"
    found = f"{equations} exactly at all {len(trial.points)} points"
    return Fact(f"law {name}: {laws[name].equation}", found, True, trial.engine.name)


def _liar(arena: Arena, engine: Engine) -> Trial:
    """Let the joint gradient be wrong by w^3 - w in one entry, w being an entry of the embedding."""

    def edit(values: Array) -> Array:
        w = arena.points.values["embedding"][:, 0, 0]
        values.reshape(len(values), -1)[:, 0] += w**3 - w
        return values

    return lied(Trial(arena, engine), _FORMULA, "embedding", edit)


def _hidden(arena: Arena, engine: Engine, points: ExactPoints) -> Iterator[Fact]:
    """Say why the lie is not caught: it has a zero at every number of S, and is a lie elsewhere alone."""
    numbers = range(-points.bound, points.bound + 1)
    zeros = sum(w**3 - w == 0 for w in numbers)
    statement = f"w^3 - w is zero at each of the {len(numbers)} numbers of S, and at 2 it is 6"
    yield Fact(statement, f"at {zeros} of {len(numbers)}", zeros == len(numbers), "algebra", reason=True)
    honest, liar = Trial(arena, engine), _liar(arena, engine)
    compared = honest.identical(honest.grad(_FORMULA, "embedding"), liar.grad(_FORMULA, "embedding"))
    alike = not compared.broken.any()
    statement = f"at all {len(points.points)} points the wrong gradient is the right one, bit for bit"
    yield Fact(statement, "it is" if alike else "it is not", alike, engine.name, reason=True)


def _caught(arena: Arena, engine: Engine) -> Fact:
    """Hold a lie against the law of the sum."""
    liar = _liar(arena, engine)
    checks = [check.comparison.broken for check in laws["additivity"].judge(liar)]
    seen = int(np.sum(np.any(checks, axis=0)))
    found = f"it shows at {seen} of {len(arena.points)} points"
    return Fact("a gradient wrong by w^3 - w in one entry is caught", found, seen > 0, engine.name, concludes=True)


def _doubt(points: ExactPoints) -> Fact:
    size = 2 * points.bound + 1
    statement = f"(d/|S|)^k is at most 2^-{DOUBT_BITS}"
    if points.degree >= size:
        found = f"d = {points.degree} is no less than |S| = {size}: agreement says nothing"
        return Fact(statement, found, False, "algebra", concludes=True)
    found = f"({points.degree}/{size})^{len(points.points)} = 2^-{points.doubt_bits:.0f}"
    return Fact(statement, found, points.doubt_bits >= DOUBT_BITS, "algebra", concludes=True)


def _zeros_of_lie(points: ExactPoints) -> Fact:
    """Count at how many numbers of S a lie of degree 3 is none."""
    zeros = sum(w**3 - w == 0 for w in range(-points.bound, points.bound + 1))
    found = f"{zeros} of {2 * points.bound + 1}"
    return Fact("w^3 - w, of degree 3, is zero at no more than 3 numbers of S", found, zeros <= 3, "algebra")
