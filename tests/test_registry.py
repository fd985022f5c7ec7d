"""A registry finds entries in its package and in entry points, and names what it cannot load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gradcheck import registry as module
from gradcheck.errors import UsageError
from gradcheck.registry import Registry

ADDS = "from {package} import things, Thing\nthings.add(Thing({name!r}))\n"
HOLDS_A_REGISTRY = """
from dataclasses import dataclass
from gradcheck.registry import Registry
things = Registry("thing", __name__, "{package}.things")
@dataclass(frozen=True)
class Thing:
    name: str
"""


@dataclass(frozen=True)
class EntryPoint:
    """Stands in for one that another distribution declares."""

    name: str
    value: str
    load: Callable[[], object]


@dataclass(eq=False)
class Thing:
    name: str


@pytest.fixture
def make_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    """Make a package of one module an entry, and return its registry."""
    package = f"things_of_{abs(hash(request.node.nodeid))}"
    monkeypatch.syspath_prepend(tmp_path)

    def make(**modules: str) -> Registry[Thing]:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(HOLDS_A_REGISTRY.format(package=package))
        for name, text in modules.items():
            (tmp_path / package / f"{name}.py").write_text(text.format(package=package, name=name))
        found: Registry[Thing] = __import__(package).things
        return found

    return make


def test_every_module_of_the_package_is_imported(make_registry) -> None:
    things = make_registry(b=ADDS, a=ADDS)
    assert things.names() == ("a", "b")
    assert [thing.name for thing in things] == ["a", "b"]
    assert things["b"].name == "b"
    assert "a" in things
    assert "c" not in things


def test_nothing_is_imported_before_it_is_asked_for(make_registry) -> None:
    things = make_registry(a="raise RuntimeError('imported')")
    things.add(Thing("b"))
    with pytest.raises(RuntimeError, match="imported"):
        things.names()


def test_a_failed_import_fails_again_rather_than_hiding_entries(make_registry) -> None:
    things = make_registry(a=ADDS, b="raise RuntimeError('imported')")
    for _ in range(2):
        with pytest.raises(RuntimeError, match="imported"):
            things["a"]


def test_unknown_name_is_refused(make_registry) -> None:
    with pytest.raises(UsageError, match=r"^unknown thing 'alphq'; did you mean 'alpha'\? Known: alpha$"):
        make_registry(alpha=ADDS)["alphq"]


def test_a_name_belongs_to_one_entry(make_registry) -> None:
    things = make_registry()
    first = things.add(Thing("a"))
    assert things.add(first) is first
    with pytest.raises(UsageError, match=r"^thing 'a' is registered twice$"):
        things.add(Thing("a"))
    assert things["a"] is first


def test_entry_points_of_the_group_are_loaded(make_registry, monkeypatch: pytest.MonkeyPatch) -> None:
    things = make_registry()
    outside = EntryPoint("outside", "their.package:it", lambda: things.add(Thing("outside")))
    monkeypatch.setattr(module, "entry_points", lambda *, group: [outside] if group.endswith(".things") else [])
    assert things.names() == ("outside",)


def test_an_entry_point_that_cannot_be_loaded_is_named(make_registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> None:
        raise ImportError("No module named 'their'")

    broken = EntryPoint("outside", "their.package:it", load)
    monkeypatch.setattr(module, "entry_points", lambda **_: [broken])
    with pytest.raises(
        UsageError, match=r"^thing 'outside' of their\.package:it cannot be loaded: No module named 'their'$"
    ):
        make_registry().names()
