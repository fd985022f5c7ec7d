"""The documentation names what there is, in the very words of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradcheck.backend import tensorflow_version
from gradcheck.engines import engines
from gradcheck.laws import laws
from gradcheck.report.routes import routes_markdown
from gradcheck.training.known import KNOWN
from gradcheck.training.laws import step_laws
from gradcheck.training.optimizers import find_optimizers
from gradcheck.training.plan import one_of_each
from gradcheck.training.routes import routes
from gradcheck.training.table import compare_routes

TOP = Path(__file__).parent.parent


@pytest.mark.parametrize("law", list(laws), ids=lambda law: law.name)
def test_law_is_documented_in_its_own_words(law) -> None:
    text = (TOP / "docs" / "laws.md").read_text()
    assert f"## {law.name}\n\n{law.sentence}\n\n```text\n{law.equation}\n```" in text


@pytest.mark.parametrize("law", list(step_laws), ids=lambda law: law.name)
def test_law_of_a_step_is_documented_in_its_own_words(law) -> None:
    text = (TOP / "docs" / "training.md").read_text()
    assert f"### {law.name}\n\n{law.sentence}\n\n```text\n{law.equation}\n```" in text


@pytest.mark.parametrize("route", list(routes), ids=lambda route: route.name)
def test_route_is_documented_in_its_own_words(route) -> None:
    text = (TOP / "docs" / "training.md").read_text()
    assert f"| `{route.name}` | {route.about} | {route.why_wrong or ''}".rstrip() in text


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.reason[:40])
def test_what_is_known_to_differ_is_documented(known) -> None:
    text = (TOP / "docs" / "training.md").read_text()
    sentence = (known.reason[0].upper() + known.reason[1:]).partition(" (docs/")[0]
    assert sentence in text
    assert ", ".join(f"`{name}`" for name in known.optimizers) in text


def test_the_table_of_routes_is_what_the_program_makes() -> None:
    text = (TOP / "docs" / "training.md").read_text()
    made_with = re.search(r"with TensorFlow (\d+\.\d+)", text)
    assert made_with
    if not tensorflow_version().startswith(made_with[1]):
        pytest.skip(f"the page shows TensorFlow {made_with[1]}: make it anew with gradcheck routes --markdown")
    rows = list(compare_routes(one_of_each(find_optimizers())))
    assert routes_markdown(rows) in text


@pytest.mark.parametrize("engine", list(engines), ids=lambda engine: engine.name)
def test_engine_is_documented_in_its_own_words(engine) -> None:
    assert f"| `{engine.name}` | {engine.about} |" in (TOP / "docs" / "laws.md").read_text()


@pytest.mark.parametrize(
    "page",
    ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/laws.md", "docs/training.md", "docs/trophies.md"],
)
def test_links_lead_somewhere(page: str) -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)", (TOP / page).read_text())
    assert [target for target in targets if not ((TOP / page).parent / target).exists()] == []
