"""A pytest plugin: prints each collected proof as a line of JSON, without running it."""

import json

import pytest

PREFIX = "proof "


def pytest_collection_finish(session: pytest.Session) -> None:
    for item in session.items:
        proved = [feature.name for mark in item.iter_markers("proves") for feature in mark.args]
        if proved:
            called = getattr(item, "callspec", None)
            chosen = called.params if called else {}
            found = {
                "test": item.nodeid,
                "engine": chosen.get("engine"),
                "family": chosen.get("family"),
                "features": proved,
            }
            print(f"{PREFIX}{json.dumps(found)}")
