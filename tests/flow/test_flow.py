"""What the graph's structure says is what the tape does, cell by cell, and every cut is named with its line."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import gradcheck
from gradcheck.backend import tf
from gradcheck.engines._program import input_ranks, typed
from gradcheck.errors import UsageError
from gradcheck.flow.cell import Kind
from gradcheck.model import run_forward
from gradcheck.point import draw
from gradcheck.sample import sample_graph, sample_sizes

W, U = (tf.Variable([1.5, 2.5], name=name) for name in ("w", "u"))
ROWS = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="rows")
WHOLE = tf.Variable(3, name="whole")


def ask_the_tape(losses, variables):
    """Return whether a tape inside the traced function gives a gradient, by loss and variable."""
    found = {}

    def run():
        with tf.GradientTape(persistent=True) as tape:
            values = losses()
        for loss, value in values.items():
            for variable in variables:
                found[loss, variable.name.split(":")[0]] = tape.gradient(value, variable) is not None

    tf.function(run, autograph=False).get_concrete_function()
    return found


# --- agreement with the tape and with construction -----------------------------------------------


@pytest.mark.parametrize("index", range(40))
def test_structure_tape_and_construction_agree_on_random_graphs(index) -> None:
    graph = sample_graph(7, index, ("float32", "float64"))
    point = draw(graph, sample_sizes(graph, 7, index, least=1), 1)[0]
    values = typed(graph, point.values)
    variables = {name: tf.Variable(values[name], name=name.replace("/", "_")) for name in graph.variables}
    inputs = {name: tf.constant(values[name]) for name in input_ranks(graph)}

    def losses():
        forward = run_forward(graph, {**variables, **inputs}, leading=0, stop=tf.stop_gradient)
        return {"loss1": forward.loss1, "loss2": forward.loss2}

    flow = gradcheck.flow(losses, variables=list(variables.values()))
    tape = ask_the_tape(losses, list(variables.values()))
    for loss in flow.losses:
        for name, variable in variables.items():
            cell = flow[loss, variable.name.split(":")[0]]
            connected = cell.kind is Kind.CONNECTED
            assert connected == tape[loss, cell.variable] == (name in graph.reached_by(loss))


# --- every kind of cell ----------------------------------------------------------------------------


@tf.custom_gradient
def keeps_its_gradient(x):
    return tf.identity(x), lambda dy: None


CUTS = {
    "StopGradient": lambda: tf.stop_gradient(W) * U,
    "Cast": lambda: tf.cast(tf.cast(W, tf.int32), tf.float32) * U,
    "ArgMax": lambda: tf.cast(tf.argmax(W), tf.float32) * U,
    "Round": lambda: tf.round(W) * U,
    "Floor": lambda: tf.floor(W) * U,
    "Ceil": lambda: tf.math.ceil(W) * U,
    "Rint": lambda: tf.math.rint(W) * U,
    "Greater": lambda: tf.cast(W > 1.0, tf.float32) * U,
    "Equal": lambda: tf.cast(tf.equal(W, 1.0), tf.float32) * U,
    "PyFunc": lambda: tf.ensure_shape(tf.numpy_function(lambda x: x, [W], tf.float32), [2]) * U,
    "IdentityN": lambda: keeps_its_gradient(W) * U,
    "OneHot": lambda: tf.one_hot(tf.cast(W[0], tf.int32), 2) * U,
    "SelectV2": lambda: tf.where(tf.stop_gradient(W) > 1.0, U, 0.0),
    "If": lambda: tf.cond(W[0] > 1.0, lambda: U * 1.0, lambda: U * 2.0),
}


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_what_cuts_a_gradient_is_named_with_its_line(cut) -> None:
    losses = CUTS[cut]
    flow = gradcheck.flow(losses)
    assert flow["loss", "u"].kind is Kind.CONNECTED
    cell = flow["loss", "w"]
    assert cell.kind is Kind.BLOCKED
    source, start = inspect.getsourcelines(CUTS[cut])
    kinds = [step.kind for step in cell.path]
    assert cut in kinds
    places = {(step.file, step.line) for step in cell.cuts}
    assert places <= {(__file__, line) for line in range(start - len(source) - 60, start + 60)}
    assert all(step.block for step in cell.cuts)
    assert cell.cuts
    tape = ask_the_tape(lambda: {"loss": losses()}, [W, U])
    assert tape == {("loss", "w"): False, ("loss", "u"): True}


def test_a_cut_says_where_it_stands() -> None:
    def loss():
        held = tf.stop_gradient(W * 2.0)
        return held * U

    flow = gradcheck.flow(loss)
    (cut,) = flow["loss", "w"].cuts
    assert (cut.kind, cut.source) == ("StopGradient", "held = tf.stop_gradient(W * 2.0)")
    text = flow.explain("loss", "w")
    assert "w -> loss: blocked by StopGradient; the loss depends on it, but no gradient comes back" in text
    assert "held = tf.stop_gradient(W * 2.0)\n      it stops the gradient on purpose" in text


def test_a_sign_is_flat_where_the_tape_gives_zeros() -> None:
    (cut,) = gradcheck.flow(lambda: tf.sign(W) * U)["loss", "w"].cuts
    assert (cut.kind, cut.block) == ("Sign", "its derivative is zero wherever it has one")
    with tf.GradientTape() as tape:
        loss = tf.sign(W) * U
    assert not np.any(tape.gradient(loss, W))


def test_a_path_that_is_cut_and_one_that_is_not_connect() -> None:
    assert gradcheck.flow(lambda: tf.stop_gradient(W) * W)["loss", "w"].kind is Kind.CONNECTED


def test_what_decides_how_often_a_loop_runs_does_not_reach_what_it_keeps() -> None:
    def loss():
        return tf.while_loop(lambda i, kept: i < W[0], lambda i, kept: (i + 1.0, kept), [0.0, U * 1.0])[1]

    flow = gradcheck.flow(loss)
    assert [flow["loss", name].kind for name in ("w", "u")] == [Kind.INDEPENDENT, Kind.CONNECTED]


def test_what_decides_how_often_a_loop_runs_is_cut_there_and_the_tape_gives_zeros() -> None:
    @tf.function(autograph=False)
    def loss():
        return tf.while_loop(lambda i, a: i < W[0], lambda i, a: (i + 1.0, a * 2.0), [0.0, U * 1.0])[1]

    cell = gradcheck.flow(loss)["loss", "w"]
    assert cell.kind is Kind.BLOCKED
    assert [step.kind for step in cell.path] == [
        "ReadVariableOp",
        "StridedSlice",
        "Less",
        "While",
        "StatefulPartitionedCall",
    ]
    assert [step.kind for step in cell.cuts] == ["Less"]
    assert cell.path[3].block == "it only decides how often the loop runs"
    with tf.GradientTape() as tape:
        value = loss()
    assert not np.any(tape.gradient(value, W))


def test_a_shape_is_no_dependence() -> None:
    table = tf.Variable([[1.0, 2.0]], shape=[None, 2], name="table")
    flow = gradcheck.flow(lambda: tf.cast(tf.shape(table)[0], tf.float32) * U)
    assert flow["loss", "table"].kind is Kind.INDEPENDENT


def test_a_variable_that_no_loss_reads_is_unused() -> None:
    flow = gradcheck.flow(lambda: U * 2.0, variables=[U, W])
    assert [flow["loss", name].kind for name in ("u", "w")] == [Kind.CONNECTED, Kind.UNUSED]


def test_losses_are_independent_of_what_only_others_read() -> None:
    flow = gradcheck.flow(lambda: (W * 1.0, U * 1.0))
    assert flow.losses == ("loss1", "loss2")
    assert flow["loss1", "u"].kind is Kind.INDEPENDENT


# --- inside of functions ---------------------------------------------------------------------------


@tf.function
def doubled(x):
    return x * 2.0


@tf.function
def held(x):
    return tf.stop_gradient(x)


def swapped(steps):
    """Swap w and u at each round, so that one round connects only one of them."""
    return tf.while_loop(lambda i, a, b: i < steps, lambda i, a, b: (i + 1, b, a * 1.0), [0, W * 1.0, U * 1.0])[1]


INSIDE = {
    "function": (lambda: doubled(W) + held(U), {"w": Kind.CONNECTED, "u": Kind.BLOCKED}),
    "cond": (
        lambda: tf.cond(tf.random.uniform([]) > 0.5, lambda: W * 1.0, lambda: tf.stop_gradient(U)),
        {"w": Kind.CONNECTED, "u": Kind.BLOCKED},
    ),
    "case": (
        lambda: tf.switch_case(tf.random.uniform([], 0, 2, tf.int32), [lambda: W * 1.0, lambda: U * 1.0]),
        {"w": Kind.CONNECTED, "u": Kind.CONNECTED},
    ),
    "while": (lambda: swapped(3), {"w": Kind.CONNECTED, "u": Kind.CONNECTED}),
    "map_fn": (lambda: tf.map_fn(lambda row: row * U + tf.stop_gradient(W), ROWS),
               {"u": Kind.CONNECTED, "w": Kind.BLOCKED, "rows": Kind.CONNECTED}),
    "recompute": (lambda: tf.recompute_grad(lambda x: tf.sin(x) * U)(W), {"w": Kind.CONNECTED, "u": Kind.CONNECTED}),
    "lookup": (lambda: tf.nn.embedding_lookup(ROWS, [0, 0]) * tf.stop_gradient(U),
               {"rows": Kind.CONNECTED, "u": Kind.BLOCKED}),
}  # fmt: skip


@pytest.mark.parametrize("inside", INSIDE, ids=str)
def test_functions_are_followed_inside(inside) -> None:
    losses, expected = INSIDE[inside]
    flow = gradcheck.flow(losses)
    assert {name: flow["loss", name].kind for name in expected} == expected
    variables = [variable for variable in (W, U, ROWS) if variable.name.split(":")[0] in expected]
    tape = ask_the_tape(lambda: {"loss": losses()}, variables)
    assert tape == {("loss", name): kind is Kind.CONNECTED for name, kind in expected.items()}
    assert all(flow["loss", name].path for name in expected)


def test_unknown_shapes_are_answered_for_all() -> None:
    flow = gradcheck.flow(lambda x: tf.reduce_sum(x) * U, tf.TensorSpec([None, None]))
    assert flow["loss", "u"].kind is Kind.CONNECTED


def test_a_keras_model_is_followed_through_its_layers() -> None:
    inputs = tf.keras.Input([5, 3])
    trunk = tf.keras.layers.BatchNormalization(name="norm")(tf.keras.layers.LSTM(4, name="rnn")(inputs))
    cut = tf.keras.layers.Lambda(tf.stop_gradient, output_shape=(4,))(trunk)
    heads = [tf.keras.layers.Dense(1, name="head1")(trunk), tf.keras.layers.Dense(1, name="head2")(cut)]
    model = tf.keras.Model(inputs, heads)
    flow = gradcheck.flow(lambda x: [tf.reduce_sum(y) for y in model(x, training=True)], tf.zeros([2, 5, 3]))
    kernel = next(name for name in flow.variables if "rnn" in name and name.endswith("recurrent_kernel"))
    assert [flow[loss, kernel].kind for loss in flow.losses] == [Kind.CONNECTED, Kind.BLOCKED]
    assert [step.kind for step in flow["loss2", kernel].cuts] == ["StopGradient"]
    assert flow["loss1", "head2/kernel"].kind is Kind.INDEPENDENT


# --- names, tables and mistakes --------------------------------------------------------------------


def test_variables_are_chosen_by_glob_by_name_and_by_object() -> None:
    def losses():
        return W * U * ROWS

    assert gradcheck.flow(losses, variables=["r*"]).variables == ("rows",)
    assert gradcheck.flow(losses, variables=["u", W]).variables == ("u", "w")
    assert gradcheck.flow(losses, variables=["w", W]).variables == ("w",)


def test_two_variables_of_one_name_are_told_apart() -> None:
    first, second = tf.Variable(1.0, name="same"), tf.Variable(1.0, name="same")
    flow = gradcheck.flow(lambda: first * tf.stop_gradient(second))
    assert {flow["loss", name].kind for name in ("same", "same (2)")} == {Kind.CONNECTED, Kind.BLOCKED}


def test_a_flow_prints_itself_as_a_table() -> None:
    text = str(gradcheck.flow(lambda: tf.stop_gradient(W) * U, variables=["w", "u"]))
    rows = [[part.strip() for part in line.split("│")[1:-1]] for line in text.splitlines() if "│" in line]
    assert rows == [["w", "blocked by StopGradient"], ["u", "connected"]]


@pytest.mark.parametrize(
    ("losses", "options", "message"),
    [
        (3, {}, "losses must be callable, or tensors of one graph of TensorFlow 1; found 3"),
        (lambda: None, {}, "losses must return at least one loss; found None"),
        (lambda: {}, {}, "losses must return at least one loss; found an empty result"),
        (lambda: WHOLE * 2, {}, "losses must return floating-point tensors; loss is int32"),
        (lambda: {1}, {}, "losses must return a mapping, a list, a tuple or one tensor; found {1}"),
        (lambda: 1 / 0, {}, "losses cannot be traced: ZeroDivisionError: division by zero"),
        (lambda: U * 1.0, {"variables": []}, "variables is empty"),
        (lambda: U * 1.0, {"variables": ["x*"]}, "variables: no variable is called 'x*'; there are: u"),
        (lambda: U * 1.0, {"variables": [3]}, "variables must be variables, names, globs, layers or models; found 3"),
    ],
)
def test_a_mistake_names_the_argument(losses, options, message) -> None:
    with pytest.raises(UsageError, match=f"^{message.replace('*', '.')}"):
        gradcheck.flow(losses, **options)


def test_an_unknown_cell_is_refused() -> None:
    flow = gradcheck.flow(lambda: U * 1.0)
    with pytest.raises(UsageError, match="unknown loss 'lss'; did you mean 'loss'"):
        flow["lss", "u"]
    with pytest.raises(UsageError, match="unknown variable 'x'"):
        flow.explain("loss", "x")
    with pytest.raises(UsageError, match="unknown variable 'w'"):
        flow.explain("loss", W)
    with pytest.raises(UsageError, match=r"^variable must be a name or a variable; found 3"):
        flow.explain("loss", 3)
    with pytest.raises(UsageError, match=r"^unknown loss 3"):
        flow[3, "u"]
    with pytest.raises(UsageError, match=r"^a cell is named by its loss and its variable"):
        flow["loss"]


def test_a_cell_is_found_by_its_variable() -> None:
    flow = gradcheck.flow(lambda: U * 1.0)
    assert flow["loss", U] is flow["loss", "u"]
    assert flow.explain("loss", U) == flow.explain("loss", "u")


def test_a_flow_and_its_cells_show_themselves_in_a_session() -> None:
    flow = gradcheck.flow(lambda: U * 1.0)
    assert repr(flow) == str(flow)
    assert repr(flow["loss", "u"]) == (
        "Cell(loss='loss', variable='u', kind=<Kind.CONNECTED: 'connected'>, norms=(), failure='')"
    )
