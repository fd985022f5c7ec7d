"""Siamese networks without negative pairs (BYOL): the target branch gets no gradient, and only follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

import gradcheck
from gradcheck import assert_flow, assert_isolated, assert_only_changes

Tensor = Any
IMAGES = tf.random.stateless_uniform([16, 12], seed=[1, 1])
VIEWS = tuple(IMAGES + 0.1 * tf.random.stateless_normal([16, 12], seed=[i, i]) for i in (2, 3))
FLOW = {view: {"online*": "connected", "predictor*": "connected", "target*": "blocked"} for view in ("one", "other")}


@dataclass(frozen=True, eq=False)
class Byol:
    """An online branch that predicts what its own slow copy says of another view (Grill et al., 2020)."""

    online: Any
    predictor: Any
    target: Any
    optimizer: Any

    @property
    def trained(self) -> list[Any]:
        """What the optimizer is given."""
        return [*self.online.trainable_variables, *self.predictor.trainable_variables]

    def losses(self, one: Tensor, other: Tensor) -> dict[str, Tensor]:
        """Return the loss of each view."""
        return {"one": self._distance(one, other), "other": self._distance(other, one)}

    def _distance(self, seen: Tensor, hidden: Tensor) -> Tensor:
        prediction = tf.math.l2_normalize(self.predictor(self.online(seen)), axis=-1)
        # With a gradient here both branches agree on a constant soon: nothing else holds them apart.
        goal = tf.stop_gradient(tf.math.l2_normalize(self.target(hidden), axis=-1))
        return tf.reduce_mean(tf.reduce_sum(tf.square(prediction - goal), axis=-1))

    @tf.function
    def train(self) -> None:
        """Take a step that moves the online branch."""
        with tf.GradientTape() as tape:
            loss = tf.add_n(list(self.losses(*VIEWS).values()))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trained), self.trained, strict=True))

    @tf.function
    def follow(self) -> None:
        """Move the target a little towards the online branch."""
        for slow, fast in zip(self.target.variables, self.online.variables, strict=True):
            slow.assign(0.99 * slow + 0.01 * fast)


def network(name: str, inputs: int) -> Any:
    """Return two dense layers with a normalisation between them."""
    layers = [
        tf.keras.layers.Dense(16, name=f"{name}_hidden"),
        tf.keras.layers.LayerNormalization(name=f"{name}_norm"),
        tf.keras.layers.LeakyReLU(0.1),
        tf.keras.layers.Dense(8, name=f"{name}_output"),
    ]
    return tf.keras.Sequential([tf.keras.Input([inputs]), *layers], name=name)


def build() -> Byol:
    """Return branches that are the same, and not yet trained."""
    tf.keras.utils.set_random_seed(0)
    online, predictor, target = network("online", 12), network("predictor", 8), network("target", 12)
    target.set_weights(online.get_weights())
    return Byol(online, predictor, target, tf.keras.optimizers.Adam(1e-3))


def main() -> None:
    """Check that no loss reaches the target, and what moves it."""
    model = build()
    views = [tf.TensorSpec([None, 12])] * 2
    print(gradcheck.flow(model.losses, *views))
    assert_isolated(model.losses, ["one", "other"], *views, from_=model.target)
    assert_flow(model.losses, FLOW, *views, variables=[model.online, model.predictor, model.target])
    assert_only_changes(model.train, [model.online, model.predictor])
    assert_only_changes(model.follow, model.target)
    print("No loss reaches the target branch; it only follows the online one.")


if __name__ == "__main__":
    main()
