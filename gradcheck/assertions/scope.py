"""Which variables an assertion about a training step is about, and which others the step could touch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradcheck.errors import UsageError
from gradcheck.flow.select import by_name, choose, is_variable, path_of
from gradcheck.training.live import Live, Role, find_live, find_mentioned, key_of

Variable = Any
Step = Callable[[], object]


@dataclass(frozen=True, eq=False)
class Scope:
    """What an assertion about a training step is about.

    Attributes:
        given: The variables asked for, by name; none that only keep books, unless given themselves.
        others: Other variables to be watched, by name.
        roles: What each is for, by name.
        itself: Names of the variables that were given themselves, not by a layer, model or glob.
        seen: Keys of all variables that were there.
    """

    given: Mapping[str, Variable]
    others: Mapping[str, Variable]
    roles: Mapping[str, Role]
    itself: frozenset[str]
    seen: frozenset[int] = frozenset()

    def may_move(self, name: str) -> bool:
        """Whether a variable was made not to be trained, and was not given itself."""
        return self.roles[name] is Role.STATE and name not in self.itself

    @property
    def trained(self) -> frozenset[str]:
        """Names of the given variables that training must move: where none is a weight, all of them."""
        return frozenset(name for name in self.given if not self.may_move(name)) or frozenset(self.given)


def find_scope(step: Step, wanted: Any) -> Scope:
    """Find the variables that are wanted, names and globs among those that ``step`` can come to.

    Raises:
        UsageError: Nothing is wanted, something wanted is no variable, or a name or glob matches nothing.
    """
    names = Names(find_mentioned(step), find_live())
    given = names.look_up(wanted)
    roles, itself = names.roles(given), names.themselves(wanted)
    counted = {name: v for name, v in given.items() if name in itself or roles[name] is not Role.BOOKS}
    return Scope(_some(counted), {}, roles, itself)


def find_whole_scope(step: Step, wanted: Any, among: Any) -> Scope:
    """Find the variables that are wanted, and those beside them: all that live, or those of ``among``.

    Weights of a frozen layer are not wanted by a layer, model or glob: they are among the others.

    Raises:
        UsageError: As for `find_scope`, and for ``among`` too.
    """
    names = Names(find_mentioned(step), find_live())
    if among is None and not names.known and _names_something(wanted):
        raise UsageError("no variable was found that train_step could touch: pass a model or a list of them as among")
    within = {} if among is None else names.look_up(among, "among")
    given = names.look_up(wanted)
    beside = within or names.every()
    everything = {**beside, **given}
    roles, itself = names.roles(everything), names.themselves(wanted)
    counted = {name: v for name, v in given.items() if name in itself or roles[name] not in (Role.BOOKS, Role.FROZEN)}
    others = {name: v for name, v in everything.items() if name not in counted and roles[name] is not Role.BOOKS}
    return Scope(_some(counted), others, roles, itself, names.seen)


def refuse_new(step: Step, before: Scope) -> None:
    """Refuse a step that made variables, since nobody knows what they were before.

    Raises:
        UsageError: It made some that are more than what an optimizer, a metric or a random generator keeps.
    """
    mentioned = find_mentioned(step)
    if mentioned.variables.keys() <= before.seen:
        return
    names = Names(mentioned, find_live())
    made = [name for name, variable in names.known.items() if key_of(variable) not in before.seen]
    if made:
        raise UsageError(
            f"train_step made variables, and nobody knows what they were before: {', '.join(made):.2000}; "
            "call it, or build the layers, once before"
        )


class Names:
    """One name for each variable; those that a step can come to are known, and can be looked up.

    What only keeps books is left out: names and globs are not meant for it.
    """

    def __init__(self, mentioned: Live, live: Live) -> None:
        self._live = live
        self._paths = {**live.paths, **mentioned.paths}
        self.known = by_name((name, v) for name, v in self._named(mentioned) if live.role(v) is not Role.BOOKS)
        self.seen = frozenset(mentioned.variables.keys() | live.variables.keys())
        self._all = dict(self.known)

    def every(self) -> dict[str, Variable]:
        """Name all variables that live."""
        return self._name(self._named(self._live))

    def look_up(self, wanted: Any, argument: str = "variables") -> dict[str, Variable]:
        """Return the variables that are wanted; those of ``among`` are known from then on."""
        found = choose(wanted, self.known, argument=argument)
        strange = [name for name, variable in found.items() if key_of(variable) is None]
        if strange:
            raise UsageError(
                f"{argument}: {strange[0]} has no value outside of a session; use assert_step with read=session.run"
            )
        named = self._name(found.items())
        self.known |= named
        return named

    def themselves(self, wanted: Any) -> frozenset[str]:
        """Return the names of variables that are wanted by object or by their whole name."""
        alone = [item for item in _items(wanted) if is_variable(item) or (isinstance(item, str) and item in self.known)]
        return frozenset(self.look_up(alone)) if alone else frozenset()

    def roles(self, variables: Mapping[str, Variable]) -> dict[str, Role]:
        """Return what each variable is for, by name."""
        return {name: self._live.role(variable) for name, variable in variables.items()}

    def _named(self, found: Live) -> list[tuple[str, Variable]]:
        chosen = [(key, v) for key, v in found.variables.items() if key not in self._live.copies]
        return [(self._paths.get(key) or path_of(v), v) for key, v in chosen]

    def _name(self, found: Iterable[tuple[str, Variable]]) -> dict[str, Variable]:
        names = {key_of(variable): name for name, variable in self._all.items()}
        chosen = list(found)
        fresh = [(name, variable) for name, variable in chosen if key_of(variable) not in names]
        self._all = by_name([*self._all.items(), *fresh])
        names = {key_of(variable): name for name, variable in self._all.items()}
        return {names[key_of(variable)]: variable for _, variable in chosen}


def _items(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, Sequence) and not isinstance(wanted, str) else [wanted]


def _names_something(wanted: Any) -> bool:
    return any(isinstance(item, str) for item in _items(wanted))


def _some(counted: dict[str, Variable]) -> dict[str, Variable]:
    if not counted:
        raise UsageError(
            "variables holds nothing that is trained: frozen weights, and what optimizers, metrics and random "
            "generators keep, are counted only where a variable is given itself"
        )
    return counted
