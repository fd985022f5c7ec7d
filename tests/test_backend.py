"""TensorFlow is imported late, quietly, and only in a version that gradcheck supports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError

import pytest

from gradcheck import backend
from gradcheck.errors import BackendError

IMPORTS_NOTHING = """
import sys
import gradcheck
assert "hypothesis" not in sys.modules
import gradcheck.pytest_plugin
from gradcheck.cli import main
for arguments in (["--help"], ["verify", "--help"], ["verify", "--list"], ["verify", "--law", "none"]):
    sys.argv = ["gradcheck", *arguments]
    try:
        main()
    except SystemExit:
        pass
assert gradcheck.Settings and gradcheck.layers.names() and gradcheck.engines.names()
print([name for name in ("tensorflow", "keras", "torch") if name in sys.modules])
"""


@pytest.fixture
def _unloaded() -> Iterator[None]:
    """Forget that TensorFlow was loaded, before and after."""
    backend.load.cache_clear()
    yield
    backend.load.cache_clear()


def install(monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    """Let only these distributions be installed."""

    def version(name: str) -> str:
        if name not in versions:
            raise PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(backend, "version", version)


def test_importing_listing_and_helping_import_no_tensorflow() -> None:
    run = subprocess.run([sys.executable, "-c", IMPORTS_NOTHING], capture_output=True, text=True, check=False)
    assert run.stdout.endswith("[]\n"), run.stdout[-500:] + run.stderr
    assert "unknown law 'none'" in run.stderr


@pytest.mark.parametrize("name", ["tensorflow", "tensorflow-cpu", "tf-nightly"])
def test_every_distribution_of_tensorflow_is_known(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, **{name: "2.21.0"})
    assert backend.tensorflow_version() == "2.21.0"


@pytest.mark.usefixtures("_unloaded")
def test_missing_tensorflow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, numpy="2.0.0")
    with pytest.raises(BackendError, match=r"^TensorFlow is not installed: .* pip install tensorflow$"):
        backend.load()


@pytest.mark.parametrize("version", ["2.14.1", "2.0.0", "1.15.5", "0.12"])
@pytest.mark.usefixtures("_unloaded")
def test_too_old_a_tensorflow_is_refused_before_it_is_imported(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, tensorflow=version)
    monkeypatch.setattr(backend.importlib, "import_module", lambda name: pytest.fail(f"imported {name}"))
    with pytest.raises(BackendError, match=rf"^TensorFlow must be at least 2\.15; found {version}\. Upgrade it"):
        backend.load()


@pytest.mark.parametrize("version", ["2.15.0", "2.15.0rc1", "2.21.0", "2.22.0-dev20260101", "3.0.0"])
def test_newer_versions_are_accepted(version: str) -> None:
    backend.check_version(version)


def test_baselines_may_be_recorded_with_older_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(backend.OLDER_TOO, "1")
    backend.check_version("2.12.1")


@pytest.mark.usefixtures("_unloaded")
def test_tensorflow_that_cannot_be_imported_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ImportError("libcuda.so.1: cannot open shared object file")

    install(monkeypatch, tensorflow="2.21.0")
    monkeypatch.setattr(backend.importlib, "import_module", fail)
    with pytest.raises(BackendError, match="installed but cannot be imported: libcuda"):
        backend.load()


def test_the_stand_in_is_the_module_once_it_is_read() -> None:
    assert backend.tf.float32 is backend.load().float32
