"""Losses are traced whatever they are written as: compiled models, graphs of TensorFlow 1, writes, ragged inputs."""

from __future__ import annotations

import re

import pytest

import gradcheck
from gradcheck.backend import tf
from gradcheck.errors import UsageError

W, U, STATE = (tf.Variable([1.5, 2.5], name=name) for name in ("w", "u", "state"))


def kinds(losses, *args, **options):
    """Return the kinds of the only loss's cells, by variable."""
    (row,) = gradcheck.flow(losses, *args, **options).table().values()
    return row


# --- Keras -----------------------------------------------------------------------------------------


def two_heads(**options):
    x = tf.keras.Input((3,))
    trunk = tf.keras.layers.Dense(4, name="trunk")(x)
    heads = {name: tf.keras.layers.Dense(1, name=name)(trunk) for name in ("left", "right")}
    model = tf.keras.Model(x, heads)
    model.compile(**options)
    return model


def test_a_compiled_model_stands_for_its_loss_and_each_outputs() -> None:
    model = two_heads(loss={"left": "mse", "right": "mae"})
    targets = {"left": tf.ones([2, 1]), "right": tf.ones([2, 1])}
    table = gradcheck.flow(model, tf.ones([2, 3]), targets).table()
    assert table["loss"] == dict.fromkeys(table["loss"], "connected")
    assert table["left"]["right/kernel"] == table["right"]["left/kernel"] == "independent"
    assert table["left"]["trunk/kernel"] == table["left"]["left/kernel"] == "connected"


def test_a_compiled_model_without_its_targets_is_refused() -> None:
    model = two_heads(loss={"left": "mse", "right": "mae"})
    with pytest.raises(UsageError, match=r"^args of a compiled Keras model are its inputs and its targets; found 1"):
        gradcheck.flow(model, tf.ones([2, 3]))


def test_a_model_that_is_not_compiled_is_a_function() -> None:
    layer = tf.keras.layers.Dense(1, name="plain")
    assert set(kinds(tf.keras.Sequential([tf.keras.Input((2,)), layer]), tf.ones([1, 2])).values()) == {"connected"}


def test_a_cut_that_keras_makes_names_its_layer() -> None:
    layers = [tf.keras.Input((3,)), tf.keras.layers.Dense(2), tf.keras.layers.Discretization([0.0], name="bins")]
    model = tf.keras.Sequential(layers)
    flow = gradcheck.flow(lambda x: tf.reduce_sum(W * tf.cast(model(x), tf.float32)), tf.ones([1, 3]))
    (kernel,) = (name for name in flow.variables if name.endswith("kernel"))
    assert re.search(r"✕ Bucketize in .*bins.*\n .*reduce_sum\(W \* tf.cast\(model\(x\)", flow.explain("loss", kernel))
    assert flow["loss", kernel].path[-1].scope == ""  # the user's own


def test_a_seed_generator_is_blocked_by_its_dtype() -> None:
    dropout = tf.keras.layers.Dropout(0.5)
    flow = gradcheck.flow(lambda x: tf.reduce_sum(dropout(x * W, training=True)), tf.ones([2]))
    states = [name for name in flow.variables if "seed" in name]
    assert flow["loss", "w"].kind.value == "connected"
    assert all(flow["loss", name].kind.value == "blocked" for name in states)
    if states:  # Keras 2 keeps no state of TensorFlow's
        assert "blocked by its dtype" in str(flow)


@pytest.mark.parametrize("training", [True, False])
def test_a_fused_normalisation_reads_its_moving_statistics_only_outside_of_training(training) -> None:
    mean, variance = tf.Variable([0.0, 0.0], name="mean"), tf.Variable([1.0, 1.0], name="variance")

    def loss(x):
        return tf.compat.v1.nn.fused_batch_norm(x, W, U, mean, variance, is_training=training)[0]

    flow = gradcheck.flow(loss, tf.TensorSpec([None, 2, 2, 2]), variables=[W, U, mean, variance])
    kind = "independent" if training else "blocked"  # its gradient function gives None for them
    assert flow.table() == {"loss": {"w": "connected", "u": "connected", "mean": kind, "variance": kind}}


