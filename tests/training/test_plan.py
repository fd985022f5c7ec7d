"""A plan leaves nothing out when it is to be thorough, and meets every kind when it is to be quick."""

from __future__ import annotations

from gradcheck.graph import Wiring
from gradcheck.training.laws import step_laws
from gradcheck.training.optimizers import find_optimizers
from gradcheck.training.plan import plan, training_graph, training_point

MODES = ("eager", "graph", "v1")


def made(**options):
    return list(plan(find_optimizers(), list(step_laws), MODES, **{"seed": 0, "thorough": False, **options}))


def test_a_thorough_plan_has_every_optimizer_on_every_wiring_in_every_mode() -> None:
    usable = [o for o in find_optimizers() if o.why_not() is None]
    found = {(course.optimizer.name, course.graph.wiring, course.mode) for course in made(thorough=True)}
    assert found == {
        (o.name, wiring, mode) for o in usable for wiring in Wiring for mode in MODES if o.api == "v1" or mode != "v1"
    }
    assert all(course.laws == tuple(step_laws) for course in made(thorough=True))


def test_a_quick_plan_meets_every_family_and_every_variant_once() -> None:
    usable = [o for o in find_optimizers() if o.why_not() is None]
    judged = [c.optimizer for c in made() if "unchanged" in {law.name for law in c.laws}]
    assert {o.family for o in judged} == {o.family for o in usable}
    assert {o.variant for o in judged} == {o.variant for o in usable}


def test_a_quick_plan_meets_every_law_and_mode_and_wiring() -> None:
    assert {law.name for course in made() for law in course.laws} == set(step_laws.names())
    assert {course.mode for course in made()} == set(MODES)
    assert {course.graph.wiring for course in made()} == set(Wiring)


def test_another_seed_takes_other_modes() -> None:
    first, second = ({(c.optimizer.name, c.mode) for c in made(seed=seed)} for seed in (0, 1))
    assert first != second


def test_the_point_reads_some_rows_twice_and_some_never() -> None:
    point = training_point(training_graph(Wiring.CHAINED))
    ids = point.values["ids"].tolist()
    assert len(set(ids)) < len(ids)
    assert set(range(point.sizes["vocabulary"])) - set(ids)
