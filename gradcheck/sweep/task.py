"""What a worker does: judges a span, or looks into a broken point."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Any

from gradcheck.sweep.judge import Broken, Judged, judge_span
from gradcheck.sweep.look import look_into
from gradcheck.sweep.memory import keep_what_is_freed, peak
from gradcheck.sweep.plan import Plan, Span

# A worker of a cluster may have several threads, and what is traced is kept for one graph a process.
_one_at_a_time = Lock()


def work(plan: Plan, span: Span) -> tuple[Judged, int]:
    """Judge a span in a worker, and return how much memory that has needed at most, in bytes."""
    with _one_at_a_time:
        prepare()
        judged = judge_span(plan, span)
    return judged, peak()


def look(plan: Plan, broken: Broken) -> tuple[str, str, str, dict[str, Any]] | None:
    """Look into a broken point in a worker."""
    with _one_at_a_time:
        prepare()
        found = look_into(plan, broken)
    return found.sent() if found else None


@cache
def prepare() -> None:
    """Give TensorFlow one thread, as there are as many workers as processors; keep memory that is used again."""
    from gradcheck.backend import tf

    keep_what_is_freed()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # a worker that has used TensorFlow before keeps what it has
