"""Coverage: which of TensorFlow's registered gradient functions ran, measured while the catalogue was judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gradcheck.examine._tensorflow import registered
from gradcheck.examine.result import Result

_REMOVED = "removed from graphs: an operation of a later version took its place"
# Why a gradient function cannot run on a processor, or not by any public way; by a pattern of its name.
CANNOT = {
    "*Cudnn*": "a GPU's kernel",
    "*Nccl*": "sums between GPUs",
    "TPU*": "a TPU's",
    "CrossReplicaSum": "a TPU's",
    "AllToAll": "a TPU's",
    "Xla*": "inside XLA's own graphs alone",
    "Collective*": "a cluster's",
    "CopyToMesh*": "between devices of a mesh",
    "Relayout*": "between devices of a mesh",
    "SparseMatrixAdd": "it has a GPU's kernel alone",
    "SparseMatrixSoftmax": "it has a GPU's kernel alone",
    "TensorArray*[a-z]": _REMOVED,
    "TensorArray*V2": _REMOVED,
    "QuantizeAndDequantize": _REMOVED,
    "BatchNormWithGlobalNormalization": _REMOVED,
    "TopK": _REMOVED,
}
_OLD_GRAPHS = "in TensorFlow 1's graphs and sessions alone, where no tape is"
_WHOLE = "its results are whole numbers or booleans, which no gradient comes to"
# Why a gradient function that can run is not executed all the same.
LEFT = {
    "TensorArray*V3": _OLD_GRAPHS,
    "Enter": _OLD_GRAPHS,
    "Exit": _OLD_GRAPHS,
    "NextIteration": _OLD_GRAPHS,
    "Ref*": _OLD_GRAPHS,
    "DebugGradientRefIdentity": _OLD_GRAPHS,
    "LoopCond": _WHOLE,
    "ArgM*": _WHOLE,
    "TruncateDiv": _WHOLE,
    "CompositeTensorVariant*": "inside of pipelines of data",
    "Case": "a branch that is stateful, of which functions make one that is not",
    "SparseMatrixMul": "it is registered to raise",
    "_EagerConst": "a constant, which no gradient comes to",
}


@dataclass(frozen=True)
class Coverage:
    """What of TensorFlow's gradient functions the catalogue executes.

    Attributes:
        executed: By family, the operation types whose gradient function ran.
        missing: Those that never ran.
        cannot: Why some of the missing cannot run here.
        left: Why others are not executed, though they could.
        refused: Operation types that TensorFlow registers as not differentiable.
    """

    executed: Mapping[str, frozenset[str]]
    missing: frozenset[str]
    cannot: Mapping[str, str]
    left: Mapping[str, str]
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
    cannot = {name: why for name in missing if (why := _find(name, CANNOT))}
    left = {name: why for name in missing if name not in cannot and (why := _find(name, LEFT))}
    kept = {family: frozenset(names) for family, names in sorted(executed.items())}
    return Coverage(kept, missing, cannot, left, frozenset(functions) - frozenset(able))


def _find(name: str, reasons: Mapping[str, str]) -> str | None:
    return next((why for pattern, why in reasons.items() if fnmatchcase(name, pattern)), None)
