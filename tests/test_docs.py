"""The documentation names what there is, in the very words of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradcheck.engines import engines
from gradcheck.laws import laws

TOP = Path(__file__).parent.parent


@pytest.mark.parametrize("law", list(laws), ids=lambda law: law.name)
def test_law_is_documented_in_its_own_words(law) -> None:
    text = (TOP / "docs" / "laws.md").read_text()
    assert f"## {law.name}\n\n{law.sentence}\n\n```text\n{law.equation}\n```" in text


@pytest.mark.parametrize("engine", list(engines), ids=lambda engine: engine.name)
def test_engine_is_documented_in_its_own_words(engine) -> None:
    assert f"| `{engine.name}` | {engine.about} |" in (TOP / "docs" / "laws.md").read_text()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/laws.md"])
def test_links_lead_somewhere(page: str) -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)", (TOP / page).read_text())
    assert [target for target in targets if not ((TOP / page).parent / target).exists()] == []
