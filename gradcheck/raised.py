"""An exception as a value: what a computation raised, in place of its result."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gradcheck.errors import said

_TRACED = re.compile(r"^ +(\w+): (.*)$", re.MULTILINE)  # the error, below the lines of code that were traced
_LONGEST = 300


@dataclass(frozen=True)
class Raised:
    """An exception in place of a result.

    Attributes:
        kind: Its type's name.
        message: The line that says what is wrong.
    """

    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"

    @classmethod
    def of(cls, error: BaseException) -> Raised:
        """Keep the error behind errors that only pass it on, and of one while tracing what stands below the trace."""
        while inner := error.__cause__ or (error.__context__ if isinstance(error, SystemError) else None):
            if type(inner).__name__ == "RemoteTraceback":  # what came from another process brings its traceback along
                break
            error = inner
        text = str(error).strip()
        traced = _TRACED.search(text) if text.startswith("in user code:") else None
        kind, message = traced.groups() if traced else (type(error).__name__, said(error))
        return cls(kind, message[:_LONGEST])