# --- what is written within a step -----------------------------------------------------------------


def test_what_is_written_and_read_again_is_blocked_at_the_write() -> None:
    def loss():
        STATE.assign(W * 2.0)
        return tf.reduce_sum(STATE * U)

    flow = gradcheck.flow(loss)
    (cut,) = flow["loss", "w"].cuts
    assert (cut.kind, cut.source) == ("AssignVariableOp", "STATE.assign(W * 2.0)")
    assert flow.measure().disagreements == ()


def test_what_is_read_before_it_is_written_does_not_depend_on_it() -> None:
    def loss():
        before = STATE * U
        STATE.assign(W * 2.0)
        return tf.reduce_sum(before)

    assert kinds(loss, variables=[W]) == {"w": "independent"}


def test_a_write_inside_a_function_or_a_loop_is_followed() -> None:
    @tf.function
    def write():
        STATE.assign_add(W)

    def called():
        write()
        return tf.reduce_sum(STATE)

    def looped():
        def body(i, total):
            STATE.assign(STATE + W)
            return i + 1, total + tf.reduce_sum(STATE)

        return tf.while_loop(lambda i, total: i < 3, body, (0, 0.0))[1]

    def chosen():
        tf.cond(U[0] > 0.0, lambda: STATE.assign(W), lambda: STATE.assign(-W))
        return tf.reduce_sum(STATE)

    assert kinds(called, variables=[W]) == kinds(looped, variables=[W]) == {"w": "blocked"}
    assert kinds(chosen, variables=[W, U]) == {"w": "blocked", "u": "blocked"}
    cut = gradcheck.flow(called)["loss", "w"].cuts[0]
    assert (cut.kind, cut.source) == ("AssignAddVariableOp", "STATE.assign_add(W)")


# --- ragged and sparse, hash tables ----------------------------------------------------------------


def test_ragged_and_sparse_arguments_are_taken_as_they_are() -> None:
    ragged, sparse = tf.ragged.constant([[1.0], [2.0, 3.0]]), tf.sparse.from_dense([[0.0, 1.0], [2.0, 0.0]])

    def loss(r, s):
        return tf.reduce_sum((r * W[0]).flat_values) + tf.reduce_sum(tf.sparse.sparse_dense_matmul(s, U[:, None]))

    flow = gradcheck.flow(loss, ragged, sparse)
    assert flow.table() == {"loss": {"w": "connected", "u": "connected"}}
    assert flow.measure(ragged, sparse).disagreements == ()


def test_nested_structures_and_none_are_arguments() -> None:
    given = {"x": [tf.ones([2]), None], "flag": True}
    assert kinds(lambda batch: batch["x"][0] * W if batch["flag"] else U * 1.0, given) == {"w": "connected"}


# --- TensorFlow 1 ----------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", [True, False], ids=["resource", "reference"])
def test_a_graph_of_tensorflow_1_is_taken_by_its_tensors(resource) -> None:
    v1 = tf.compat.v1
    with tf.Graph().as_default():
        w, u, idle = (v1.get_variable(name, [2], use_resource=resource) for name in ("w", "u", "idle"))
        output = v1.placeholder(tf.float32, [2]) * w
        losses = {"loss1": tf.reduce_sum(output), "loss2": tf.reduce_sum(tf.stop_gradient(output) * u)}
        flow = gradcheck.flow(losses)
        assert flow.table() == {
            "loss1": {"w": "connected", "u": "independent", "idle": "independent"},
            "loss2": {"w": "blocked", "u": "connected", "idle": "independent"},
        }
        for (loss, name), cell in flow.cells.items():
            variable = {"w": w, "u": u, "idle": idle}[name]
            assert (v1.gradients(losses[loss], variable)[0] is not None) == (cell.kind.value == "connected")
    assert [step.kind for step in flow["loss2", "w"].cuts] == ["StopGradient"]
    with pytest.raises(UsageError, match="losses of a TensorFlow 1 graph cannot be measured"):
        flow.measure()


