"""What workers die of, in a module that a process imports at once."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any


def exits(_: Any) -> None:
    """End the process as a C++ library does that gives up."""
    os._exit(11)


def is_killed(_: Any) -> None:
    """End the process as the kernel does that is out of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def raises(words: Any) -> None:
    """Raise, and live."""
    raise ValueError(words)


def returns(value: Any) -> Any:
    """Return the value and the process."""
    return value, os.getpid()


def never_returns(_: Any) -> None:
    """Hold on to the process."""
    threading.Event().wait()


def cannot_start() -> None:
    """Start no process."""
    raise MemoryError("no room")
