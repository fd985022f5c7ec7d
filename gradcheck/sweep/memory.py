"""Memory of a worker, in what each system offers for it."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)


def peak() -> int:
    """Return how much memory this process has needed at most, in bytes; 0 where the system does not say."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:  # Windows has no such module
        return 0
    most = getrusage(RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def keep_what_is_freed() -> None:
    """Tell glibc to keep what is freed, for all threads: it would return large arrays, and get them page by page."""
    with suppress(OSError, AttributeError, TypeError):  # elsewhere there is no such function, or no such library
        options = ctypes.CDLL(None).mallopt
        for option, value in ((_MMAP_THRESHOLD, 2**25), (_TRIM_THRESHOLD, 2**30), (_ARENA_MAX, 1)):
            options(option, value)
