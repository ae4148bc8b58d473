"""Parts of the state for whoever compares a few kinds of records."""

from __future__ import annotations

from typing import Any

from tests.worlds import control


def test_of_the_kinds_named_it_holds_what_the_whole_holds(sandboxes: Any) -> None:
    procore = control(sandboxes.procore, "state", method="GET")
    assert control(sandboxes.procore, "state?only=vendors,people", method="GET") == {
        key: procore[key] for key in ("vendor", "vendors", "people")
    }
    realms = control(sandboxes.qbo, "state", method="GET")["realms"]
    assert control(sandboxes.qbo, "state?only=Vendor", method="GET") == {
        "realms": {realm: {"Vendor": books["Vendor"]} for realm, books in realms.items()}
    }
