"""What a result depends on is named."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest

from gradcheck import environment


@pytest.mark.parametrize(
    ("installed", "expected"),
    [({"keras": "3.1.0"}, "3.1.0"), ({"keras-nightly": "3.16.0.dev1"}, "3.16.0.dev1"), ({}, "not installed")],
)
def test_keras_is_known_by_either_of_its_names(
    monkeypatch: pytest.MonkeyPatch, installed: dict[str, str], expected: str
) -> None:
    def version(name: str) -> str:
        if name not in installed:
            raise PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(environment, "version", version)
    assert environment.describe_environment()["keras"] == expected
