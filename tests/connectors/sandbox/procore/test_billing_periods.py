"""Billing periods of a project."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.sandbox.procore.conftest import Procore
from tests.connectors.sandbox.procore.openapi import list_schema_problems

OCTOBER = {"start_date": "2026-10-01", "end_date": "2026-10-31", "due_date": "2026-10-25", "status": "open"}


def path(procore: Procore) -> str:
    return f"/rest/v1.0/projects/{procore.project()}/billing_periods"


def test_period_can_be_made_changed_and_deleted(procore: Procore) -> None:
    answer = procore.post(path(procore), {"billing_period": OCTOBER})
    made = answer.json()
    assert (answer.status_code, made["position"], made["project_id"]) == (201, 10, procore.project())
    assert {name: made[name] for name in OCTOBER} == OCTOBER
    assert list_schema_problems("POST", path(procore), 201, made) == []
    one = f"{path(procore)}/{made['id']}"
    assert procore.patch(one, {"billing_period": {"status": "closed"}}).json()["status"] == "closed"
    closed = procore.read(path(procore), **{"filters[status]": "closed"})
    assert made["id"] in [row["id"] for row in closed]
    answer = procore.call("DELETE", one)
    assert (answer.status_code, answer.content) == (200, b"")
    assert procore.get(one).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"due_date": None}, "due_date"),
        ({"start_date": "soon"}, "start_date"),
        ({"start_date": []}, "start_date"),
        ({"end_date": "2026-06-30"}, "end_date"),
        ({"status": "Open"}, "status"),
        ({"status": ["open"]}, "status"),
    ],
)
def test_bad_periods_are_refused(procore: Procore, change: dict[str, Any], field: str) -> None:
    before = procore.read(path(procore))
    answer = procore.post(path(procore), {"billing_period": {**OCTOBER, **change}})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert procore.patch(f"{path(procore)}/{before[0]['id']}", {"billing_period": change}).status_code == 422
    assert procore.read(path(procore)) == before


def test_period_with_invoices_stays(procore: Procore) -> None:
    rows = procore.read(path(procore))
    assert procore.call("DELETE", f"{path(procore)}/{rows[0]['id']}").status_code == 422
    assert procore.read(path(procore)) == rows
