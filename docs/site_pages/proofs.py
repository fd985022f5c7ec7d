"""The proofs, walked through when the site is made: what a page shows is what the program shows."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from site_pages.places import DOCS, GENERATED, write_if_changed

if TYPE_CHECKING:
    from gradcheck.proofs import Proof
    from gradcheck.proofs.chapter import Chapter
    from gradcheck.proofs.walk import Walk

FOLDER = DOCS / "proofs"
BOOK = GENERATED / "pages" / "book-of-proofs.html"
WIDTH = 88  # what a page's column holds


def write_proofs(which: str) -> None:
    """Write a page for each proof, the list of them, and all of them as the page that gradcheck makes.

    Args:
        which: ``"all"``, or names with commas between; the others' pages say the claim alone, and nothing at all
            is walked through for ``"none"``.
    """
    from gradcheck.proofs import in_order

    proofs = in_order()
    BOOK.parent.mkdir(parents=True, exist_ok=True)  # Sphinx copies the folder, an empty one too
    walked = [proof for proof in proofs if which == "all" or proof.name in which.split(",")]
    chapters = _write_book(walked) if walked else {}
    for proof in proofs:
        write_if_changed(FOLDER / f"{proof.name}.md", claim_of(proof) + steps_of(chapters.get(proof.name)))
    write_if_changed(GENERATED / "proofs.md", list_of(proofs))


def claim_of(proof: Proof) -> str:
    """Return the beginning of a proof's page: what it claims, and what would prove it false."""
    return f"""# {escape(proof.title)}

{escape(proof.claim)}

```text
{proof.equation}
```

- **Premise**: {escape(proof.premise)}
- **Without it**: {escape(proof.removal)} {escape(proof.reason)}
- **What would falsify it**: {escape(proof.falsified_by)}

"""


def steps_of(chapter: Chapter | None) -> str:
    """Return the rest of a proof's page: its steps with the premise and without, as the program prints them.

    Raises:
        RuntimeError: The proof is not as it states.
    """
    if chapter is None:
        return ""
    if chapter.exit_code != 0:
        raise RuntimeError(f"gradcheck prove {chapter.walk.name} does not show what it states")
    return f"""`gradcheck prove {chapter.walk.name}` prints its six steps, here on the golden case; the <a
href="../book-of-proofs.html#{chapter.walk.name}">same with formulas and pictures</a>:

```text
{_printed(chapter.walk)}
```

## Without its premise

`gradcheck prove {chapter.walk.name} --break` prints:

```text
{_printed(chapter.fallen)}
```
"""


def list_of(proofs: Sequence[Proof]) -> str:
    """Return the list of proofs, and its entries for the site's contents, in the order of a course."""
    entries = (f"- [{escape(proof.title)}](proofs/{proof.name}.md): {escape(proof.claim)}\n" for proof in proofs)
    contents = "".join(f"proofs/{proof.name}\n" for proof in proofs)
    return f"{''.join(entries)}\n```{{toctree}}\n:hidden:\n\n{contents}```\n"


def escape(words: str) -> str:
    """Return words that mean nothing else in Markdown."""
    return re.sub(r"([*_<>\[\]|`])", r"\\\1", words)


def _write_book(proofs: Sequence[Proof]) -> dict[str, Chapter]:
    """Walk through proofs, write the page of all of them, and return the chapters by name."""
    from gradcheck.engines import engines
    from gradcheck.proofs.chapter import write_book
    from gradcheck.report.proof_page import proof_page

    book = write_book([(proof, proof.usual()) for proof in proofs], tuple(engines), lambda *_: None)
    write_if_changed(BOOK, proof_page(book))
    return {chapter.walk.name: chapter for chapter in book.chapters}


def _printed(walk: Walk) -> str:
    from gradcheck.report.proof import print_walk

    out = io.StringIO()
    print_walk(walk, Console(file=out, width=WIDTH, highlight=False, color_system=None))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())
