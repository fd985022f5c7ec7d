"""The joint loss in a derivation: what each variable gets from it, term by term, and which term is absent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gradcheck.graph import Wiring, block_of
from gradcheck.proofs.algebra import LOSS, Algebra, Line, needed
from gradcheck.proofs.formula import Formula, Name, Partial

JOINT = Name("joint", "J")
CLAIMED = "claimed, and false without the premise"
JOINT_LOSS = Line(JOINT, LOSS[1] + LOSS[2], "the joint loss")


def joint_lines(
    algebra: Algebra,
    wanted: Iterable[str],
    *,
    concludes: bool,
    because: Sequence[str] = (),
    more: Sequence[Line] = (),
) -> list[Line]:
    """Return all that the joint loss's gradients need: the forward pass, both backward passes, and their sums.

    Args:
        algebra: Of which graph.
        wanted: Variables, or ``"lookup"``; those that no loss reaches are left out.
        concludes: Whether the sums are what the proof claims.
        because: Those whose sums show instead why the claim falls.
        more: Lines that follow.
    """
    reached = [key for key in wanted if any(reaches(algebra, which, key) for which in LOSS)]
    ends = [
        replace(joint_line(algebra, key), concludes=concludes and key not in because, reason=key in because)
        for key in reached
    ]
    passes = [*algebra.backward(LOSS[1], 1), *algebra.backward(LOSS[2], 2)]
    return lines_for(algebra, [*ends, *more], passes, [JOINT_LOSS])


def joint_line(algebra: Algebra, key: str) -> Line:
    """Return the line of the joint loss's gradient by a variable: the sum of those of the losses that reach it."""
    terms = {LOSS[which]: None if reaches(algebra, which, key) else why_absent(algebra, which, key) for which in LOSS}
    return summed(algebra, JOINT, key, terms)


def claim_line(algebra: Algebra, of: Name, key: str, own: Name) -> Line:
    """Return the line that claims of a gradient that it is another one's, as it is not without the premise."""
    w = algebra.name(key)
    return Line(Partial(of, w), Partial(own, w), CLAIMED, concludes=True)


def reaches(algebra: Algebra, which: int, key: str) -> bool:
    """Whether a loss's gradient comes back to a variable, or to ``"lookup"``."""
    return ("embedding" if key == "lookup" else key) in algebra.graph.reached_by(f"loss{which}")


def why_absent(algebra: Algebra, which: int, key: str) -> str:
    """Say why a loss gives a variable no gradient."""
    cut = which == 2 and algebra.graph.wiring is Wiring.STOPPED and block_of(key) != "head2"
    partial = Partial(LOSS[which], algebra.name(key)).text()
    return f"{partial} is absent: {'the stop cuts it' if cut else 'no path'}"


def summed(algebra: Algebra, of: Name, key: str, terms: Mapping[Name, str | None]) -> Line:
    """Return the line of a sum's gradient: the sum of those of its terms that are there.

    Args:
        algebra: Of which graph.
        of: The sum.
        key: By what.
        terms: Its terms; each with what is to be said if it is absent, ``None`` where it is there.
    """
    w = algebra.name(key)
    there = [Partial(term, w) for term, absent in terms.items() if absent is None]
    right: Formula = there[0]
    for partial in there[1:]:
        right = right + partial
    words = [absent for absent in terms.values() if absent] or ["the gradient of a sum is the sum of the gradients"]
    return Line(Partial(of, w), right, "; ".join(words))


def lines_for(
    algebra: Algebra, conclusions: Sequence[Line], passes: Sequence[Line], defined: Sequence[Line] = ()
) -> list[Line]:
    """Return the forward lines, the backward passes and the conclusions, as far as the conclusions need them."""
    lines = [*algebra.forward(), *defined, *passes, *(line for line in conclusions if line not in passes)]
    return needed(lines, {line.left.key for line in (*conclusions, *defined)})
