"""Every fenced block of every page is run here, or held by what is named in owners.py."""

from __future__ import annotations

from pathlib import Path

import pytest

import gradcheck
from pages.blocks import Block, find_pages, parse_blocks, read_blocks
from pages.owners import GENERATED, RECORDED, owner_of
from pages.run import PageRun
from pages.unrun import UNRUN

PAGES = [page for page in find_pages() if read_blocks(page)]


def run_blocks(blocks: list[Block], folder: Path) -> None:
    run = PageRun(folder)
    for block in blocks:
        if owner_of(block):
            run.output = None
        else:
            run.run(block)


@pytest.mark.parametrize("page", PAGES)
def test_every_block_does_what_the_page_says(page: str, tmp_path: Path) -> None:
    run_blocks(read_blocks(page), tmp_path)


def test_nothing_is_excused_that_is_not_there() -> None:
    lines = [line for page in PAGES for block in read_blocks(page) for line in block.text.splitlines()]
    assert [start for start in UNRUN if not any(line.strip().startswith(start) for line in lines)] == []
    assert set(GENERATED) | set(RECORDED) <= set(PAGES)


def test_the_reference_has_every_public_name_once() -> None:
    pages = [page for page in PAGES if page.startswith("docs/reference/")]
    lines = [line for page in pages for block in read_blocks(page) for line in block.text.splitlines()]
    named = [line.rpartition(":: ")[2] for line in lines if ":: gradcheck." in line]
    assert sorted(set(named)) == sorted(named)
    public = {f"gradcheck.{name}" for name in gradcheck.__all__}
    assert public == {name for name in named if name.count(".") == 1}


# --- planted faults ------------------------------------------------------------------------------

RIGHT = """# A page

<!-- file: model.py -->
```python
import tensorflow as tf

w = tf.Variable([1.0, 2.0], name="w")


def losses():
    return {"loss": tf.reduce_sum(w)}
```

<!-- exit: 2 -->
```sh
gradcheck flow model:losses --explain loss nothing
```

```sh
gradcheck flow model:losses
```

```text
…
│ w        │ ✓ connected │
…
1 loss, 1 variable: …
```

```python
print(2 + 2)
```

```text
4
```

<!-- raises: ValueError -->
```python
raise ValueError("as it must")
```

```text
as …
```

<!-- given: one loss -->

```sh
pip install 'gradcheck[proofs]'
gradcheck sweep --points 1e6 --out night
```

```{literalinclude} ../examples/gan.py
:language: python
```

```{eval-rst}
.. autofunction:: gradcheck.flow
```
"""


def run_text(text: str, folder: Path, page: str = "docs/page.md") -> None:
    run_blocks(list(parse_blocks(page, text)), folder)


def test_a_page_that_is_right_passes(tmp_path: Path) -> None:
    run_text(RIGHT, tmp_path)


WRONG = {
    "a wrong output of Python": ("```text\n4\n```", "```text\n5\n```", "page.md:34: expected\n5\nfound\n4"),
    "a wrong output of a command": ("✓ connected │", "✕ connected │", "page.md:23: expected"),
    "a line too few": ("…\n1 loss", "1 loss", "page.md:23: expected"),
    "a block that raises": ("print(2 + 2)", "print(2 / 0)", "page.md:30: ZeroDivisionError: division by zero"),
    "a block that ought to raise": ('raise ValueError("as it must")', "pass", "page.md:39: expected ValueError"),
    "another error than is told": ("raise ValueError", "raise TypeError", "page.md:39: TypeError: as it must"),
    "a command that ends otherwise": ("<!-- exit: 2 -->", "<!-- exit: 1 -->", "page.md:15: .* ends with 2, expected 1"),
    "a command with no such option": ("gradcheck sweep --points", "gradcheck sweep --point", "No such option: --point"),
    "a command that nobody runs": ("pip install", "conda install", "this command belongs to no runner: conda"),
    "an extra that is not there": ("gradcheck[proofs]", "gradcheck[prooofs]", "there is no extra prooofs"),
    "a program in another language": (
        "```python\nprint",
        "```julia\nprint",
        "page.md:30: this block belongs to no runner",
    ),
    "text that nothing printed": ("```python\nprint(2 + 2)\n```", "", "this block belongs to no runner: '4"),
    "a comment that names nothing": ("<!-- given: one loss -->", "<!-- given: two losses -->", "two losses"),
    "a directive that includes nothing": ("../examples/gan.py", "../examples/gun.py", "belongs to no runner"),
    "a reference to nothing": ("gradcheck.flow\n", "gradcheck.flaw\n", "belongs to no runner"),
}


@pytest.mark.parametrize("right, wrong, message", WRONG.values(), ids=WRONG)  # noqa: PT006
def test_a_planted_fault_is_found(right: str, wrong: str, message: str, tmp_path: Path) -> None:
    assert RIGHT.count(right) == 1
    with pytest.raises((AssertionError, KeyError), match=message):
        run_text(RIGHT.replace(right, wrong), tmp_path)


@pytest.mark.parametrize(
    ("page", "text", "message"),
    [
        ("docs/laws.md", "## addition\n\n```text\ngrad(loss1, w2) = grad(loss2, w2)\n```\n", "the law says"),
        ("docs/laws.md", "## no-law\n\n```text\n1 = 2\n```\n", "belongs to no runner"),
        ("docs/sweeps.md", "## float32\n\n```text\n│ presence │ 99,999,999 · identical │\n```\n", "the report has no"),
        ("README.md", "<!-- command: deploy -->\n```sh\nmake deploy\n```\n", "belongs to no runner"),
        ("README.md", "```text\nvalue leaks into decoder/kernel\n```\n", "belongs to no runner"),
        ("CONTRIBUTING.md", "```python\nfrom gradcheck import nothing\n```\n", "ImportError"),
        ("docs/why_none.md.jinja", "```python\nflow = gradcheck.flow(loss)\n```\n", "NameError"),
    ],
)
def test_a_fault_is_found_where_blocks_have_owners(page: str, text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=message):
        run_text(text, tmp_path, page)


def test_a_file_that_changes_is_imported_anew(tmp_path: Path) -> None:
    run = PageRun(tmp_path)
    for value in ("1", "2"):
        text = f"<!-- file: kept.py -->\n```python\nVALUE = {value}\n```\n\n```python\nfrom kept import VALUE\n```\n"
        for block in parse_blocks("docs/page.md", text):
            run.run(block)
        assert run.names["VALUE"] == int(value)
