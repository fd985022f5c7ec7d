"""Eager against the ways TensorFlow compiles the same gradient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gradcheck.backend import tf
from gradcheck.oracles import Doubt, oracle
from gradcheck.oracles._compare import compare
from gradcheck.oracles.subject import Answer, Subject, attempt


@oracle("graph", "eager against tf.function")
def judge_graph(subject: Subject) -> Iterator[Doubt]:
    """Trace the gradient with the shapes known."""
    specs = [tf.TensorSpec(x.shape, x.dtype) for x in subject.inputs]
    yield from compare(subject, "eager against tf.function", subject.eager, in_function(subject, specs))


@oracle("unknown", "eager against tf.function with unknown sizes")
def judge_unknown(subject: Subject) -> Iterator[Doubt]:
    """Trace the gradient with every dimension unknown."""
    specs = [tf.TensorSpec([None] * x.shape.rank, x.dtype) for x in subject.inputs]
    found = in_function(subject, specs)
    yield from compare(subject, "eager against tf.function of unknown sizes", subject.eager, found)


@oracle("xla", "eager against XLA", slow=True)
def judge_xla(subject: Subject) -> Iterator[Doubt]:
    """Compile the gradient by XLA, with the shapes known."""
    specs = [tf.TensorSpec(x.shape, x.dtype) for x in subject.inputs]
    found = in_function(subject, specs, jit_compile=True)
    yield from compare(subject, "eager against XLA", subject.eager, found)


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
