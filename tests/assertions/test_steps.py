"""What a step moves, what it leaves, and what is not counted, on plain variables and on Keras models."""

from __future__ import annotations

import numpy as np
import pytest

from gradcheck import LawBroken, UsageError, assert_only_changes, assert_unchanged
from gradcheck.backend import tf

# Keras 2 draws the seeds of initializers from random.randint(1, 1e9).
pytestmark = pytest.mark.filterwarnings("ignore:non-integer arguments to randrange:DeprecationWarning")

X = np.linspace(-1.0, 1.0, 16, dtype=np.float32).reshape(8, 2)
Y = np.ones((8, 1), np.float32)


class Model:
    """A body with statistics and dropout, a head, and a step by hand that trains what it is told to."""

    def __init__(self, optimizer=None):
        tf.keras.utils.set_random_seed(3)
        dense = tf.keras.layers.Dense(3, name="dense")
        norm = tf.keras.layers.BatchNormalization(name="norm")
        self.body = tf.keras.Sequential([dense, norm, tf.keras.layers.Dropout(0.5)], name="body")
        self.head = tf.keras.Sequential([tf.keras.layers.Dense(1, name="out")], name="head")
        inputs = tf.keras.Input([2])
        self.model = tf.keras.Model(inputs, self.head(self.body(inputs)))
        self.optimizer = optimizer or tf.keras.optimizers.SGD(0.1)
        self.trained = self.head.trainable_variables
        self.training = True

    def step(self):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((self.model(X, training=self.training) - Y) ** 2)
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trained), self.trained, strict=True))


@pytest.fixture
def net():
    return Model()


@pytest.fixture
def pair():
    return tf.Variable([1.0, 2.0], name="w1"), tf.Variable([[3.0]], name="w2")


# --- honest steps and lies ---------------------------------------------------------------------------


def test_what_stays_passes_and_what_moves_fails(pair) -> None:
    w1, w2 = pair
    assert_unchanged(lambda: w1.assign_add([1.0, 0.0]), w2)
    with pytest.raises(LawBroken, match=r"^train_step changes what it must not: w1\nw1\n  expected   the same bits"):
        assert_unchanged(lambda: w1.assign_add([1.0, 0.0]), [w1, w2])


def test_a_variable_that_a_step_moves_in_secret_is_found(pair) -> None:
    """Nothing that the step encloses tells of the second variable."""
    w1, w2 = pair
    hidden = {"w2": [w2]}
    assert_only_changes(lambda: w1.assign_add([1.0, 0.0]), w1)

    class Sneaky:
        def __call__(self):
            w1.assign_add([1.0, 0.0])
            hidden["w2"][0].assign_add([[2.0**-20]])

    with pytest.raises(LawBroken, match=r"^train_step changes what it must not: w2( \(\d+\))?\n"):
        assert_only_changes(Sneaky(), w1)


def test_every_variable_must_change(pair) -> None:
    w1, w2 = pair
    with pytest.raises(LawBroken, match=r"^train_step does not change what it must: w2\n(?s:.*)after 3 steps"):
        assert_only_changes(lambda: w1.assign_add([1.0, 0.0]), [w1, w2])


def test_a_variable_that_changes_in_one_step_of_several_has_changed(pair) -> None:
    w1, w2 = pair
    moves = iter([0.0, 1.0, -1.0])
    assert_only_changes(lambda: w1.assign_add([0.0, next(moves)]), w1, steps=3)
    moves = iter([0.0, 1.0, -1.0])
    with pytest.raises(LawBroken, match="at step 2"):
        assert_unchanged(lambda: w1.assign_add([0.0, next(moves)]), [w1, w2], steps=3)


