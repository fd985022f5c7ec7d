"""Eager against the ways TensorFlow compiles the same gradient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gradcheck.backend import tf
from gradcheck.oracles import Doubt, Unjudged, oracle
from gradcheck.oracles._compare import compare
from gradcheck.oracles.subject import Answer, Subject, attempt
from gradcheck.raised import Raised


@oracle("graph", "eager against tf.function")
def judge_graph(subject: Subject) -> Iterator[Doubt]:
    """Trace the gradient with the shapes known."""
    specs = [tf.TensorSpec(x.shape, x.dtype) for x in subject.inputs]
    yield from _judge(subject, "eager against tf.function", specs)


@oracle("unknown", "eager against tf.function with unknown sizes", turns=3)
def judge_unknown(subject: Subject) -> Iterator[Doubt]:
    """Trace the gradient with every dimension unknown."""
    specs = [tf.TensorSpec([None] * x.shape.rank, x.dtype) for x in subject.inputs]
    yield from _judge(subject, "eager against tf.function of unknown sizes", specs)


@oracle("xla", "eager against XLA", turns=4)
def judge_xla(subject: Subject) -> Iterator[Doubt]:
    """Compile the gradient by XLA, with the shapes known."""
    specs = [tf.TensorSpec(x.shape, x.dtype) for x in subject.inputs]
    yield from _judge(subject, "eager against XLA", specs, jit_compile=True)


def _judge(subject: Subject, what: str, specs: Sequence[Any], **options: Any) -> Iterator[Doubt]:
    """Compare with what a function gives; where the operation alone fails in one, that says nothing of its gradient."""
    found = in_function(subject, specs, **options)
    if isinstance(found, Raised) and not isinstance(subject.eager, Raised):
        alone = attempt(lambda: tf.function(subject.apply, autograph=False, **options).get_concrete_function(*specs))
        ran = alone if isinstance(alone, Raised) else attempt(lambda: alone(*subject.inputs))
        if isinstance(ran, Raised):
            raise Unjudged(f"the operation itself fails there: {ran}")
    yield from compare(subject, what, subject.eager, found)


def in_function(subject: Subject, specs: Sequence[Any], **options: Any) -> Answer:
    """Return the gradients that a tape inside a ``tf.function`` takes."""

    def run() -> Answer:
        present: list[bool] = []

        def pull(*inputs: Any) -> list[Any]:
            gradients = subject.pull(inputs)
            present[:] = [g is not None for g in gradients]
            return [tf.convert_to_tensor(g) for g in gradients if g is not None]

        concrete = tf.function(pull, autograph=False, **options).get_concrete_function(*specs)
        given = iter(concrete(*subject.inputs))
        return subject.arrays([next(given) if there else None for there in present])

    answer: Answer = attempt(run)
    return answer
