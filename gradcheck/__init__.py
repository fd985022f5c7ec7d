"""gradcheck: state which gradients must be equal, different, absent or untouched, and check it.

Importing it imports neither TensorFlow nor Hypothesis: both come with what needs them.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradcheck.errors import BackendError, EngineError, GradcheckError, LawBroken, UsageError

if TYPE_CHECKING:
    from gradcheck.assertions import (
        assert_baseline,
        assert_flow,
        assert_isolated,
        assert_law,
        assert_only_changes,
        assert_reaches,
        assert_same_gradients,
        assert_step,
        assert_unchanged,
    )
    from gradcheck.engines import Engine, Evaluation, View, engines, register_engine
    from gradcheck.flow.flow import flow
    from gradcheck.flow.result import Flow
    from gradcheck.gradient import Gradient, Unconnected
    from gradcheck.graph import TwoHeadGraph, Wiring
    from gradcheck.laws import Law, laws, register_law
    from gradcheck.layer import layer, layers, loss, losses
    from gradcheck.objective import Objective
    from gradcheck.point import Point, Points, draw, draw_integers
    from gradcheck.proofs.asked import prove
    from gradcheck.proofs.walk import Walk
    from gradcheck.strategies import points, two_head_graphs
    from gradcheck.trial import Arena, Check, Trial
    from gradcheck.verify import Settings, verify
    from gradcheck.witness import Witness, load_witness, replay

_HOMES = {
    "assertions": [
        "assert_baseline",
        "assert_flow",
        "assert_isolated",
        "assert_law",
        "assert_only_changes",
        "assert_reaches",
        "assert_same_gradients",
        "assert_step",
        "assert_unchanged",
    ],
    "engines": ["Engine", "Evaluation", "View", "engines", "register_engine"],
    "flow.flow": ["flow"],
    "flow.result": ["Flow"],
    "gradient": ["Gradient", "Unconnected"],
    "graph": ["TwoHeadGraph", "Wiring"],
    "laws": ["Law", "laws", "register_law"],
    "layer": ["layer", "layers", "loss", "losses"],
    "objective": ["Objective"],
    "point": ["Point", "Points", "draw", "draw_integers"],
    "proofs.asked": ["prove"],
    "proofs.walk": ["Walk"],
    "strategies": ["points", "two_head_graphs"],
    "trial": ["Arena", "Check", "Trial"],
    "verify": ["Settings", "verify"],
    "witness": ["Witness", "load_witness", "replay"],
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [  # noqa: RUF022  # errors first, then classes, then functions
    "BackendError", "EngineError", "GradcheckError", "LawBroken", "UsageError",
    "Arena", "Check", "Engine", "Evaluation", "Flow", "Gradient", "Law", "Objective", "Point", "Points", "Settings",
    "Trial", "TwoHeadGraph", "Unconnected", "View", "Walk", "Wiring", "Witness",
    "assert_baseline", "assert_flow", "assert_isolated", "assert_law", "assert_only_changes", "assert_reaches",
    "assert_same_gradients", "assert_step", "assert_unchanged", "draw", "draw_integers", "engines", "flow",
    "layer", "layers", "laws", "load_witness", "loss", "losses", "points", "prove", "register_engine", "register_law",
    "replay", "two_head_graphs", "verify",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(importlib.import_module(f"gradcheck.{_HOME_OF[name]}"), name)
    raise AttributeError(f"module 'gradcheck' has no attribute {name!r}")


class _Package(ModuleType):
    def __setattr__(self, name: str, value: Any) -> None:
        # Importing the module gradcheck.verify must not hide the function of that name.
        if not (name in _HOME_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