def test_the_loops_and_branches_of_tensorflow_1_are_followed_round() -> None:
    v1 = tf.compat.v1
    v1.disable_control_flow_v2()
    try:
        with tf.Graph().as_default():
            w, u, c = (v1.get_variable(name, [], use_resource=True) for name in "wuc")
            zero = tf.constant(0.0)
            late = tf.while_loop(
                lambda i, a, b, d: i < 5, lambda i, a, b, d: (i + 1, w * 1.0, a, b), (0, zero, zero, zero)
            )[3]
            branch = tf.cond(c > 0.0, lambda: u * 2.0, lambda: tf.stop_gradient(u))
            flow = gradcheck.flow({"late": late, "branch": branch})
            assert {op.type for op in late.graph.get_operations()} >= {"NextIteration", "Switch"}
    finally:
        v1.enable_control_flow_v2()
    assert flow.table() == {
        "late": {"w": "connected", "u": "independent", "c": "independent"},
        "branch": {"w": "independent", "u": "connected", "c": "blocked"},
    }


# --- mistakes --------------------------------------------------------------------------------------


def gone():
    return tf.reduce_sum(tf.Variable([1.0]) * 2.0)


@tf.function
def ill_shaped(x):
    return tf.reduce_sum(x @ U[:, None])


def test_an_error_inside_a_function_is_told_with_its_cause_and_line() -> None:
    with pytest.raises(UsageError) as raised:
        gradcheck.flow(ill_shaped, tf.TensorSpec([None, 4]))
    first, second = str(raised.value).splitlines()
    assert first.startswith("losses cannot be traced: ValueError: Dimensions must be equal, but are 4 and 2")
    assert second.endswith("return tf.reduce_sum(x @ U[:, None])")
    assert "test_trace.py:" in second


@pytest.mark.parametrize(
    ("losses", "args", "message"),
    [
        (
            lambda: tf.constant((W * 2.0).numpy()),
            (),
            r"losses cannot be traced: [\s\S]*test_trace.py[\s\S]*leaves TensorFlow",
        ),
        (lambda: float(W[0]), (), "losses cannot be traced: TypeError"),
        (lambda x: x, (object(),), "args must be tensors, arrays, specs or structures of them; found <object"),
        (lambda: tf.constant(1.0), (), "losses read no variable: there is nothing to tell"),
        (tf.constant(1.0), (), "losses must be callable, or tensors of one graph of TensorFlow 1; found"),
        ({}, (), "losses must return at least one loss; found an empty result"),
        (gone, (), "losses cannot be traced: ValueError: tf.function only supports singleton tf.Variables"),
    ],
)
def test_a_mistake_is_named(losses, args, message) -> None:
    with pytest.raises(UsageError, match=f"^{message}"):
        gradcheck.flow(losses, *args)


# --- variables among the arguments -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("losses", "args"),
    [
        (lambda a, b: tf.reduce_sum(a * tf.stop_gradient(b)), (W, U)),
        (lambda given: tf.reduce_sum(given["a"] * tf.stop_gradient(given["b"])), ({"a": W, "b": U},)),
        (tf.function(lambda a, b: tf.reduce_sum(a * tf.stop_gradient(b))), (W, U)),
        (lambda a, x: tf.reduce_sum(a * x * tf.stop_gradient(U)), (W, tf.ones([2]))),
    ],
)
def test_a_variable_among_the_arguments_is_that_variable(losses, args) -> None:
    flow = gradcheck.flow(losses, *args).measure(*args)
    assert flow.table() == {"loss": {"w": "connected", "u": "blocked"}}
    assert flow.disagreements == ()
    with pytest.raises(gradcheck.LawBroken, match=r"^loss leaks into w\n"):
        gradcheck.assert_isolated(losses, "loss", *args, from_=[W])


def test_a_keras_variable_among_the_arguments_is_that_variable() -> None:
    dense = tf.keras.layers.Dense(1, name="given")
    dense.build((None, 2))
    flow = gradcheck.flow(lambda kernel: tf.reduce_sum(tf.convert_to_tensor(kernel) ** 2), dense.kernel)
    assert list(flow.table()["loss"].values()) == ["connected"]
    assert flow["loss", dense.kernel].kind.value == "connected"
