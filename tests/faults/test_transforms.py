"""Every misstep of training is caught by the law it names, every honest twin passes."""

from __future__ import annotations

import pytest

from faults.test_faults import points_of
from faults.transforms import MISSTEPS, Misstep
from gradcheck.engines import engines
from gradcheck.laws.transforms import Unchanged
from gradcheck.objective import as_objective, loss1, loss2
from gradcheck.transforms import transforms
from gradcheck.trial import Arena, Trial


def is_broken(transform, misstep: Misstep) -> bool:
    engine, law = engines[misstep.engine], Unchanged(transform)
    assert law.why_not(misstep.graph, engine) is None
    arena = Arena(misstep.graph, points_of(misstep.graph), (as_objective(loss1 + loss2),))
    checks = list(law.judge(Trial(arena, engine)))
    assert any(check.comparison.judged.any() for check in checks), "the law judged nothing"
    return any(check.comparison.broken.any() for check in checks)


@pytest.mark.parametrize("misstep", MISSTEPS, ids=lambda misstep: misstep.name)
def test_misstep_is_caught_by_the_law_it_names(misstep: Misstep) -> None:
    assert is_broken(misstep.transform, misstep)


@pytest.mark.parametrize("misstep", MISSTEPS, ids=lambda misstep: misstep.name)
def test_honest_twin_passes(misstep: Misstep) -> None:
    assert not is_broken(transforms[misstep.law], misstep)
