"""Asserting what a training step moves and what it leaves as it was, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gradcheck.assertions.scope import Scope, find_scope, find_whole_scope, refuse_new
from gradcheck.errors import LawBroken
from gradcheck.training.watch import Motion, Read, find_misses, watch

_SHOWN = 6

_MENDS = {
    "still": "a variable stands still where no loss reaches it (see gradcheck.flow), where it is not in the list "
    "that the optimizer is given, where its layer is frozen, where the learning rate is 0, or where what is added to "
    "it is less than half a unit in its last place",
    "weights": "leave the variable out of what the optimizer is given, or freeze its layer with trainable = False "
    "before the model is compiled; a gradient of zeros does not stop momentum or weight decay",
    "state": "a layer called with training=True moves its statistics even where its weights are frozen: call it with "
    "training=False, or pass non_trainable=True if variables that are not trainable may move",
}


def assert_unchanged(
    train_step: Callable[[], object], variables: Any, steps: int = 3, *, non_trainable: bool = False
) -> None:
    """Assert that a training step leaves variables as they were, bit for bit, after each of some steps.

    Of a layer, a model or a glob, what optimizers, metrics and random generators keep is not counted,
    nor are counters: these move in every training. A variable that is given itself is always counted.

    Args:
        train_step: Takes one step; called without arguments, ``steps`` times.
        variables: Variables, layers, models, or names and globs, which are looked up among the variables
            that ``train_step`` can come to.
        steps: How many steps to take: what a first step leaves, momentum may move in a second.
        non_trainable: Whether variables that were made not to be trained, such as the moving statistics
            of a batch normalisation, may move; they do, in training, even where all weights are frozen.

    Raises:
        LawBroken: A variable moved; the message names it, says by how much, and at which step.
        UsageError: ``variables`` is empty or names nothing, ``train_step`` raises, or ``steps`` is below 1.
    """
    __tracebackhide__ = True
    scope = find_scope(train_step, variables)
    motions = watch(train_step, list(scope.given.items()), steps=steps, argument="train_step")
    _fail(scope, (), [m for m in motions if m.step and not (non_trainable and scope.may_move(m.name))])


def assert_only_changes(
    train_step: Callable[[], object],
    variables: Any,
    steps: int = 3,
    *,
    among: Any = None,
    non_trainable: bool = False,
) -> None:
    """Assert that a training step changes some variables, every one of them, and no other.

    All variables that live in the process are watched, bit for bit, so that none can be forgotten. What
    optimizers, metrics and random generators keep is not counted, nor are counters: these move in every
    training. Of a layer, a model or a glob in ``variables``, what is not trainable may move and need not.

    Args:
        train_step: Takes one step; called without arguments, ``steps`` times.
        variables: Variables, layers, models, or names and globs, which are looked up among the variables
            that ``train_step`` can come to.
        steps: How many steps to take; a variable has changed if it did after any of them.
        among: Variables, layers or models; all that is watched, if given, beside ``variables``.
        non_trainable: Whether other variables that were made not to be trained, such as the moving
            statistics of a batch normalisation, may move; they do, in training, even where all weights
            are frozen. A target network of such variables may then move unseen.

    Raises:
        LawBroken: A variable stood still, or another one moved; the message names it, and says by how
            much and at which step it moved.
        UsageError: ``variables`` is empty or names nothing, nothing else can be watched, ``train_step``
            raises or makes variables, or ``steps`` is below 1.
    """
    __tracebackhide__ = True
    scope = find_whole_scope(train_step, variables, among)
    watched = [*scope.given.items(), *scope.others.items()]
    motions = watch(train_step, watched, steps=steps, argument="train_step")
    refuse_new(train_step, scope)
    still = [m for m in motions if m.name in scope.trained and not m.step]
    moved = [m for m in motions if m.name in scope.others and m.step]
    _fail(scope, still, [m for m in moved if not (non_trainable and scope.may_move(m.name))])


def assert_step(
    step: Callable[[], object],
    *,
    changes: Sequence[Any] = (),
    leaves: Sequence[Any] = (),
    steps: int = 1,
    read: Read | None = None,
) -> None:
    """Assert what a training step moves, and what it leaves as it was, bit for bit.

    Take at least two steps where an optimizer has momentum: what a first step leaves, a second may move.

    Args:
        step: Takes one step; called ``steps`` times.
        changes: Variables that must not be what they were when all steps are taken.
        leaves: Variables, or an optimizer's slots, that must be the same after each step.
        steps: How many steps to take.
        read: How a variable's value is read, such as ``session.run``; by ``variable.numpy()`` if not given.

    Raises:
        LawBroken: A variable moved or stood still against its list; the message names it, says by how
            much, and at which step.
        UsageError: There is nothing to watch, a variable is in both lists, ``step`` raises, or ``steps``
            is below 1.
    """
    __tracebackhide__ = True
    misses = find_misses(step, changes, leaves, steps=steps, read=read)
    if misses:
        raise LawBroken("a step does what it must not do\n" + "\n".join(misses))


def _fail(scope: Scope, still: Sequence[Motion], moved: Sequence[Motion]) -> None:
    """Raise what was found, if anything: still ones first, then weights, then what is not trainable."""
    __tracebackhide__ = True
    state = [motion for motion in moved if scope.may_move(motion.name)]
    weights = [motion for motion in moved if not scope.may_move(motion.name)]
    parts = [
        _part("train_step does not change what it must", still, Motion.stood_still, "still"),
        _part("train_step changes what it must not", weights, Motion.moved, "weights"),
        _part("train_step changes what is not trainable", state, Motion.moved, "state"),
    ]
    if any(parts):
        raise LawBroken("\n".join(filter(None, parts)))


def _part(claim: str, motions: Sequence[Motion], tell: Callable[[Motion], str], mend: str) -> str:
    if not motions:
        return ""
    names = [motion.name for motion in motions]
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    head = f"{claim}: {', '.join(names[:_SHOWN])}{rest}"
    return "\n".join([head, *map(tell, motions[:_SHOWN]), f"to mend it: {_MENDS[mend]}"])
