"""The whole table is held to, and every entry of what is expected must mean something."""

from __future__ import annotations

import pytest

from gradcheck import LawBroken, UsageError, assert_flow, flow
from gradcheck.backend import tf
from gradcheck.flow.cell import Kind

W1, W2, W3 = (tf.Variable([1.0], name=name) for name in ("a/w1", "a/w2", "w3"))


def losses(x):
    output1 = x * W1
    return {"loss1": output1, "loss2": tf.stop_gradient(output1) * W2}


TABLE = {
    "loss1": {"a/w1": "connected", "a/w2": "independent"},
    "loss2": {"a/w1": "blocked", "a/w2": "connected"},
}
X = tf.TensorSpec([None])


def changed(loss, **row):
    return {**TABLE, loss: {**TABLE[loss], **{name.replace("_", "/"): kind for name, kind in row.items()}}}


def test_the_table_that_a_flow_writes_is_expected_and_passes() -> None:
    assert flow(losses, X).table() == TABLE
    assert_flow(losses, TABLE, X)


@pytest.mark.parametrize(
    "row", [{"*": "independent", "a/w1": Kind.CONNECTED}, {"a/w1": "connected", "*/w2": "independent"}]
)
def test_globs_stand_for_what_is_not_named_exactly(row) -> None:
    assert_flow(losses, {**TABLE, "loss1": row}, X)


def test_variables_that_no_loss_reads_are_unused() -> None:
    with pytest.raises(LawBroken, match="w3 -> loss1: unused"):
        assert_flow(losses, {"loss1": {"*": "connected"}, "loss2": {"*": "unused"}}, X, variables=[W1, W3])
    unused = {"loss1": {"w3": "unused"}, "loss2": {"w3": "unused"}}
    assert_flow(losses, unused, X, variables=W3)


@pytest.mark.parametrize("loss", TABLE)
@pytest.mark.parametrize("name", ["a/w1", "a/w2"])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_cell_that_is_otherwise_is_marked_and_explained(loss, name, kind) -> None:
    honest = TABLE[loss][name]
    expected = {**TABLE, loss: {**TABLE[loss], name: kind}}
    if kind.value == honest:
        assert_flow(losses, expected, X)
        return
    with pytest.raises(LawBroken) as raised:
        assert_flow(losses, expected, X)
    text = str(raised.value)
    assert text.startswith("the flow is not as expected in 1 of 4 cells\n")
    assert f"│ x {honest}, expected {kind.value} " in text
    assert text.count(" -> ") == 1
    assert f"\n{name} -> {loss}: {honest}" in text
    assert "\n  to mend it: " in text
    assert text.endswith("if the new flow is meant: gradcheck.flow(...).table() writes the table to expect")


def test_more_cells_than_can_be_shown_are_named() -> None:
    many = [tf.Variable(1.0, name=f"v{i}") for i in range(7)]
    with pytest.raises(LawBroken, match=r"\nand 4 more: v3 -> loss, v4 -> loss, v5 -> loss, v6 -> loss\n"):
        assert_flow(lambda: tf.add_n(many), {"loss": {"*": "independent"}})


@pytest.mark.parametrize(
    ("expected", "message"),
    [
        ({"loss1": TABLE["loss1"]}, r"^expected says nothing of loss2: name every loss$"),
        ({**TABLE, "los3": {}}, r"^expected: unknown loss 'los3'; did you mean 'loss[12]'\?"),
        (changed("loss1", a_w1="conected"), r"^expected\['loss1'\]\['a/w1'\]: unknown kind 'conected'; did you mean"),
        (changed("loss1", a_w1=None), r"^expected\['loss1'\]\['a/w1'\]: unknown kind None"),
        (changed("loss1", a_w4="unused"), r"^expected\['loss1'\]: unknown variable 'a/w4'; did you mean"),
        (changed("loss1", b_x="unused"), r"^expected\['loss1'\]: unknown variable 'b/x'"),
        ({**TABLE, "loss1": {"a/w1": "connected"}}, r"^expected\['loss1'\] says nothing of a/w2: name every variable$"),
        (
            {**TABLE, "loss1": {"a/w1": "connected", "*": "independent", "a/*": "independent"}},
            r"^expected\['loss1'\] names a/w2 more than once: by \* and by a/\*$",
        ),
        ([], r"^expected must be a mapping of losses to mappings of variables; found \[\]$"),
        ({"loss1": "connected"}, r"^expected must be a mapping of losses to mappings of variables"),
    ],
)
def test_an_expectation_that_is_none_is_refused(expected, message) -> None:
    with pytest.raises(UsageError, match=message):
        assert_flow(losses, expected, X)
