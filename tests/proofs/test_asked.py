"""Graphs and sizes as a person writes them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import gradcheck
from gradcheck.errors import UsageError
from gradcheck.golden import GOLDEN_GRAPH
from gradcheck.graph import TwoHeadGraph
from gradcheck.proofs import proofs
from gradcheck.proofs.asked import choose_engines, find_setting, parse_graph, parse_sizes

GRAPH = TwoHeadGraph(
    ("dense",), ("dense", "dense_bias"), (), "parallel", "plain_sum", "squared_error", "sum", "float64"
)


@pytest.mark.parametrize(
    "text",
    [
        repr(GRAPH),
        "trunk=dense head1=dense,dense_bias head2= wiring=parallel loss2=squared_error dtype=float64",
    ],
)
def test_a_graph_in_words_or_as_its_repr(text: str) -> None:
    assert parse_graph(text) == GRAPH


def test_a_graph_in_a_file_or_a_witness(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    for stored in (GRAPH.to_json(), {"format": "gradcheck-witness", "graph": GRAPH.to_json()}):
        path.write_text(json.dumps(stored))
        assert parse_graph(str(path)) == GRAPH


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("wirring=parallel", "unknown part of a graph 'wirring'; did you mean 'wiring'?"),
        ("wiring=paralel", "unknown wiring 'paralel'; did you mean 'parallel'?"),
        ("head1=dens", "unknown layer 'dens'; did you mean 'dense'?"),
        ("wiring=parallel dense", "found 'dense'"),
        ("TwoHeadGraph(trunk=open('x'))", "a graph is given by words"),
        ("TwoHeadGraph(trunks=())", "unknown part of a graph 'trunks'; did you mean 'trunk'?"),
        ("no-such-file.json", "there is no file no-such-file.json"),
    ],
)
def test_what_is_no_graph_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)):
        parse_graph(text)


def test_a_file_that_holds_no_graph_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "graph.json"
    path.write_text("{")
    with pytest.raises(UsageError, match="holds no graph: it is not JSON"):
        parse_graph(str(path))


def test_sizes_in_words() -> None:
    assert parse_sizes("batch=4,embedding=1", GOLDEN_GRAPH)["batch"] == 4
    assert set(parse_sizes("3", GOLDEN_GRAPH).values()) == {3}
    with pytest.raises(UsageError, match="unknown size 'bach'; did you mean 'batch'"):
        parse_sizes("bach=4", GOLDEN_GRAPH)
    with pytest.raises(UsageError, match="or one number for all; found 'batch=two'"):
        parse_sizes("batch=two", GOLDEN_GRAPH)


def test_nothing_said_is_the_golden_case() -> None:
    found = find_setting(proofs["sum-rule"], None, None, None)
    assert (found.name, found.graph) == ("the golden case", GOLDEN_GRAPH)


def test_a_seed_alone_draws_a_graph_that_fits() -> None:
    for proof in proofs:
        for seed in (0, 7):
            assert proof.why_not(find_setting(proof, None, seed, None)) is None


def test_where_a_proof_cannot_be_shown_is_said() -> None:
    with pytest.raises(UsageError, match="independent-heads cannot be shown there: head 2 reads head 1"):
        find_setting(proofs["independent-heads"], "wiring=chained", None, None)
    with pytest.raises(UsageError, match="seed must be at least 0; found -1"):
        find_setting(proofs["sum-rule"], None, -1, None)


def test_an_engine_by_entries_comes_first() -> None:
    assert [engine.name for engine in choose_engines(["numeric", "graph", "numeric"])] == ["graph", "numeric"]
    with pytest.raises(UsageError, match="a proof needs an engine that shows every entry: add one of eager"):
        choose_engines(["numeric", "forward"])


def test_prove_is_what_the_command_runs() -> None:
    found = gradcheck.prove("independent-heads", graph=GRAPH.changed(head2=("dense",)), seed=2, engines=["eager"])
    assert (found.as_stated, found.broken) == (True, False)
    assert found.setting["graph"]["trunk"] == ["dense"]
    assert gradcheck.prove("sum-rule", without_premise=True, engines=["eager"]).broken
    with pytest.raises(UsageError, match="unknown proof 'sum-rul'; did you mean 'sum-rule'"):
        gradcheck.prove("sum-rul")
