"""Versions of TensorFlow: how they are written, in which order they came, and what pip calls them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from packaging.version import InvalidVersion, Version

from gradcheck.errors import UsageError

NIGHTLY = "nightly"
# The last release of each minor version: what a bisection tries, where uv still finds it.
RELEASES = ("2.12.1", "2.13.1", "2.14.1", "2.15.1", "2.16.2", "2.17.1", "2.18.1", "2.19.1", "2.20.0", "2.21.0")
PYTHONS = ("3.13", "3.12", "3.11", "3.10")  # that gradcheck runs on, the newest first
_OLDEST = Version("2.12")
_LATER_THAN_ALL = Version("99999")


def parse_version(text: str) -> str:
    """Return a version as TensorFlow's releases are called, or ``nightly``.

    Raises:
        UsageError: It is no version, or older than any that gradcheck records with.
    """
    text = text.strip()
    if text.lower() in (NIGHTLY, "tf-nightly"):
        return NIGHTLY
    try:
        found = Version(text)
    except InvalidVersion:
        raise UsageError(f"a version must be as 2.21.0, or nightly; found {text!r}") from None
    if found < _OLDEST:
        raise UsageError(f"gradcheck records with TensorFlow {_OLDEST} and newer; found {text}")
    # 2.21 and 2.21.0 are one version to pip, and must not be recorded as two.
    return str(found) if len(found.release) > 2 else f"{found}.0" if found.base_version == str(found) else str(found)


def parse_versions(first: str, later: Iterable[str]) -> tuple[str, ...]:
    """Return the version to start from and then the others in the order in which they were released.

    Args:
        first: What is installed now.
        later: What may come: each a version, or several with commas between.

    Raises:
        UsageError: One is no version, or there is nothing to compare.
    """
    start = parse_version(first)
    others = {parse_version(part) for text in later for part in text.split(",") if part.strip()} - {start}
    if not others:
        raise UsageError(f"--to must name another version than {start}, such as --to 2.21.0")
    return (start, *sorted(others, key=_order))


def requirement(version: str) -> str:
    """Return what pip is asked for."""
    return "tf-nightly" if version == NIGHTLY else f"tensorflow=={version}"


def between(one: str, other: str) -> Sequence[str]:
    """Return the known releases between two versions, in the direction from one to the other."""
    low, high = sorted((_order(one), _order(other)))
    found = [release for release in RELEASES if low < _order(release) < high]
    return found if _order(one) < _order(other) else found[::-1]


def _order(version: str) -> Version:
    return _LATER_THAN_ALL if version == NIGHTLY else Version(version)
