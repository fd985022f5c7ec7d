"""The same weights in each wiring: what a learner switches between."""

from __future__ import annotations

import json

from gradcheck.engines import engines
from gradcheck.golden import W1, W2
from gradcheck.graph import TwoHeadGraph
from gradcheck.proofs.setting import draw_setting, golden_setting, usual_sizes
from gradcheck.proofs.wirings import Wired, across_wirings


def gradient(wired: Wired, key: str) -> object:
    return next((line.value for line in wired.derivation.lines if line.key == key), None)


def test_the_golden_case_in_each_wiring() -> None:
    chained, stopped, parallel = across_wirings(golden_setting(), tuple(engines))
    assert all(wired.holds for wired in (chained, stopped, parallel))
    assert [wired.structure.kinds["loss2"][W1] for wired in (chained, stopped, parallel)] == [
        "connected", "blocked", "independent",
    ]  # fmt: skip
    assert gradient(chained, f"joint:{W1}") == [[11, 36, 61, 86], [22, 72, 122, 172], [33, 108, 183, 258]]
    assert gradient(stopped, f"joint:{W1}") == gradient(parallel, f"joint:{W1}") == [[i] * 4 for i in (1, 2, 3)]
    assert gradient(chained, f"joint:{W2}") == gradient(stopped, f"joint:{W2}") == [[f] * 5 for f in (32, 38, 44, 50)]
    assert gradient(stopped, f"loss2:{W1}") is None


def test_every_cotangent_is_a_line_that_tensorflow_has() -> None:
    graph = TwoHeadGraph(("dense",), ("dense", "dense"), ("dense",), loss1="plain_sum", loss2="squared_error",
                         reduction="none", dtype="float64")  # fmt: skip
    for wired in across_wirings(draw_setting(graph, usual_sizes(graph), 0, name="x"), (engines["eager"],)):
        assert wired.holds
        cotangents = [line for line in wired.derivation.lines if ":" in line.key]
        assert all(line.value == line.found for line in cotangents)
        assert {"loss1:head1/0", "loss1:trunk/0", "loss1:lookup", "loss2:head2/0"} <= {line.key for line in cotangents}
        json.dumps(wired.to_json(), allow_nan=False)
