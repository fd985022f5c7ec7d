"""Every failure gradcheck raises, as one small tree."""

from __future__ import annotations

import difflib
import re
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


_LISTED = 60  # names that are still read; of more, the nearest are told


def unknown(kind: str, name: object, known: Iterable[str]) -> UsageError:
    """Say that ``name`` is no known ``kind``, and which one was probably meant."""
    choices = sorted(known)
    by_lower = {choice.lower(): choice for choice in choices}
    close = difflib.get_close_matches(str(name).lower(), by_lower, n=1)
    hint = f"; did you mean {by_lower[close[0]]!r}?" if close else "."
    if len(choices) <= _LISTED:
        return UsageError(f"unknown {kind} {name!r}{hint} Known: {', '.join(choices)}")
    near = [by_lower[one] for one in difflib.get_close_matches(str(name).lower(), by_lower, n=5, cutoff=0.0)]
    return UsageError(f"unknown {kind} {name!r}{hint} Nearest of {len(choices)}: {', '.join(near)}")


_LAST = re.compile(r"^\w+(Error|Exception): ")
# What TensorFlow puts before what it has to say of a graph that fails when it runs, and Keras of a layer that raises.
_NOISE = re.compile(
    r'Graph execution error:|Detected at node|<stack traces unavailable>|File "|Exception encountered when calling'
)
_BOLD = re.compile("\\x1b\\[[0-9;]*m")


def told(error: Exception, *, where: str = "") -> str:
    """Say in one line what TensorFlow, or a user's function, raised, and where."""
    return f"{type(error).__name__}{where}: {said(error)}"


def said(error: BaseException) -> str:
    """Return the line in which an error says what is wrong."""
    lines = [line.strip() for line in _BOLD.sub("", str(error)).splitlines() if line.strip()] or [""]
    if lines[0] == "in user code:":  # AutoGraph tells of the user's code first, and then of what was raised
        start = max((place for place, line in enumerate(lines) if _LAST.match(line)), default=len(lines) - 1)
        lines = [_LAST.sub("", lines[start]), *lines[start + 1 :]]
    return next((line for line in lines if not _NOISE.match(line)), lines[0])
