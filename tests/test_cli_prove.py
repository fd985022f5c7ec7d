"""``gradcheck prove``: the table, a walk, its breaking, other graphs, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gradcheck.cli import app
from gradcheck.proofs import proofs, symbolic
from gradcheck.proofs import walk as walks

FAST = ("--engine", "eager")


def invoke(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["prove", *map(str, arguments)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def refused(*arguments: object) -> str:
    """Return the one line that a mistake is answered with."""
    result = invoke(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    return line


def test_without_a_name_the_proofs_are_listed() -> None:
    result = invoke()
    assert result.exit_code == 0
    for name in proofs.names():
        assert f"│ {name} " in result.stdout


def test_the_golden_case_is_walked_through() -> None:
    result = invoke("sum-rule", *FAST)
    assert result.exit_code == 0
    steps = ("1  Claim", "2  Picture", "3  Derivation", "4  Structure", "5  Numbers", "6  What would falsify it")
    places = [result.stdout.index(f"\n{step}") for step in steps]
    assert places == sorted(places)
    assert "✓ ∂J/∂W₂ = ∂L₂/∂W₂  ∂L₁/∂W₂ is absent: no path\n      rows of 32, 38, 44, 50\n" in result.stdout
    assert "│" not in result.stdout.split("3  Derivation")[1]
    assert "\nShown. " in result.stdout


def test_without_its_premise_it_falls_and_that_is_a_success() -> None:
    result = invoke("sum-rule", "--break", *FAST)
    assert result.exit_code == 0
    assert f"✕ premise removed: {proofs['sum-rule'].removal}\n" in result.stdout
    assert "rows of 64, 76, 88, 100" in result.stdout
    assert f"It falls, as it must. {proofs['sum-rule'].reason}\n" in result.stdout


def test_a_claim_that_does_not_hold_is_exit_code_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(proofs["independent-heads"]), "remove", lambda self, setting: setting)
    result = invoke("independent-heads", "--break", *FAST)
    assert result.exit_code == 1
    assert "The claim did not fall although its premise was removed." in result.stdout


def test_an_engine_that_raises_is_exit_code_3(failing_eager: None) -> None:
    result = invoke("sum-rule", *FAST)
    assert result.exit_code == 3
    assert "no such [kernel]" in result.stdout


def test_another_graph_other_sizes_other_numbers() -> None:
    graph = "trunk=dense head2=dense,dense_bias wiring=parallel dtype=float64"
    result = invoke("independent-heads", "--graph", graph, "--sizes", "batch=3", "--seed", "4", *FAST)
    assert result.exit_code == 0
    assert "at the graph given: trunk=dense head1=dense head2=dense,dense_bias wiring=parallel" in result.stdout
    assert "batch=3, vocabulary=3" in result.stdout


def test_a_seed_alone_takes_a_random_graph() -> None:
    first, again = (invoke("product-rule", "--seed", "3", *FAST).stdout for _ in range(2))
    assert first == again
    assert "at random graph 3: " in first


def test_the_walk_is_written_as_json(tmp_path: Path) -> None:
    path = tmp_path / "walk.json"
    assert invoke("sum-rule", "--json", path, *FAST).exit_code == 0
    stored = json.loads(path.read_text(encoding="utf-8"))
    assert (stored["format"], stored["version"]) == (walks.FORMAT, walks.VERSION)
    assert stored["setting"]["graph"]["wiring"] == "chained"
    last = stored["derivation"]["lines"][-1]
    assert last["value"] == last["found"] == [[figure] * 5 for figure in (32, 38, 44, 50)]
    assert stored["numbers"]["readings"][0] == {
        "quantity": "grad(loss1, head2/0/kernel)", "engine": "eager", "values": None,
    }  # fmt: skip
    printed = invoke("sum-rule", "--json", "-", *FAST)
    assert json.loads(printed.stdout) == stored


def test_mistakes_are_one_line() -> None:
    assert "unknown proof 'sum-rul'; did you mean 'sum-rule'?" in refused("sum-rul")
    assert "unknown engine 'eagr'; did you mean 'eager'?" in refused("sum-rule", "--engine", "eagr")
    assert "it must be parallel" in refused("independent-heads", "--graph", "wiring=chained")
    assert "head1/0 is tanh, which is no polynomial; choose from" in refused("sum-rule", "--graph", "head1=tanh")
    assert "name it, as in gradcheck prove sum-rule" in refused("--break")
    assert "name it, as in gradcheck prove sum-rule" in refused("--seed", "0")
    assert "seed must be at least 0; found -1" in refused("sum-rule", "--seed", "-1")
    assert "cannot write /: it is a directory" in refused("sum-rule", "--json", "/")


def test_without_sympy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sympy", None)
    assert refused("sum-rule").endswith("install it with: pip install 'gradcheck[proofs]'")
    assert symbolic.load_sympy.__doc__


def test_the_table_and_the_help_import_neither_tensorflow_nor_sympy() -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom gradcheck.cli import app\n"
        "for arguments in (['--help'], ['prove', '--help'], ['prove']):\n"
        "    assert CliRunner().invoke(app, arguments).exit_code == 0\n"
        "assert not {'tensorflow', 'sympy'} & set(sys.modules), sorted(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_one_proof_is_written_as_a_page_with_and_without_its_premise(tmp_path: Path) -> None:
    page, walk = tmp_path / "proof.html", tmp_path / "walk.json"
    graph = "trunk=dense wiring=parallel"
    result = invoke("sum-rule", "--break", "--graph", graph, "--html", page, "--json", walk, *FAST)
    assert result.exit_code == 0
    assert "It falls, as it must." in result.stdout
    assert json.loads(walk.read_text(encoding="utf-8"))["removal"]
    text = page.read_text(encoding="utf-8")
    assert "<title>The sum rule</title>" in text
    assert 'id="sum-rule-without" open' in text
    assert text.count("trunk/0/kernel") > 10
    assert text.count('class="bench"') == 3


def test_all_proofs_are_written_as_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [proofs["sum-rule"], proofs["independent-heads"]]
    monkeypatch.setattr("gradcheck.proofs.in_order", lambda: few)
    page = tmp_path / "book.html"
    result = invoke("--html", page, *FAST)
    assert (result.exit_code, result.stdout) == (0, f"2 proofs, all as stated: {page}\n")
    assert page.read_text(encoding="utf-8").count('<article class="chapter"') == 2
    monkeypatch.setattr(type(few[1]), "remove", lambda self, setting: setting)
    result = invoke("--html", page, *FAST)
    assert (result.exit_code, result.stdout) == (1, f"2 proofs, not all as stated: see {page}\n")


def test_a_page_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    assert "cannot write /: it is a directory" in refused("sum-rule", "--html", "/")
    assert "name it, as in gradcheck prove sum-rule" in refused("--break", "--html", tmp_path / "page.html")
