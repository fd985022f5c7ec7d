"""What a person reads of a flow fits a terminal, and is whole in a file."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

import gradcheck
from gradcheck.backend import tf
from gradcheck.report.flow import print_flow, print_path

W = tf.Variable([1.5], name="encoder/[bold]/a_rather_long_layer_name/kernel")


def losses():
    a_name_that_takes_the_line_beyond_eighty_columns = tf.stop_gradient(W * 1.0)
    return {"loss[red]": W * 2.0, "held": a_name_that_takes_the_line_beyond_eighty_columns * 1.0}


def printed(width: int, *, terminal: bool) -> list[str]:
    console = Console(file=StringIO(), width=width, force_terminal=terminal, color_system=None, highlight=False)
    flow = gradcheck.flow(losses)
    print_flow(flow, console)
    print_path(flow["held", next(iter(flow.variables))], console)
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, printed(width, terminal=True))) <= width


def test_a_line_of_code_that_is_too_long_goes_on_below_itself() -> None:
    lines = printed(80, terminal=True)
    place = lines.index("      a_name_that_takes_the_line_beyond_eighty_columns = tf.stop_gradient(W *")
    assert lines[place + 1] == "      1.0)"


def test_a_file_gets_lines_of_code_whole_and_brackets_as_they_are() -> None:
    lines = printed(140, terminal=False)
    assert any(line.startswith("│ encoder/[bold]/a_rather_long_layer_name/kernel │ ✓ connected") for line in lines)
    assert any("┃ loss[red]" in line for line in lines)
    assert any(
        line.endswith("a_name_that_takes_the_line_beyond_eighty_columns = tf.stop_gradient(W * 1.0)") for line in lines
    )
