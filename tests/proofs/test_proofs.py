"""Every proof on the golden case and on 50 random graphs; without its premise it falls for the stated reason."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

import gradcheck.proofs
from gradcheck.errors import UsageError
from gradcheck.golden import GOLDEN_GRAPH
from gradcheck.graph import TwoHeadGraph
from gradcheck.point import draw
from gradcheck.proofs import in_order, proofs, walk_through
from gradcheck.proofs.case import Case
from gradcheck.proofs.setting import Setting, draw_setting, usual_sizes
from gradcheck.proofs.walk import load_walk, walk_of
from proofs.cases import honest_walk, random_setting, walk, wrong

NAMES = [proof.name for proof in in_order()]
SCHEMA = json.loads((Path(gradcheck.proofs.__file__).parent / "proof.schema.json").read_text(encoding="utf-8"))
RANDOM = 50
BROKEN = 10  # of them, without the premise


def test_the_course_has_eleven_proofs_in_its_order() -> None:
    assert NAMES == [
        "sum-rule", "product-rule", "var-list", "stop-gradient", "independent-heads", "none-is-not-zero",
        "indexed-slices", "accumulation", "numeric", "floating-point", "exact-identity",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_proof_holds_on_the_golden_case_on_every_engine(name: str) -> None:
    found = walk(name, every=True)
    assert not wrong(found)
    assert found.exit_code == 0
    assert found.concludes


@pytest.mark.parametrize("name", NAMES)
def test_without_its_premise_it_falls_on_the_golden_case_for_the_stated_reason(name: str) -> None:
    found = walk(name, broken=True, every=True)
    assert not wrong(found)
    assert found.exit_code == 0
    assert not found.concludes
    assert found.reason == proofs[name].reason
    assert found.reasons


@pytest.mark.parametrize("index", range(RANDOM))
@pytest.mark.parametrize("name", NAMES)
def test_a_proof_holds_on_a_random_graph(name: str, index: int) -> None:
    setting = random_setting(proofs[name], index)
    assert proofs[name].why_not(setting) is None
    found = walk(name, setting=setting)
    assert not wrong(found), setting.graph
    assert found.concludes


@pytest.mark.parametrize("index", range(BROKEN))
@pytest.mark.parametrize("name", NAMES)
def test_without_its_premise_it_falls_on_a_random_graph(name: str, index: int) -> None:
    setting = random_setting(proofs[name], index)
    found = walk(name, broken=True, setting=setting)
    assert not wrong(found), setting.graph
    assert not found.concludes
    assert found.reasons


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_walk_is_plain_values_and_well_formed_mathml(name: str, broken: bool) -> None:
    found = honest_walk(name, broken=broken)
    stored = json.loads(json.dumps(found.to_json(), allow_nan=False))
    jsonschema.validate(stored, SCHEMA)
    again = walk_of(stored)
    assert again.to_json() == stored
    assert (again.as_stated, again.exit_code) == (True, 0)
    for line in stored["derivation"]["lines"]:
        ElementTree.fromstring(f"<math>{line['mathml']}</math>".replace("&#x2062;", ""))


def test_a_walk_is_read_back_and_what_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "walk.json"
    stored = honest_walk("sum-rule").to_json()
    path.write_text(json.dumps(stored))
    assert load_walk(path).to_json() == stored
    for wrong_one in ("{", "[1]", json.dumps({**stored, "version": 2}), json.dumps({**stored, "picture": {}})):
        path.write_text(wrong_one)
        with pytest.raises(UsageError, match="holds no proof that gradcheck prove --json wrote"):
            load_walk(path)


@pytest.mark.parametrize("name", NAMES)
def test_every_gradient_derived_is_tensorflows_and_sympys(name: str) -> None:
    found = honest_walk(name)
    judged = [line for line in found.derivation.lines if line.found is not None]
    assert judged
    assert all(line.value == line.found for line in judged)
    assert any(fact.by == "sympy" for fact in found.derivation.facts)


@pytest.mark.parametrize("name", NAMES)
def test_every_proof_says_what_is_what(name: str) -> None:
    proof = proofs[name]
    for text in (proof.claim, proof.premise, proof.removal, proof.reason, proof.falsified_by):
        assert text.endswith(".")


# --- the golden figures ------------------------------------------------------------------------------


def test_the_golden_figures_are_told_by_hand() -> None:
    found = honest_walk("sum-rule")
    last = found.derivation.lines[-1]
    assert last.concludes
    assert last.value == [[figure] * 5 for figure in (32, 38, 44, 50)]
    assert "32 = 1*0 + 2*4 + 3*8, 38 = 1*1 + 2*5 + 3*9" in found.derivation.remark


def test_the_leak_doubles_the_golden_figures() -> None:
    assert honest_walk("sum-rule", broken=True).derivation.lines[-1].value == [[f] * 5 for f in (64, 76, 88, 100)]


def test_the_golden_product_weighs_by_loss1() -> None:
    assert honest_walk("product-rule").derivation.lines[-1].value == [[154 * f] * 5 for f in (32, 38, 44, 50)]


def test_vector_losses_weigh_each_example_by_its_own() -> None:
    proof = proofs["product-rule"]
    graph = GOLDEN_GRAPH.changed(reduction="none", dtype="float64")
    found = walk_through(proof, Case(draw_setting(graph, usual_sizes(graph), 3, name="two examples"), tries=0))
    assert found.as_stated
    texts = [line.text for line in found.derivation.lines]
    assert "∂S/∂Y₂ = ℓ₁ ⊙ 1" in texts


def test_adam_moves_by_its_rate_and_loss2_reaches_w1() -> None:
    found = honest_walk("var-list")
    steps = [fact.found for fact in found.facts if fact.statement.startswith("Adam moves head")]
    assert len(steps) == 2
    assert all("by 0.01" in step or "by 0.00999" in step for step in steps)
    w1 = next(line for line in found.derivation.lines if line.key == "loss2:head1/0/kernel")
    assert w1.value == [[10, 35, 60, 85], [20, 70, 120, 170], [30, 105, 180, 255]]


def test_momentum_and_decay_are_followed_exactly() -> None:
    lines = {line.key: line for line in honest_walk("none-is-not-zero", broken=True).derivation.lines}
    assert lines["E after 3"].value == [[-363.0, -1041.0, -1719.0]]
    assert lines["E after 3"].found == lines["E after 3"].value
    assert lines["D after 2"].found == lines["D after 2"].value


def test_the_error_of_a_quotient_is_a_v() -> None:
    curve = honest_walk("numeric").numbers.curves[0]
    best = curve.y.index(min(curve.y))
    assert curve.y[0] > 1e3 * curve.y[best]
    assert curve.y[-1] > 1e3 * curve.y[best]


def test_exact_identity_says_its_doubt() -> None:
    told = [fact.found for fact in honest_walk("exact-identity").facts if fact.statement.startswith("(d/|S|)^k")]
    assert told == ["(3/129)^32 = 2^-174"]


# --- where a proof does not apply ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("sum-rule", {"head2": ("tanh",)}, "head2/0 is tanh, which is no polynomial; choose from dense, dense_bias"),
        ("sum-rule", {"head2": ()}, "head2 has no variable"),
        ("product-rule", {"loss1": "softmax_cross_entropy"}, "loss1 is softmax_cross_entropy, which is no polynomial"),
        ("var-list", {"wiring": "stopped"}, "the wiring is stopped; give chained"),
        ("stop-gradient", {"wiring": "chained"}, "no stop stands between the heads"),
        ("independent-heads", {"wiring": "chained"}, "it must be parallel"),
        ("accumulation", {"reduction": "sum"}, "the losses are not averaged"),
        ("accumulation", {"reduction": "mean"}, "need a batch of 8"),
        ("numeric", {"wiring": "stopped", "dtype": "float64"}, "a difference sees through a stop"),
        ("numeric", {"trunk": ("dense",) * 3, "dtype": "float64"}, "a relu must fit into the trunk"),
        ("numeric", {"dtype": "float32"}, "differences need the digits of float64"),
        ("floating-point", {"dtype": "float64"}, "it is about float32"),
        ("exact-identity", {"dtype": "float32"}, "exact arithmetic needs the 53 bits of float64"),
    ],
)
def test_a_premise_that_does_not_hold_is_named(name: str, options: dict[str, object], reason: str) -> None:
    graph = TwoHeadGraph(**{"loss1": "plain_sum", "loss2": "plain_sum", "reduction": "sum", **options})
    found = proofs[name].why_not(Setting(graph, draw(graph, usual_sizes(graph), 1)[0]))
    assert found is not None
    assert reason in found
