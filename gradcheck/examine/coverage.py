"""Coverage: which of TensorFlow's registered gradient functions ran, measured while the catalogue was judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gradcheck.examine._tensorflow import registered
from gradcheck.examine.result import Result

# Why a gradient function cannot run on a processor, or not by any public way; by a part of its name.
CANNOT = {
    "Cudnn": "a GPU's kernel",
    "Nccl": "sums between GPUs",
    "TPU": "a TPU's",
    "Xla": "inside XLA's own graphs alone",
    "Collective": "a cluster's",
}


@dataclass(frozen=True)
class Coverage:
    """What of TensorFlow's gradient functions the catalogue executes.

    Attributes:
        executed: By family, the operation types whose gradient function ran.
        missing: Those that never ran.
        cannot: Why some of the missing cannot run here.
        refused: Operation types that TensorFlow registers as not differentiable.
    """

    executed: Mapping[str, frozenset[str]]
    missing: frozenset[str]
    cannot: Mapping[str, str]
    refused: frozenset[str]

    @property
    def share(self) -> float:
        """The share of those that can run here."""
        ran = len(frozenset[str]().union(*self.executed.values()))
        return ran / max(1, ran + len(self.missing) - len(self.cannot))


def measure_coverage(result: Result, families: Mapping[str, str]) -> Coverage:
    """Hold what ran against what is registered."""
    functions = registered()
    able = {name for name, function in functions.items() if function is not None}
    executed: dict[str, set[str]] = {}
    for one in result.examined:
        executed.setdefault(families[one.op], set()).update(one.executed & able)
    missing = frozenset(able - frozenset[str]().union(*map(frozenset, executed.values())))
    cannot = {name: why for name in missing if (why := _why_not(name))}
    kept = {family: frozenset(names) for family, names in sorted(executed.items())}
    return Coverage(kept, missing, cannot, frozenset(functions) - frozenset(able))


def _why_not(name: str) -> str | None:
    return next((why for part, why in CANNOT.items() if part in name), None)
