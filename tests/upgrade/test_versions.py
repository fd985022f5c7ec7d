"""How versions are written, and their order."""

from __future__ import annotations

import pytest

from gradcheck.errors import UsageError
from gradcheck.upgrade.versions import RELEASES, between, parse_version, parse_versions, requirement


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.15.1", "2.15.1"),
        (" 2.21 ", "2.21.0"),
        ("2.22.0rc1", "2.22.0rc1"),
        ("Nightly", "nightly"),
        ("v2.16.2", "2.16.2"),
    ],
)
def test_a_version_is_written_in_one_way(text: str, expected: str) -> None:
    assert parse_version(text) == expected


@pytest.mark.parametrize("text", ["", "latest", "../2.15", "2.15.1; rm", "2.11.0", "1.15"])
def test_what_is_no_version_or_too_old_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"must be as 2\.21\.0, or nightly; found|2\.12 and newer; found"):
        parse_version(text)


def test_later_versions_stand_in_their_order_and_once() -> None:
    assert parse_versions("2.15.1", ["nightly,2.21", "2.9999.0,2.18.1", "2.21.0"]) == (
        "2.15.1", "2.18.1", "2.21.0", "2.9999.0", "nightly",
    )  # fmt: skip


@pytest.mark.parametrize("later", [[], ["2.15.1"], [","]])
def test_an_upgrade_needs_another_version(later: list[str]) -> None:
    with pytest.raises(UsageError, match=r"--to must name another version than 2\.15\.1"):
        parse_versions("2.15.1", later)


def test_the_nightly_is_another_package() -> None:
    assert requirement("2.15.1") == "tensorflow==2.15.1"
    assert requirement("nightly") == "tf-nightly"


def test_releases_between_two_versions_go_the_way_of_the_upgrade() -> None:
    assert between("2.15.1", "2.18.1") == ["2.16.2", "2.17.1"]
    assert between("2.18.1", "2.15.1") == ["2.17.1", "2.16.2"]
    assert between("2.15.1", "2.16.2") == []
    assert between("2.20.0", "nightly") == [RELEASES[-1]]
