"""Different ways of writing the same step do the same."""

from __future__ import annotations

from collections.abc import Iterator

from gradcheck.backend import tf
from gradcheck.compare import Budget
from gradcheck.gradient import Unconnected
from gradcheck.objective import loss1, loss2
from gradcheck.training.explain import explained
from gradcheck.training.judging import close, same
from gradcheck.training.laws import REFERENCE, Training, register_step_law
from gradcheck.training.optimizers import Optimizer
from gradcheck.training.routes import Route, Session, routes
from gradcheck.trial import Check


def agree(training: Training, route: Route, reference: Route | None = None) -> Iterator[Check]:
    """Hold a route against another, the answer's if none is given: variable by variable and slot by slot."""
    reference = reference or routes[REFERENCE]
    expected, found = training.history(reference), training.history(route)
    for name in training.graph.variables:
        claim = f"{name} by {route.name} = by {reference.name}"
        check = same(claim, name, expected.values[name][1:], found.values[name][1:])
        yield explained(check, training.optimizer, found, expected)
        theirs = found.slots_of(name)
        for slot, values in expected.slots_of(name).items():
            other = theirs[slot][1:] if slot in theirs else Unconnected()
            check = same(f"slot {slot} of {claim}", name, values[1:], other)
            yield explained(check, training.optimizer, found, expected)


@register_step_law
class RoutesAgree:
    """There is more than one way to keep two heads apart, and they train alike."""

    name = "routes-agree"
    sentence = "Every route that keeps the heads apart leaves the same variables and slots behind, bit for bit."
    equation = "w[k] by route = w[k] by split-var-list"

    def why_not(self, optimizer: Optimizer, mode: str) -> str | None:
        return None

    def judge(self, training: Training) -> Iterator[Check]:
        for route in routes:
            if route.name != REFERENCE and route.applies(training.optimizer) and route.why_wrong is None:
                yield from agree(training, route)


@register_step_law
class OrderIsFree:
    """The order of pairs is no part of a step."""

    name = "order"
    sentence = "Applying pairs in another order changes nothing."
    equation = "apply(pairs) = apply(reversed(pairs))"

    def why_not(self, optimizer: Optimizer, mode: str) -> str | None:
        return None

    def judge(self, training: Training) -> Iterator[Check]:
        yield from agree(training, Route("reversed-pairs", "pairs in reverse order", _reversed))


@register_step_law
class CallsAreFree:
    """One call or two: only the step counter may tell."""

    name = "two-calls"
    sentence = "Applying the heads' lists in two calls changes nothing but the step counter."
    equation = "apply(pairs1 + pairs2) = apply(pairs1); apply(pairs2)"

    def why_not(self, optimizer: Optimizer, mode: str) -> str | None:
        return None

    def judge(self, training: Training) -> Iterator[Check]:
        yield from agree(training, Route("two-calls", "each head's pairs in a call of their own", _two_calls))


@register_step_law
class EntryPointsAgree:
    """Optimizers have more than one entrance."""

    name = "entry-points"
    sentence = "minimize, apply and apply_gradients do the same."
    equation = "minimize(f, w) = apply_gradients(grad(f, w), w) = apply(grad(f, w), w)"

    def why_not(self, optimizer: Optimizer, mode: str) -> str | None:
        return None

    def judge(self, training: Training) -> Iterator[Check]:
        kind = training.optimizer.kind
        if hasattr(kind, "minimize"):
            yield from agree(training, _MINIMIZE, _JOINT)
        # In TensorFlow 1 apply_gradients is all there is.
        if hasattr(kind, "apply"):
            yield from agree(training, _APPLY, _JOINT)


@register_step_law
class SparseIsDense:
    """An embedding's gradient comes as the rows that were read."""

    name = "sparse-dense"
    sentence = "A step with IndexedSlices, repeated ids included, is the step with their dense form."
    equation = "apply(slices, w) = apply(dense(slices), w)"

    def why_not(self, optimizer: Optimizer, mode: str) -> str | None:
        return None

    def judge(self, training: Training) -> Iterator[Check]:
        # One step: the next one starts from another place if this one differs.
        expected, found = training.history(_DENSE), training.history(_JOINT)
        budget = Budget(2.0 * len(training.point.values["ids"]) + 16, "rows read twice add up in another order")
        name, theirs = "embedding", found.slots_of("embedding")
        claim = f"{name} by slices = by a dense gradient"
        yield close(claim, name, expected.values[name][1:2], found.values[name][1:2], budget)
        for slot, values in expected.slots_of(name).items():
            yield close(f"slot {slot} of {claim}", name, values[1:2], theirs[slot][1:2], budget)


def _reversed(s: Session) -> None:
    s.apply(s.compute((loss1, s.head1), (loss2, s.head2))[::-1])


def _two_calls(s: Session) -> None:
    pairs = s.compute((loss1, s.head1), (loss2, s.head2))
    s.apply([(gradient, name) for gradient, name in pairs if name in s.head1])
    s.apply([(gradient, name) for gradient, name in pairs if name in s.head2])


def _everything(s: Session) -> list[str]:
    return [*s.shared, *s.head1, *s.head2]


def _joint(s: Session) -> None:
    s.apply(s.compute((loss1 + loss2, _everything(s))))


def _apply(s: Session) -> None:
    s.apply(s.compute((loss1 + loss2, _everything(s))), as_lists=True)


def _minimize(s: Session) -> None:
    s.minimize(loss1 + loss2, _everything(s))


def _dense(s: Session) -> None:
    s.apply([(tf.convert_to_tensor(gradient), name) for gradient, name in s.compute((loss1 + loss2, _everything(s)))])


_JOINT = Route("apply_gradients", "compute, then apply_gradients", _joint)
_APPLY = Route("apply", "compute, then apply", _apply)
_MINIMIZE = Route("minimize", "both in one call", _minimize)
_DENSE = Route("dense gradients", "every gradient made dense", _dense)
