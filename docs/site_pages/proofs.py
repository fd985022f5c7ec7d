"""The proofs, walked through when the site is made: what a page shows is what the program shows."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console

from site_pages.places import DOCS, GENERATED, write_if_changed

if TYPE_CHECKING:
    from gradcheck.proofs import Proof

FOLDER = DOCS / "proofs"
WIDTH = 100


def write_proofs(which: str) -> None:
    """Write a page for each proof, and the list of them.

    Args:
        which: ``"all"``, or names with commas between; the others' pages then say the claim alone.
    """
    from gradcheck.proofs import in_order

    asked = None if which == "all" else which.split(",")
    for proof in in_order():
        write_if_changed(FOLDER / f"{proof.name}.md", proof_page(proof, walked=asked is None or proof.name in asked))
    write_if_changed(GENERATED / "proofs.md", "".join(map(_entry, in_order())))


def proof_page(proof: Proof, *, walked: bool = True) -> str:
    """Return the page of a proof.

    Args:
        proof: Which.
        walked: Whether it is walked through, which takes some seconds.
    """
    words = f"""# {proof.title}

{proof.claim}

```text
{proof.equation}
```

- **Premise**: {proof.premise}
- **Without it**: {proof.removal} {proof.reason}
- **What would falsify it**: {proof.falsified_by}

"""
    return words + (_walks(proof.name) if walked else "")


def _walks(name: str) -> str:
    return f"""## Step by step

`gradcheck prove {name}` prints:

```text
{_printed(name, broken=False)}
```

## Without its premise

`gradcheck prove {name} --break` prints:

```text
{_printed(name, broken=True)}
```
"""


def _printed(name: str, *, broken: bool) -> str:
    from gradcheck.proofs.asked import prove
    from gradcheck.report.proof import print_walk

    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, color_system=None)
    walk = prove(name, without_premise=broken)
    if not walk.as_stated:
        raise RuntimeError(f"gradcheck prove {name} does not show what it states")
    print_walk(walk, console)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # the file is the one above
    return "\n".join(line.rstrip() for line in lines)


def _entry(proof: Proof) -> str:
    return f"- [{proof.title}](proofs/{proof.name}.md): {proof.claim}\n"
