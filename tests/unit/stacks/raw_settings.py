"""The settings of a small stack, for tests to change."""

import copy
from collections.abc import Callable
from typing import Any

Raw = dict[str, Any]
Change = Callable[[Raw], object]

_RAW: Raw = {
    "controlPlane": {
        "vips": [{"address": "198.18.0.10", "vrid": 51}],
        "nodes": [
            {
                "name": name,
                "addresses": [f"{address}/24"],
                "priority": priority,
                "machine": {
                    "driver": "existing",
                    "address": address,
                    "hostKey": "ssh-ed25519 AAAA",
                },
            }
            for name, address, priority in (
                ("lb1", "198.18.0.11", 150),
                ("lb2", "198.18.0.12", 100),
            )
        ],
        "backends": [{"name": "cp1", "address": "198.18.0.21"}],
        "healthCheck": {"ca": "PEM"},
    }
}


def raw(change: Change = lambda _: None) -> Raw:
    """The settings, changed."""
    values = copy.deepcopy(_RAW)
    change(values)
    return values


def endpoint(**settings: object) -> Raw:
    """The settings with these of the control plane added or replaced."""
    return raw(lambda r: r["controlPlane"].update(settings))


def listener(**settings: object) -> Raw:
    """A listener with one backend, settings added or replaced."""
    pool = {"name": "web", "backends": [{"name": "web1", "address": "198.18.0.31"}]}
    return {"name": "web", "port": 8443, "pool": pool, **settings}
