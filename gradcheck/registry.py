"""A name to object table that fills itself from a package and from entry points."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Generic, Protocol, TypeVar

from gradcheck.errors import UsageError, unknown


class Named(Protocol):
    """Anything that can be registered."""

    @property
    def name(self) -> str:
        """What it is asked for by."""


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Objects by name, discovered when first asked for.

    Every module of ``package`` is imported, so a new file is all that a new entry takes; then the
    entry points of ``group``, so that other distributions can add theirs.

    Args:
        kind: What one entry is called in messages, such as ``"law"``.
        package: The package whose modules register entries, such as ``"gradcheck.laws"``.
        group: The entry-point group of outside packages; defaults to ``package``.
        made: Module and function, as ``"package.module:function"``, that make an entry of a name with a prefix
            when it is asked for; such entries are not listed.
    """

    def __init__(
        self, kind: str, package: str, group: str | None = None, *, made: Mapping[str, str] | None = None
    ) -> None:
        self.kind = kind
        self._made = dict(made or {})
        self._package = package
        self._group = group or package
        self._entries: dict[str, T] = {}
        self._discovered = False

    def add(self, entry: T) -> T:
        """Register ``entry`` under its name.

        Raises:
            UsageError: Another entry already has that name.
        """
        if self._entries.get(entry.name, entry) is not entry:
            raise UsageError(f"{self.kind} {entry.name!r} is registered twice")
        self._entries[entry.name] = entry
        return entry

    def __getitem__(self, name: str) -> T:
        """Return the entry called ``name``.

        Raises:
            UsageError: No entry has that name.
        """
        self._discover()
        try:
            return self._entries[name]
        except KeyError:
            return self._make(name)

    def __contains__(self, name: object) -> bool:
        try:
            self[str(name)]
        except UsageError:
            return False
        return True

    def __iter__(self) -> Iterator[T]:
        self._discover()
        return iter([self._entries[name] for name in sorted(self._entries)])

    def names(self) -> tuple[str, ...]:
        """Return every name, sorted."""
        return tuple(entry.name for entry in self)

    def _make(self, name: str) -> T:
        for prefix, maker in self._made.items():
            if name.startswith(prefix):
                module, _, function = maker.partition(":")
                made: T = getattr(importlib.import_module(module), function)(name)
                return made
        raise unknown(self.kind, name, self._entries)

    def _discover(self) -> None:
        if self._discovered:
            return
        # Set first: a module may ask for entries while it is imported.
        self._discovered = True
        try:
            self._import_all()
        except BaseException:
            self._discovered = False
            raise

    def _import_all(self) -> None:
        package = importlib.import_module(self._package)
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
            importlib.import_module(f"{self._package}.{module.name}")
        for point in entry_points(group=self._group):
            try:
                point.load()
            except Exception as error:  # whatever an outside package raises, its user must learn which one it was
                raise UsageError(f"{self.kind} {point.name!r} of {point.value} cannot be loaded: {error}") from error
