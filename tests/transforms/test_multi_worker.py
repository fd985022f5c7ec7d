"""The two processes of a cluster know each other by free ports."""

from __future__ import annotations

import json

from gradcheck.transforms.multi_worker import _cluster


def test_processes_have_a_port_each_and_know_both() -> None:
    tasks = [json.loads(dict(setting)["TF_CONFIG"]) for setting in _cluster.__wrapped__()]
    addresses = tasks[0]["cluster"]["worker"]
    assert [task["task"]["index"] for task in tasks] == [0, 1]
    assert all(task["cluster"]["worker"] == addresses for task in tasks)
    assert len(set(addresses)) == 2
    assert all(address.startswith("127.0.0.1:") for address in addresses)
