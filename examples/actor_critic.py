"""An actor-critic with target networks: neither loss trains a target, and the critic's loss trains no actor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import tensorflow as tf

import gradcheck
from gradcheck import assert_flow, assert_isolated, assert_only_changes

Tensor = Any
STATES, ACTIONS = 3, 2
STATE, NEXT = (tf.random.stateless_normal([16, STATES], seed=[i, i]) for i in (1, 2))
ACTION = tf.random.stateless_uniform([16, ACTIONS], seed=[3, 3], minval=-1.0)
REWARD = tf.reduce_sum(STATE, axis=1, keepdims=True)
BATCH = STATE, ACTION, REWARD, NEXT
FLOW = {
    "critic": {"critic*": "connected", "actor*": "independent", "target*": "blocked"},
    "actor": {"critic*": "connected", "actor*": "connected", "target*": "independent"},
}


@dataclass(frozen=True, eq=False)
class ActorCritic:
    """Deep deterministic policy gradient (Lillicrap et al., 2015): two networks, and a slow copy of each."""

    actor: Any
    critic: Any
    target_actor: Any
    target_critic: Any
    optimizers: dict[str, Any]

    def losses(self, state: Tensor, action: Tensor, reward: Tensor, after: Tensor) -> dict[str, Tensor]:
        """Return the critic's error of one step, and how badly the critic thinks of the actor."""
        future = self.target_critic(tf.concat([after, self.target_actor(after)], axis=1))
        # What the critic is to say is a fact to it, not something that it may change to be right.
        goal = tf.stop_gradient(reward + 0.99 * future)
        error = self.critic(tf.concat([state, action], axis=1)) - goal
        value = self.critic(tf.concat([state, self.actor(state)], axis=1))
        return {"critic": tf.reduce_mean(tf.square(error)), "actor": -tf.reduce_mean(value)}

    @tf.function
    def train_critic(self) -> None:
        """Take a step that moves the critic."""
        self._train("critic", self.critic.trainable_variables)

    @tf.function
    def train_actor(self) -> None:
        """Take a step that moves the actor; its gradient passes through the critic, which stays."""
        self._train("actor", self.actor.trainable_variables)

    @tf.function
    def follow(self) -> None:
        """Move the targets a little towards the networks they copy."""
        for target, network in ((self.target_actor, self.actor), (self.target_critic, self.critic)):
            for slow, fast in zip(target.variables, network.variables, strict=True):
                slow.assign(0.99 * slow + 0.01 * fast)

    def _train(self, name: str, variables: list[Any]) -> None:
        with tf.GradientTape() as tape:
            loss = self.losses(*BATCH)[name]
        self.optimizers[name].apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))


def network(name: str, inputs: int, outputs: int, activation: str) -> Any:
    """Return two dense layers."""
    hidden = tf.keras.layers.Dense(16, activation="tanh", name=f"{name}_hidden")
    output = tf.keras.layers.Dense(outputs, activation=activation, name=f"{name}_output")
    return tf.keras.Sequential([tf.keras.Input([inputs]), hidden, output], name=name)


def build() -> ActorCritic:
    """Return networks that have not been trained, with targets that are the same."""
    tf.keras.utils.set_random_seed(0)
    actors = [network(name, STATES, ACTIONS, "tanh") for name in ("actor", "target_actor")]
    critics = [network(name, STATES + ACTIONS, 1, "linear") for name in ("critic", "target_critic")]
    for online, target in (actors, critics):
        target.set_weights(online.get_weights())
    optimizers = {name: tf.keras.optimizers.Adam(1e-3) for name in ("actor", "critic")}
    return ActorCritic(actors[0], critics[0], actors[1], critics[1], optimizers)


def main() -> None:
    """Check which loss reaches which network, for batches of any size, and what each step moves."""
    model = build()
    batch = [tf.TensorSpec([None, array.shape[1]]) for array in BATCH]
    print(gradcheck.flow(model.losses, *batch))
    targets = [model.target_actor, model.target_critic]
    assert_isolated(model.losses, ["critic", "actor"], *batch, from_=targets)
    # All networks are named: one that no loss reads any more would be missing from the table otherwise.
    assert_flow(model.losses, FLOW, *batch, variables=[model.actor, model.critic, *targets])
    assert_only_changes(model.train_critic, model.critic)
    assert_only_changes(model.train_actor, model.actor)
    assert_only_changes(model.follow, targets)
    print("Each step moved its own network alone; the targets only follow.")


if __name__ == "__main__":
    main()
