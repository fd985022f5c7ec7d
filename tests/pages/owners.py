"""Blocks that are held by something else than running them: a generator, the code's own words, a recorded run."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable

from gradcheck.laws import laws
from gradcheck.training.laws import step_laws
from pages.blocks import TOP, Block
from pages.unrun import check_unrun

Owner = Callable[[Block], bool]

# A page and the test that makes it anew; what stands in its template word for word is run as on any page.
GENERATED = {
    "docs/why-is-my-gradient-none.md": ("tests/test_docs.py", 'why_none["page"]() == text'),
    "docs/trophies.md": ("tests/test_trophies.py", "== page()"),
}
# A page whose blocks come from one run that no test can repeat, the figures that hold them, and why.
RECORDED = {
    "docs/upgrading.md": "an upgrade of six releases, half an hour with a network",
    "docs/cluster.md": "a cluster's log; the page's test looks for its words",
    "docs/sweeps.md": "sweeps of a hundred million points and more; docs/sweeps/ keeps their reports",
}
# A page that one test runs as a whole, by the comment before its blocks.
AS_A_WHOLE = {("docs/cluster.md", "run"): ("tests/sweep/test_cluster_page.py", "<!-- run -->")}


def owner_of(block: Block) -> str:
    """Return who holds a block, if it is not to be run; empty if nobody does.

    Raises:
        AssertionError: It is not what its owner has.
    """
    for name, holds in OWNERS.items():
        if holds(block):
            return name
    return ""


def _generated(block: Block) -> bool:
    if block.page in GENERATED:
        test, words = GENERATED[block.page]
        assert words in (TOP / test).read_text(encoding="utf-8"), f"{test} does not make {block.page}"
        return True
    return block.page.endswith(".jinja") and "{{" in block.text


def _recorded(block: Block) -> bool:
    if block.language != "text" or block.page not in RECORDED or block.marker == "file":
        return False
    if block.page == "docs/sweeps.md":
        _check_sweep(block)
    return True


def _check_sweep(block: Block) -> None:
    """Hold a sweep's table against the report that is kept, and its commands against what there is."""
    for line in block.text.splitlines():
        if line.startswith("gradcheck "):
            assert check_unrun(line, block.place)
        elif row := re.match(r"│ ([\w-]+) +│ +([\d,]+) ", line):
            report = (TOP / "docs" / "sweeps" / f"{block.heading}.html").read_text(encoding="utf-8")
            cell = rf'{row[1]}</th><td[^>]*><span class="points">{row[2]}</span>'
            assert re.search(cell, report), f"{block.place}: the report has no {row[2]} for {row[1]}"


def _as_a_whole(block: Block) -> bool:
    test, words = AS_A_WHOLE.get((block.page, block.marker), ("", ""))
    return bool(test) and words in (TOP / test).read_text(encoding="utf-8")


def _continuous_integration(block: Block) -> bool:
    """The README's two commands, which CI takes from it."""
    ran = f'command_after "command: {block.value}"'
    return block.page == "README.md" and block.marker == "command" and ran in (TOP / ".ci" / "run").read_text()


def _equation(block: Block) -> bool:
    """What a law says of itself."""
    pages = {"docs/laws.md": laws, "docs/training.md": step_laws}
    if block.language != "text" or block.page not in pages or block.heading not in pages[block.page]:
        return False
    equation = pages[block.page][block.heading].equation
    assert block.text == f"{equation}\n", f"{block.place}: the law says {equation}"
    return True


def _message(block: Block) -> bool:
    """What an assertion says when it fails, as tests/messages keeps it."""
    recorded = [path.read_text(encoding="utf-8") for path in (TOP / "tests" / "messages").glob("*.txt")]
    return block.language == "text" and block.text in recorded


def _recipe(block: Block) -> bool:
    """A file that tests/test_contributing.py adds."""
    return block.page == "CONTRIBUTING.md" and block.marker == "file" and block.value.startswith("gradcheck/")


def _directive(block: Block) -> bool:
    """What Sphinx is told, which fails where it finds nothing; what it includes is run by other tests."""
    if block.language == "{literalinclude} ../examples/ci/gradients.yml":
        return True
    if found := re.fullmatch(r"\{(include|literalinclude)\} (\S+)", block.language):
        path = ((TOP / block.page).parent / found[2]).resolve()
        return found[1] == "include" or (path.parent == TOP / "examples" and path.exists())
    if block.language == "{eval-rst}":
        return all(map(_documents, block.text.splitlines()))
    return block.language == "{toctree}"


def _documents(line: str) -> bool:
    if found := re.fullmatch(r"\.\. (?:autofunction|autoclass|autoexception|py:data):: ([\w.]+)", line):
        module, _, name = found[1].rpartition(".")
        return hasattr(importlib.import_module(module), name)
    return line.strip() in ("", ":members:", ":undoc-members:", ":type: gradcheck.registry.Registry")


OWNERS: dict[str, Owner] = {
    "its generator": _generated,
    "a recorded run": _recorded,
    "a test of the whole page": _as_a_whole,
    "CI": _continuous_integration,
    "the law": _equation,
    "a recorded message": _message,
    "a recipe that is followed": _recipe,
    "Sphinx": _directive,
}
