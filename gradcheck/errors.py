"""Every failure gradcheck raises, as one small tree."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GradcheckError(Exception):
    """Something gradcheck found or could not do; every other error here is one."""


class UsageError(GradcheckError):
    """The caller asked for something that does not exist or cannot be used (exit code 2)."""


class BackendError(UsageError):
    """TensorFlow is missing, too old, or cannot be imported (exit code 2)."""


class EngineError(GradcheckError):
    """An engine raised while computing a gradient (exit code 3)."""


class LawBroken(GradcheckError, AssertionError):
    """A law does not hold; raised by the assertions only, so that pytest reports it as a failure."""


def unknown(kind: str, name: object, known: Iterable[str]) -> UsageError:
    """Say that ``name`` is no known ``kind``, and which one was probably meant."""
    choices = sorted(known)
    by_lower = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(str(name).lower(), by_lower, n=1)
    hint = f"; did you mean {by_lower[close[0]]!r}?" if close else "."
    return UsageError(f"unknown {kind} {name!r}{hint} Known: {', '.join(choices)}")
