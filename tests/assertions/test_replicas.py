"""A distribution strategy's variable is one variable, however many replicas it has."""

from __future__ import annotations

import subprocess
import sys

# Devices are set up before TensorFlow starts, so that this needs a process of its own.
SCRIPT = """
import tensorflow as tf
from gradcheck import LawBroken, assert_only_changes, assert_unchanged

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    v, w = tf.Variable([1.0, 2.0], name="v"), tf.Variable([3.0], name="w")
assert_only_changes(lambda: v.assign_add([1.0, 1.0]), v)
for lie in (lambda: assert_only_changes(lambda: v.assign_add([1.0, 1.0]), "w", among=[v, w]),
            lambda: assert_unchanged(lambda: v.assign_add([1.0, 1.0]), [v, w])):
    try:
        lie()
    except LawBroken as broken:
        print(str(broken).splitlines()[-6])
"""


def test_replicas_are_not_taken_for_other_variables() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines() == ["train_step changes what it must not: v"] * 2
