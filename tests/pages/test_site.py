"""What the site is made of, beside the pages that somebody writes: commands, proofs, and links that lead elsewhere."""

from __future__ import annotations

from types import ModuleType

import pytest
import typer

from gradcheck.cli import app
from gradcheck.proofs import in_order
from pages.blocks import TOP, find_pages

PROOFS = in_order()


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the package that makes pages, with its modules."""
    monkeypatch.syspath_prepend(str(TOP / "docs"))
    from site_pages import commands, elsewhere, proofs

    made = ModuleType("site")
    made.__dict__.update(commands=commands, elsewhere=elsewhere, proofs=proofs)
    return made


def test_every_command_stands_in_the_reference_with_a_whole_sentence(site: ModuleType) -> None:
    text = site.commands.commands()
    for name, command in typer.main.get_command(app).commands.items():
        sentence = command.help.partition("\n")[0]
        assert f"* [`{name}`](#gradcheck-{name}): {sentence}\n" in text
        assert f"\n## `gradcheck {name}`\n" in text


def test_a_proof_says_what_it_claims_and_no_more_than_was_walked_through(site: ModuleType) -> None:
    for proof in PROOFS:
        text = site.proofs.claim_of(proof)
        assert f"```text\n{proof.equation}\n```" in text
        assert site.proofs.escape(proof.reason) in text
    assert site.proofs.steps_of(None) == ""


def test_the_list_of_proofs_is_in_the_order_of_the_course(site: ModuleType) -> None:
    places = [site.proofs.list_of(PROOFS).index(f"\nproofs/{proof.name}\n") for proof in PROOFS]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("words", "written"),
    [("f(w + h*d) - h*<grad, d>", r"f(w + h\*d) - h\*\<grad, d\>"), ("stop_gradient", r"stop\_gradient"), ("w2", "w2")],
)
def test_words_are_no_markup(site: ModuleType, words: str, written: str) -> None:
    assert site.proofs.escape(words) == written


def test_links_out_of_the_folder_lead_to_pages_of_the_site(site: ModuleType) -> None:
    assert site.elsewhere.relink("see [a](../README.md), [b](../examples)") == "see [a](index.md), [b](examples.md)"
    assert site.elsewhere.relink("a file: [c](../examples/gan.py)") == "a file: [c](../examples/gan.py)"
    for found in site.elsewhere.LINKS:
        pages = [(TOP / page).read_text(encoding="utf-8") for page in find_pages() if page.startswith("docs/")]
        assert any(found in page for page in pages), f"no page has {found}"
