"""A proof as a chapter of a book: with its premise, without it, and in each wiring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gradcheck.engines import Engine, View, engines
from gradcheck.errors import UsageError
from gradcheck.proofs import Proof, walk_through
from gradcheck.proofs.case import Case
from gradcheck.proofs.setting import Setting, golden_setting
from gradcheck.proofs.walk import Walk
from gradcheck.proofs.wirings import Wired, across_wirings

Update = Callable[[str, float], None]


@dataclass(frozen=True)
class Chapter:
    """A proof at one setting.

    Attributes:
        walk: With the premise.
        fallen: Without it.
    """

    walk: Walk
    fallen: Walk

    @property
    def exit_code(self) -> int:
        """0 where the claim holds and, without its premise, falls as stated; 1 where not, 3 an engine failed."""
        return max(self.walk.exit_code, self.fallen.exit_code)


@dataclass(frozen=True)
class Book:
    """Chapters, and one setting in each wiring, to step through and to switch between."""

    chapters: tuple[Chapter, ...]
    wired: tuple[Wired, ...]

    @property
    def exit_code(self) -> int:
        """The worst of all chapters."""
        wired = 0 if all(one.holds for one in self.wired) else 1
        return max(wired, *(chapter.exit_code for chapter in self.chapters))


def write_book(told: Sequence[tuple[Proof, Setting]], chosen: Sequence[Engine], update: Update) -> Book:
    """Compute what a book shows.

    Args:
        told: Proofs, and where each is looked at; the first one's setting is shown in each wiring.
        chosen: Engines that compute.
        update: Is told what is being done, and which share of all is done.
    """
    chapters = []
    for place, (proof, setting) in enumerate(told):
        update(f"walking through {proof.name}", place / len(told))
        walk = walk_through(proof, Case(setting, False, tuple(chosen)))
        update(f"removing the premise of {proof.name}", (place + 0.5) / len(told))
        chapters.append(Chapter(walk, walk_through(proof, Case(setting, True, tuple(chosen)))))
    update("computing each wiring", 0.99)
    return Book(tuple(chapters), wirings_of(told[0][1]))


def wirings_of(setting: Setting) -> tuple[Wired, ...]:
    """Return a setting in each wiring; the golden case where its numbers cannot be exact."""
    entries = [engine for engine in engines if engine.view is View.ENTRIES][:1]
    try:
        return across_wirings(setting, entries)
    except UsageError:
        return across_wirings(golden_setting(), entries)