def test_momentum_moves_what_a_first_step_leaves(pair) -> None:
    w1, _ = pair
    optimizer = tf.keras.optimizers.SGD(0.5, momentum=0.5)
    optimizer.build([w1])
    gradients = iter([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    with pytest.raises(LawBroken, match="at step 2"):
        assert_unchanged(lambda: optimizer.apply_gradients([(tf.constant(next(gradients)), w1)]), w1)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_and_stays_so_has_not_moved(value) -> None:
    w = tf.Variable([value, 1.0])
    assert_unchanged(lambda: w.assign(w * 1.0), w)
    with pytest.raises(LawBroken, match="1 of 2 elements"):
        assert_unchanged(lambda: w.assign([0.0, 1.0]), w)


def test_words_and_truth_values_are_watched() -> None:
    flag, word = tf.Variable(True, name="flag"), tf.Variable(["a", "b"], name="word")
    assert_unchanged(lambda: None, [flag, word])
    with pytest.raises(LawBroken, match=r"changed at step 1; 1 of 2 elements\n"):
        assert_unchanged(lambda: word.assign(["a", "c"]), [flag, word])


def test_more_than_can_be_shown_are_counted() -> None:
    many = [tf.Variable(1.0, name=f"v{i}") for i in range(9)]
    with pytest.raises(LawBroken, match=r"v0, v1, v2, v3, v4, v5 and 3 more\n"):
        assert_unchanged(lambda: [v.assign_add(1.0) for v in many], many)


# --- Keras models --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Adam", "SGD", "RMSprop"])
def test_what_optimizers_metrics_and_seeds_keep_is_not_counted(name) -> None:
    net = Model()
    net.body.trainable = False
    net.model.compile(getattr(tf.keras.optimizers, name)(0.1), "mse", metrics=["mae"])
    assert_only_changes(lambda: net.model.train_on_batch(X, Y), net.head)
    assert_unchanged(lambda: net.model.train_on_batch(X, Y), net.body)


def test_a_slot_that_is_given_itself_is_counted(pair) -> None:
    w1, _ = pair
    optimizer = tf.keras.optimizers.SGD(0.5, momentum=0.5)
    optimizer.build([w1])
    with pytest.raises(LawBroken, match=r"^train_step changes what it must not: .*iteration"):
        assert_unchanged(lambda: optimizer.apply_gradients([(tf.ones(2), w1)]), optimizer.iterations)


@pytest.mark.parametrize("compiled", [False, True])
def test_moving_statistics_are_named_apart_and_may_be_allowed(net, compiled) -> None:
    step = tf.function(net.step) if compiled else net.step
    with pytest.raises(LawBroken) as raised:
        assert_only_changes(step, net.head)
    text = str(raised.value)
    assert text.startswith("train_step changes what is not trainable: ")
    assert "norm/moving_mean" in text
    assert "norm/moving_variance" in text
    assert "seed" not in text
    assert_only_changes(step, net.head, non_trainable=True)
    with pytest.raises(LawBroken, match="norm/moving_mean"):
        assert_unchanged(step, net.body)
    assert_unchanged(step, net.body, non_trainable=True)


def test_statistics_that_are_not_written_pass(net) -> None:
    net.training = False
    assert_only_changes(net.step, net.head)


def test_statistics_of_a_layer_that_is_given_may_move_and_its_weights_must(net) -> None:
    net.trained = net.model.trainable_variables
    assert_only_changes(net.step, net.model)
    net.training = False
    assert_only_changes(net.step, [net.body, net.head])
    net.trained = net.head.trainable_variables
    with pytest.raises(LawBroken, match=r"does not change what it must: .*dense/kernel"):
        assert_only_changes(net.step, [net.body, net.head])


def test_a_target_network_that_moves_is_no_secret(pair) -> None:
    online, _ = pair
    target = tf.Variable([0.0, 0.0], name="target", trainable=False)

    def step():
        online.assign_add([1.0, 1.0])
        target.assign(0.5 * target + 0.5 * online)

    with pytest.raises(LawBroken, match=r"^train_step changes what is not trainable: target"):
        assert_only_changes(step, online)
    assert_only_changes(step, [online, target])
    with pytest.raises(LawBroken, match=r"^train_step does not change what it must: target"):
        assert_only_changes(lambda: online.assign_add([1.0, 1.0]), [online, target])


def test_non_trainable_does_not_excuse_what_is_given_itself() -> None:
    target = tf.Variable([0.0, 0.0], name="target", trainable=False)
    with pytest.raises(LawBroken, match=r"^train_step changes what it must not: target"):
        assert_unchanged(lambda: target.assign_add([1.0, 1.0]), target, non_trainable=True)


def test_weights_of_a_frozen_layer_within_a_model_must_not_move(net) -> None:
    net.body.trainable = False
    weights = net.body.weights[0]

    def step():
        net.step()
        weights.assign(weights * 0.5)

    net.training = False
    assert_only_changes(net.step, net.model)
    with pytest.raises(LawBroken, match=r"^train_step changes what it must not: .*dense/kernel"):
        assert_only_changes(step, net.model)


def test_a_counter_is_not_counted_but_a_table_of_whole_numbers_is(pair) -> None:
    w1, _ = pair
    counter = tf.Variable(0, dtype=tf.int64, name="counter")
    table = tf.Variable([0, 0], name="table")

    def step():
        w1.assign_add([1.0, 1.0])
        counter.assign_add(1)

    assert_only_changes(step, w1)
    with pytest.raises(LawBroken, match=r"^train_step changes what is not trainable: table"):
        assert_only_changes(lambda: (step(), table.assign_add([0, 1])), w1)


@pytest.mark.parametrize("make", [tf.compat.v1.train.AdamOptimizer, tf.compat.v1.train.GradientDescentOptimizer])
def test_optimizers_of_tensorflow_1_are_known(pair, make) -> None:
    w1, w2 = pair
    optimizer = make(0.1)

    def loss():
        return tf.reduce_sum(w1**2) + tf.reduce_sum(w2**2)

    assert_only_changes(lambda: optimizer.minimize(loss, var_list=[w1]), w1)
    with pytest.raises(LawBroken, match=r"^train_step changes what it must not: w2"):
        assert_only_changes(lambda: optimizer.minimize(loss), w1)


# --- names, and what is watched --------------------------------------------------------------------------


def test_names_and_globs_are_looked_up_in_what_the_step_comes_to(pair) -> None:
    w1, w2 = pair
    stranger = tf.Variable([1.0], name="w1")
    assert_only_changes(lambda: (w1.assign_add([1.0, 1.0]), w2.assign(w2)), "w1")
    assert_only_changes(lambda: (w1.assign_add([1.0, 1.0]), w2.assign_add([[1.0]])), ["w*"])
    assert stranger.numpy() == 1.0


def test_keras_variables_go_by_their_paths(net) -> None:
    net.training = False
    kernel = net.head.weights[0]
    path = getattr(kernel, "path", kernel.name).partition(":")[0]
    assert_only_changes(net.step, [path, path.replace("kernel", "*")])


def test_among_is_all_that_is_watched(pair) -> None:
    w1, w2 = pair

    def step():
        w1.assign_add([1.0, 1.0])
        w2.assign_add([[1.0]])

    assert_only_changes(step, w1, among=[w1])
    with pytest.raises(LawBroken, match="w2"):
        assert_only_changes(step, w1, among=[w2])


def test_a_step_that_makes_variables_is_refused_until_they_are_there(pair) -> None:
    w1, _ = pair
    made = []

    def step():
        w1.assign_add([1.0, 1.0])
        if not made:
            made.append(tf.Variable([1.0], name="late"))

    with pytest.raises(UsageError, match=r"^train_step made variables, and nobody knows what they were before: late;"):
        assert_only_changes(step, w1)
    assert_only_changes(step, w1)


def test_slots_that_a_first_step_makes_are_not_refused(pair) -> None:
    w1, _ = pair
    optimizer = tf.keras.optimizers.Adam(0.1)
    assert_only_changes(lambda: optimizer.apply_gradients([(tf.ones(2), w1)]), w1)


# --- mistakes --------------------------------------------------------------------------------------------

W = tf.Variable([1.0], name="w")


def move():
    W.assign_add([1.0])


def fail():
    raise ValueError("no more batches")


@pytest.mark.parametrize("check", [assert_unchanged, assert_only_changes])
@pytest.mark.parametrize(
    ("step", "variables", "options", "message"),
    [
        (3, W, {}, "train_step must be callable without arguments; found 3"),
        (fail, W, {}, "train_step raised ValueError at step 1: no more batches"),
        (move, W, {"steps": 0}, "steps must be at least 1; found 0"),
        (move, W, {"steps": 1.5}, "steps must be at least 1; found 1.5"),
        (move, [], {}, "variables is empty"),
        (move, ["v*"], {}, r"variables: no variable is called 'v\*'; there are: w$"),
        (move, [3], {}, "variables must be variables, names, globs, layers or models; found 3"),
        (move, tf.keras.layers.Dense(1, name="raw"), {}, "variables: 'raw' has no variables"),
    ],
)
def test_a_mistake_names_the_argument(check, step, variables, options, message) -> None:
    with pytest.raises(UsageError, match=f"^{message}"):
        check(step, variables, **options)


def test_names_of_a_step_that_shows_nothing_ask_for_among() -> None:
    with pytest.raises(UsageError, match=r"^no variable was found that train_step could touch: pass .* as among$"):
        assert_only_changes(len, "w")
    with pytest.raises(UsageError, match=r"^among is empty"):
        assert_only_changes(move, W, among=[])


def test_what_only_keeps_books_is_nothing_to_judge(pair) -> None:
    optimizer = tf.keras.optimizers.SGD(0.5)
    optimizer.build([pair[0]])
    bag = tf.Module()
    bag.counter = tf.Variable(0)
    with pytest.raises(UsageError, match=r"^variables holds nothing that is trained"):
        assert_unchanged(lambda: None, bag)


def test_variables_of_a_session_are_refused() -> None:
    with tf.Graph().as_default():
        variable = tf.compat.v1.get_variable("gv", [1])
    with pytest.raises(UsageError, match=r"^variables: gv has no value outside of a session; use assert_step"):
        assert_unchanged(lambda: None, variable)
