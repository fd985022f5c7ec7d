"""An embedding's gradient: only the rows that were read, and repeated ids add up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradcheck import compare
from gradcheck.backend import tf
from gradcheck.engines import View, engines, wrap_of
from gradcheck.flow.cell import Kind
from gradcheck.gradient import Array, Gradient
from gradcheck.graph import TwoHeadGraph, Wiring
from gradcheck.laws import laws
from gradcheck.objective import loss1, loss2
from gradcheck.proofs import Steps, register_proof
from gradcheck.proofs.algebra import IDS, READ, TABLE, Line
from gradcheck.proofs.case import Case, derive, read_numbers
from gradcheck.proofs.falsify import plant_lies, tried
from gradcheck.proofs.formula import Formula, Name, Partial, Scattered, exactly
from gradcheck.proofs.joint import CLAIMED, JOINT, joint_lines
from gradcheck.proofs.picture import draw_picture
from gradcheck.proofs.polynomial import LOSSES, OnWholeNumbers, by_hand
from gradcheck.proofs.setting import Setting, draw_setting, golden_setting
from gradcheck.proofs.structure import read_structure
from gradcheck.transforms._function import Function
from gradcheck.transforms._joint import Batch, Gradients, Joint
from gradcheck.trial import Check, Trial

WHOLE = Name("whole", "J", "+")
_FORMULA = loss1 + loss2


def _read_whole(joint: Joint, batch: Batch) -> Gradients:
    """Add half the sum of the table's squares to the joint loss."""
    table = joint.variables["embedding"]
    return joint.gradient(lambda: tf.reduce_sum(joint(batch)) + tf.reduce_sum(tf.square(table)) / 2)


READ_WHOLE = Function("a penalty on the whole table", "", "", _read_whole)


@register_proof
class IndexedSlices(OnWholeNumbers):
    """What a lookup does to a gradient."""

    name = "indexed-slices"
    title = "The rows of an embedding"
    claim = (
        "A lookup's gradient touches only the rows that were read: each read gives one row (tf.IndexedSlices), rows of "
        "repeated ids add up, and every other row gets zeros."
    )
    equation = "grad(f, E)[r] = sum of grad(f, X)[i] over all i with ids[i] = r"
    premise = "The losses read the table through the lookup alone."
    removal = "A penalty of half the sum of its squares is put on the whole table, as weight decay is."
    reason = "The penalty reads every row: each row's gradient grows by exactly the row itself."
    falsified_by = "A row that was not read with an entry that is not zero, or slices that do not add up to it."
    order = 7

    def usual(self) -> Setting:
        golden = golden_setting()
        sizes = {**golden.point.sizes, "batch": 3, "vocabulary": 4}
        table = np.arange(1.0, 13.0).reshape(4, 3)
        new = draw_setting(golden.graph, sizes, 0, name="the golden case, with four rows, two of them read", old=golden)
        return new.with_values(embedding=table, ids=np.array([0, 2, 0], np.int32))

    def why_not(self, setting: Setting) -> str | None:
        ids = setting.point.values["ids"]
        if len(set(ids)) == len(setting.point.values["embedding"]):
            return "every row is read; give a larger vocabulary, or a smaller batch"
        return super().why_not(setting)

    def draw(self, graph: TwoHeadGraph, sizes: dict[str, int], seed: int, name: str) -> Setting:
        """Draw whole numbers, the last id being the first one again, and no row of the table all zeros."""
        drawn = super().draw(graph, sizes, seed, name)
        ids, table = (drawn.point.values[key].copy() for key in ("ids", "embedding"))
        ids[-1:] = ids[:1]
        table[~table.any(axis=1)] = 1.0
        return drawn.with_values(ids=ids, embedding=table)

    def show(self, case: Case) -> Steps:
        picture, named = draw_picture(case.graph, LOSSES), {**LOSSES, "joint": _FORMULA}
        read = set(case.setting.point.values["ids"].tolist())
        unread = np.array([row not in read for row in range(case.setting.point.sizes["vocabulary"])])
        found = _penalised(case) if case.broken else {}
        claims = [Line(Partial(WHOLE, TABLE), _added_up(), CLAIMED, concludes=True)] if case.broken else []
        derivation = derive(case, _lines(case), named, claims=claims, found=found)
        second = Kind.BLOCKED if case.graph.wiring is Wiring.STOPPED else Kind.CONNECTED
        expected = [("loss1", "embedding", Kind.CONNECTED), ("loss2", "embedding", second)]

        def conclude(trial: Trial) -> Iterator[Check]:
            if trial.engine.view is View.ENTRIES:
                gradient = _gradient(trial, broken=case.broken)
                if gradient is None:
                    return
                cleared = Gradient(np.where(unread[None, :, None], 0, gradient.values))
                claim = f"grad({_FORMULA}, embedding) is zero in the {unread.sum()} rows that were not read"
                yield Check(claim, "embedding", compare.identical(cleared, gradient, points=1))

        def because(trial: Trial) -> Iterator[Check]:
            penalised = _gradient(trial, broken=True) if case.broken else None
            if penalised is not None:
                table = case.setting.point.values["embedding"]
                compared = trial.close(trial.grad(_FORMULA, "embedding") + Gradient(table[None]), penalised)
                yield Check("the penalty adds exactly the table to the gradient", "embedding", compared)
                rows, own = (Gradient(values[None, unread]) for values in (penalised.values[0], table))
                claim = f"each of the {unread.sum()} rows that were not read has itself as its gradient"
                yield Check(claim, "embedding", trial.close(own, rows))

        def support(trial: Trial) -> Iterator[Check]:
            if trial.engine.view is View.ENTRIES:
                yield from laws["slices"].judge(trial)
            yield from by_hand(trial, derivation, named)

        formulas = [loss1, loss2, _FORMULA]
        lied = (_FORMULA, "embedding")
        return Steps(
            picture,
            derivation,
            read_structure(case.graph, LOSSES, picture, expected),
            read_numbers(case, formulas, conclude, support, because=because, show=[lied]),
            tried(case, self.fit, ["slices"], plant_lies(case, formulas, lied, support)),
        )


def _gradient(trial: Trial, *, broken: bool) -> Gradient | None:
    """Return the table's gradient as an engine has it, ``None`` where the engine runs no penalty."""
    if not broken:
        found = trial.grad(_FORMULA, "embedding")
        return found if isinstance(found, Gradient) else None
    if wrap_of(trial.engine) is None or READ_WHOLE.why_not(trial.graph, trial.engine):
        return None
    found = trial.transformed(READ_WHOLE, _FORMULA, "embedding")
    return found if isinstance(found, Gradient) else None


def _penalised(case: Case) -> dict[str, Array]:
    """Return the penalised table's gradient as TensorFlow has it, eagerly."""
    found = READ_WHOLE.differentiate(case.graph, case.setting.point.stacked(), engines["eager"])["embedding"]
    return {f"{WHOLE.key}:{TABLE.key}": exactly(np.asarray(found)[0])}


def _lines(case: Case) -> list[Line]:
    more = [Line(Partial(JOINT, TABLE), _added_up(), "all other rows get zeros", concludes=not case.broken)]
    if case.broken:
        right = Partial(JOINT, TABLE) + TABLE
        more.append(Line(Partial(WHOLE, TABLE), right, "J₊ = J + half the sum of E²", reason=True))
    return joint_lines(case.algebra, ["lookup"], concludes=False, more=more)


def _added_up() -> Formula:
    """Return what the claim says of the table's gradient: the rows that were read, added up."""
    return Scattered(Partial(JOINT, READ), IDS, TABLE)
