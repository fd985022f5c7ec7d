"""Every public name is there, whatever was imported before it."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

import gradcheck

HIDDEN = ("engines", "laws", "layer", "verify")  # names of functions and tables, and of modules too


@pytest.mark.parametrize("name", gradcheck.__all__)
def test_public_name_is_no_module(name: str) -> None:
    assert not isinstance(getattr(gradcheck, name), ModuleType)


@pytest.mark.parametrize("name", HIDDEN)
def test_a_module_does_not_hide_the_public_name_it_shares(name: str) -> None:
    module = importlib.import_module(f"gradcheck.{name}")
    # What the import system does when a module is imported for the first time.
    setattr(gradcheck, name, module)
    assert getattr(gradcheck, name) is getattr(module, name)


def test_other_modules_are_attributes_as_usual() -> None:
    assert isinstance(importlib.import_module("gradcheck.compare"), ModuleType)
    assert gradcheck.compare is importlib.import_module("gradcheck.compare")


def test_names_that_are_not_public_are_refused() -> None:
    with pytest.raises(AttributeError, match=r"^module 'gradcheck' has no attribute 'no_such_name'$"):
        getattr(gradcheck, "no_such_name")  # noqa: B009
