"""Words are registered by decorators, known by name, and say what is known of them."""

from __future__ import annotations

import pytest

from gradcheck.errors import UsageError
from gradcheck.graph import TwoHeadGraph
from gradcheck.layer import Layer, layer, layers, loss, losses


@pytest.fixture(autouse=True)
def _unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    layers.names()
    monkeypatch.setattr(layers, "_entries", dict(layers._entries))
    monkeypatch.setattr(losses, "_entries", dict(losses._entries))


def test_a_decorated_function_is_a_layer_that_graphs_can_name() -> None:
    def twice(x: float, scale: float) -> float:
        return 2 * x * scale

    assert layer("twice", parameters={"scale": ("in",)})(twice) is twice
    assert layers["twice"] == Layer("twice", twice, {"scale": ("in",)})
    assert TwoHeadGraph(trunk=("twice",)).variables[1] == "trunk/0/scale"


def test_a_decorated_function_is_a_loss_that_graphs_can_name() -> None:
    @loss("distance", labels="values", degree=1)
    def distance(output: float, labels: float) -> float:
        return output - labels

    assert losses["distance"].apply is distance
    assert TwoHeadGraph(loss2="distance").loss_functions[1].degree == 1


def test_a_name_cannot_be_taken_twice() -> None:
    with pytest.raises(UsageError, match=r"^layer 'dense' is registered twice$"):
        layer("dense")(lambda x: x)
    with pytest.raises(UsageError, match=r"^loss 'plain_sum' is registered twice$"):
        loss("plain_sum", labels="values")(lambda output, labels: output)


@pytest.mark.parametrize("name", layers.names())
def test_every_layer_states_facts_that_fit(name: str) -> None:
    facts = layers[name]
    axes = {axis for shape in facts.parameters.values() for axis in shape}
    assert axes <= ({"in", "out"} if facts.resizes else {"in"})
    assert set(facts.centers) <= set(facts.parameters)
    assert not (facts.kinks and facts.polynomial)


def test_the_seeds_words_are_there() -> None:
    assert layers["dense"].polynomial
    assert losses["sparse_softmax_cross_entropy"].labels == "classes"
    assert losses["sparse_softmax_cross_entropy"].degree is None
