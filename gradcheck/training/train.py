"""Training a few steps by a route, eagerly, in ``tf.function`` or in a TensorFlow 1 session."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gradcheck.backend import tf
from gradcheck.gradient import Array, Unconnected
from gradcheck.graph import TwoHeadGraph
from gradcheck.objective import Expression, loss1, loss2
from gradcheck.point import Point
from gradcheck.training.history import History
from gradcheck.training.model import Cut, Model
from gradcheck.training.optimizers import Optimizer
from gradcheck.training.routes import Pair, Route, Step, Wanted

STEPS = 2
MODES = ("eager", "graph", "v1")

Tensor = Any
Key = tuple[str, str]  # a variable, and one of its slots; "" for the variable itself, and for what is of no variable


def train(graph: TwoHeadGraph, point: Point, optimizer: Optimizer, route: Route, mode: str) -> History:
    """Warm up, train, and record everything.

    A few steps on the joint loss move all variables first, so that momentum and averages are not zero
    when training is restricted: this is where a variable left out may still move.

    Args:
        graph: The structure.
        point: Values to start from, and the batch.
        optimizer: What is applied.
        route: How losses are kept apart.
        mode: ``"eager"``, ``"graph"`` (``tf.function``) or ``"v1"`` (a graph and a session).
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if mode == "v1":
            with tf.Graph().as_default():
                history = _train_in_session(_Session(graph, point, optimizer, route), route)
        else:
            history = _train(_Session(graph, point, optimizer, route), route, compiled=mode == "graph")
    return history(tuple(str(warning.message) for warning in caught))


class _Session:
    """What a route sees; see `gradcheck.training.routes.Session`."""

    def __init__(self, graph: TwoHeadGraph, point: Point, optimizer: Optimizer, route: Route) -> None:
        self.model = Model(graph, point, keras=optimizer.api == "keras")
        self.optimizers = [optimizer.make() for _ in range(route.optimizers)]
        self._api = optimizer.api
        self.head1, self.head2 = self.model.names_in("head1"), self.model.names_in("head2")
        self.shared = self.model.names_in("embedding", "trunk")
        # Keras divides by the scale, which IndexedSlices refuse (docs/trophies.md: keras-loss-scale-slices).
        self._densifies = "loss_scale_factor" in optimizer.options
        self._wants_all = optimizer.wants_all
        self._warming_up = False
        self.given: dict[str, Tensor] = {}
        self.computed: list[Tensor] = []
        self.updates: list[Tensor] = []
        if self._api == "keras":
            for made, names in zip(self.optimizers, self._owned(), strict=True):
                made.build([self.model.weights[name] for name in names])

    def _owned(self) -> list[list[str]]:
        """Return the variables of each optimizer: of two, the second has head 2."""
        if len(self.optimizers) == 1:
            return [[*self.shared, *self.head1, *self.head2]]
        return [[*self.shared, *self.head1], self.head2]

    def warm_up(self) -> None:
        """Move every variable once."""
        self._warming_up = True
        pairs = {name: gradient for gradient, name in self.compute((loss1 + loss2, list(self.model.weights)))}
        self._warming_up = False
        for which, names in enumerate(self._owned()):
            self.apply([(pairs[name], name) for name in names], which=which)

    def step(self, step: Step) -> dict[str, Tensor]:
        """Take a step and return what was given to the optimizers."""
        self.given = {}
        step(self)
        return self.given

    # --- what routes call --------------------------------------------------------------------

    def trainable(self, block: str) -> list[str]:
        return self.model.trainable_names(block)

    def zeros(self, name: str) -> Tensor:
        return tf.zeros_like(self.model.variables[name])

    def compute(self, *wanted: Wanted, cut: Cut | None = None) -> list[Pair]:
        names = [name for _, chosen in wanted for name in chosen]
        compute = self._compute_v1 if self._api == "v1" else self._compute_by_tape
        gradients = compute(wanted, cut)
        self.computed += [_values(gradient) for gradient in gradients if gradient is not None]
        return list(zip(gradients, names, strict=True))

    def apply(self, pairs: Sequence[Pair], *, which: int = 0, as_lists: bool = False) -> None:
        dense = {name: tf.convert_to_tensor(gradient) for gradient, name in pairs if gradient is not None}
        self.given |= dense
        if self._wants_all:
            named = {name for _, name in pairs}
            pairs = [*pairs, *((None, name) for name in self._owned()[which] if name not in named)]
        gradients = [dense.get(name) if self._densifies else gradient for gradient, name in pairs]
        weights = [self.model.weights[name] for _, name in pairs]
        with tf.control_dependencies([] if tf.executing_eagerly() else self.computed):
            if as_lists:
                self.updates.append(self.optimizers[which].apply(gradients, weights))
            else:
                self.updates.append(self.optimizers[which].apply_gradients(list(zip(gradients, weights, strict=True))))

    def minimize(self, formula: Expression, names: Sequence[str]) -> None:
        def loss() -> Tensor:
            return self._losses([formula], None)[0]

        wants_tensor = self._api == "v1" and not tf.executing_eagerly()
        weights = [self.model.weights[name] for name in names]
        self.updates.append(self.optimizers[0].minimize(loss() if wants_tensor else loss, var_list=weights))

    # --- differentiating -----------------------------------------------------------------------

    def _compute_by_tape(self, wanted: Sequence[Wanted], cut: Cut | None) -> list[Tensor]:
        scale = getattr(self.optimizers[0], "scale_loss", lambda loss: loss)
        with tf.GradientTape(persistent=True) as tape:
            losses = [scale(loss) for loss in self._losses([formula for formula, _ in wanted], cut)]
        return [
            gradient
            for loss, (_, names) in zip(losses, wanted, strict=True)
            for gradient in tape.gradient(loss, [self.model.variables[name] for name in names])
        ]

    def _compute_v1(self, wanted: Sequence[Wanted], cut: Cut | None) -> list[Tensor]:
        # In a graph one forward pass serves all; eagerly, compute_gradients runs its own.
        in_graph = not tf.executing_eagerly()
        losses: list[Any] = self._losses([formula for formula, _ in wanted], cut) if in_graph else []
        if not in_graph:
            losses = [lambda formula=formula: self._losses([formula], cut)[0] for formula, _ in wanted]
        found = []
        for loss, (_, names) in zip(losses, wanted, strict=True):
            variables = [self.model.variables[name] for name in names]
            found += [gradient for gradient, _ in self.optimizers[0].compute_gradients(loss, var_list=variables)]
        return found

    def _losses(self, formulas: Sequence[Expression], cut: Cut | None) -> list[Tensor]:
        return self.model.losses(formulas, cut, warming_up=self._warming_up)

    # --- recording -----------------------------------------------------------------------------

    def state(self) -> dict[Key, Any]:
        """Return every variable, every slot beside its variable, and every counter."""
        found: dict[Key, Any] = {(name, ""): variable for name, variable in self.model.variables.items()}
        for which, optimizer in enumerate(self.optimizers, start=1):
            slots = self._slots_v1(optimizer) if self._api == "v1" else {}
            found |= slots
            for variable in _variables(optimizer):
                if not any(variable is slot for slot in slots.values()):
                    owner, name = _owner(_name(variable), list(self.model.variables)), _name(variable)
                    found[(owner, name) if owner else ("", f"{name} of optimizer {which}")] = variable
        return found

    def _slots_v1(self, optimizer: Any) -> dict[Key, Any]:
        """Return the slots by their own names: those of their variables are numbered through."""
        optimizer = getattr(optimizer, "_optimizer", optimizer)  # one that wraps another has no slots of its own
        slots = {
            (name, slot): optimizer.get_slot(variable, slot)
            for name, variable in self.model.variables.items()
            for slot in optimizer.get_slot_names()
        }
        return {key: slot for key, slot in slots.items() if slot is not None}


