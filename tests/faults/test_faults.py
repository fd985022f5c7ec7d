"""A checker is tested by lies: every fault is caught by the law it names, every honest twin passes."""

from __future__ import annotations

from functools import cache

import pytest

from faults.faults import FAULTS, Fault, Faulty
from faults.transforms import MISSTEPS
from gradcheck.engines import engines
from gradcheck.golden import GOLDEN_GRAPH, golden_point
from gradcheck.graph import TwoHeadGraph
from gradcheck.laws import all_objectives, laws
from gradcheck.point import Points, draw
from gradcheck.trial import Arena, Trial

# Square kernels, so that a transposed gradient fits; more reads than rows, so that ids repeat;
# more rows than ids can reach, so that some row stays unread in some point.
SIZES = {"batch": 5, "vocabulary": 4, "embedding": 3, "head1/0": 3, "head2/0": 3}


@cache
def points_of(graph: TwoHeadGraph) -> Points:
    return golden_point().stacked() if graph == GOLDEN_GRAPH else draw(graph, SIZES, 4, seed=11)


def is_broken(law: str, engine: object, graph: TwoHeadGraph) -> bool:
    arena = Arena(graph, points_of(graph), all_objectives(), stacked=graph != GOLDEN_GRAPH)
    trial = Trial(arena, engine, (engine, engines["eager"]))
    checks = list(laws[law].judge(trial))
    assert any(check.comparison.judged.any() for check in checks), "the law judged nothing"
    return any(check.comparison.broken.any() for check in checks)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_is_caught_by_the_law_it_names(fault: Fault) -> None:
    assert is_broken(fault.law, Faulty(fault), fault.graph)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_honest_twin_passes(fault: Fault) -> None:
    assert not is_broken(fault.law, engines[fault.engine], fault.graph)


def test_every_law_has_a_fault_to_catch() -> None:
    assert {fault.law for fault in (*FAULTS, *MISSTEPS)} == set(laws.names())


def test_there_are_enough_faults() -> None:
    assert len(FAULTS) >= 25
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
