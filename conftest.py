"""Settings of the test suite: quiet TensorFlow, and no chance in CI."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# The planted faults are shared between tests.
sys.path.insert(0, str(Path(__file__).parent / "tests"))

# Tracing a structure for the first time takes a second: that is no reason to fail.
settings.register_profile("gradcheck", deadline=None, suppress_health_check=list(HealthCheck), max_examples=25)
settings.register_profile("ci", settings.get_profile("gradcheck"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "gradcheck")

pytest_plugins = ["pytester"]
