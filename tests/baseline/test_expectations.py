"""What a team has accepted is accepted, and a line whose reason is gone is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from baseline.made import NEW, baseline, gradients
from gradcheck.baseline.compare import Verdict, compare
from gradcheck.baseline.expectations import apply, load_expectations
from gradcheck.errors import UsageError

OLD_VALUES, NEW_VALUES = np.float32([1.0, 2.0]), np.float32([1.0, 3.0])


def judged(tmp_path: Path, text: str, after: np.ndarray = NEW_VALUES) -> tuple[Verdict, list[str], list[str]]:
    path = tmp_path / "accepted"
    path.write_text(text)
    found = compare(baseline(gradients({"w": OLD_VALUES})), baseline(gradients({"w": after}), environment=NEW))
    applied = apply(found, load_expectations(path))
    return applied.verdict, [change.accepted for change in applied.changes], list(applied.stale)


LINE = '{} "graph-000.0/xla/*" "tensorflow{}" "see issue 1"  # a remark'


@pytest.mark.parametrize("action", ["skip", "xfail"])
def test_what_is_accepted_is_not_unsafe(tmp_path: Path, action: str) -> None:
    told = f"{action} graph-000.0/xla/*: see issue 1"
    assert judged(tmp_path, LINE.format(action, ">=2.18")) == (Verdict.SAFE, [told], [])
    assert judged(tmp_path, LINE.format(action, "<2.18"))[0] is Verdict.UNSAFE
    assert judged(tmp_path, "# nothing\n\n")[0] is Verdict.UNSAFE


def test_what_must_fail_and_does_not_is_told(tmp_path: Path) -> None:
    assert judged(tmp_path, LINE.format("skip", ""), OLD_VALUES) == (Verdict.SAFE, [""], [])
    verdict, _, stale = judged(tmp_path, LINE.format("xfail", ""), OLD_VALUES)
    assert (verdict, stale) == (Verdict.UNSAFE, ["xfail graph-000.0/xla/*: see issue 1"])
    assert judged(tmp_path, LINE.format("xfail", "<2.18"), OLD_VALUES)[0] is Verdict.SAFE


@pytest.mark.parametrize(
    "line",
    [
        "skip",
        'hope "x" "tensorflow" "because"',
        'skip "x" "numpy>=1" "because"',
        'skip "x" "tensorflow>=>2" "because"',
        'skip "x" "tensorflow" ""',
        'skip "x "tensorflow',
        "skip x tensorflow because of this",
    ],
)
def test_a_line_that_is_none_is_told_with_its_number(tmp_path: Path, line: str) -> None:
    with pytest.raises(UsageError, match=r"accepted:2: a line must be skip or xfail"):
        judged(tmp_path, f"# a remark\n{line}\n")
