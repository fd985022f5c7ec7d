"""What a worker does: judges a span, or looks into a broken point."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from functools import cache
from resource import RUSAGE_SELF, getrusage
from threading import Lock
from typing import Any

from gradcheck.sweep.judge import Broken, Judged, judge_span
from gradcheck.sweep.look import look_into
from gradcheck.sweep.plan import Plan, Span

# A worker of a cluster may have several threads, and what is traced is kept for one graph a process.
_one_at_a_time = Lock()
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of mallopt(3)


def work(plan: Plan, span: Span) -> tuple[Judged, int]:
    """Judge a span in a worker, and return how much memory it has needed at most, in bytes."""
    with _one_at_a_time:
        prepare()
        judged = judge_span(plan, span)
    return judged, getrusage(RUSAGE_SELF).ru_maxrss * 1024


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

    _keep_memory()
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # a worker that has used TensorFlow before keeps what it has


def _keep_memory() -> None:
    """Tell glibc to keep what is freed: it would return every large array, and get it again page by page."""
    with suppress(OSError, AttributeError):  # elsewhere there is no such function
        options = ctypes.CDLL(None).mallopt
        for option, size in ((_MMAP_THRESHOLD, 2**25), (_TRIM_THRESHOLD, 2**30)):
            options(option, size)