def _train(session: _Session, route: Route, *, compiled: bool) -> Callable[[tuple[str, ...]], History]:
    for _ in range(route.warm_up):
        session.warm_up()
    session.computed.clear()
    states = [_read(session.state())]

    def take() -> dict[str, Tensor]:
        return session.step(route.step)

    run = tf.function(take, autograph=False) if compiled else take
    given = []
    for _ in range(STEPS):
        given.append({name: gradient.numpy() for name, gradient in run().items()})
        states.append(_read(session.state()))
    return lambda warned: _history(session, states, given, warned)


def _train_in_session(session: _Session, route: Route) -> Callable[[tuple[str, ...]], History]:
    if route.warm_up:
        session.warm_up()
    warm_up = session.updates.copy()
    session.computed.clear()
    session.updates.clear()
    given_tensors = session.step(route.step)
    updates = session.updates
    state = session.state()
    given = []
    with tf.compat.v1.Session() as run:
        run.run(tf.compat.v1.global_variables_initializer())
        for _ in range(route.warm_up):
            run.run(warm_up)
        states = [run.run(state)]
        for _ in range(STEPS):
            given.append(run.run((given_tensors, updates))[0])
            states.append(run.run(state))
    return lambda warned: _history(session, states, given, warned)


def _history(
    session: _Session, states: list[dict[Key, Array]], given: list[dict[str, Array]], warned: tuple[str, ...]
) -> History:
    stacked = {key: np.stack([state[key] for state in states]) for key in states[0]}
    values = {name: stacked[name, ""] for name in session.model.variables}
    gradients: dict[str, Array | Unconnected] = {
        name: np.stack([step[name] for step in given]) if name in given[0] else Unconnected() for name in values
    }
    return History(
        values,
        {(owner, slot): value for (owner, slot), value in stacked.items() if owner and slot},
        {counter: value for (owner, counter), value in stacked.items() if not owner},
        gradients,
        warned,
    )


def _read(state: dict[Key, Any]) -> dict[Key, Array]:
    return {key: np.array(variable.numpy()) for key, variable in state.items()}


def _owner(slot: str, names: Sequence[str]) -> str | None:
    """Return the variable that a slot is kept for: optimizers name slots after it."""
    owners = [name for name in names if name.replace("/", "_") in slot]
    return max(owners, key=len, default=None)


def _variables(optimizer: Any) -> list[Any]:
    """Return all of an optimizer's variables; TensorFlow 1's are asked for by a call."""
    own = optimizer.variables
    return list(own() if callable(own) else own)


def _name(variable: Any) -> str:
    """Return an optimizer variable's name without what numbers it among others of its kind."""
    plain = str(getattr(variable, "path", variable.name)).partition(":")[0]
    return re.sub(r"^([a-z_]+?)_\d+/", r"\1/", plain)


def _values(gradient: Tensor) -> Tensor:
    return gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
