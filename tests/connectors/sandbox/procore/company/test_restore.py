"""A saved state answers as the running one did, and origin ids stay unique whatever is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from connectors.sandbox.procore import ProcoreSandbox
from connectors.sandbox.server import serve
from tests.connectors.sandbox.procore.company.conftest import CREW, find_person
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

ORIGINS = st.sampled_from(["A", "B", "C", None])
STEPS = st.lists(
    st.tuples(st.sampled_from(["create", "update", "sync", "both"]), st.integers(0, 5), ORIGINS), max_size=12
)


def list_paths(crew: Procore) -> list[str]:
    clinic, owner = crew.project(), crew.app.standard_list()["id"]
    by_company = ("vendors", "projects", "line_item_types", "tax_codes", "tax_types", "departments", "offices")
    in_company = ("people", "users", "uoms", "project_stages", "timecard_entries", "timecard_time_types", "programs")
    in_project = ("vendors", "people", "locations", "timesheets", "work_breakdown_structure/wbs_codes")
    return [
        *(f"{name}?company_id={COMPANY}&per_page=500" for name in by_company),
        *(f"companies/{COMPANY}/{name}" for name in in_company),
        *(f"projects/{clinic}/{name}" for name in in_project),
        f"projects/{clinic}/work_breakdown_structure/segments/598134325850002/segment_items",
        f"cost_codes?project_id={clinic}",
        f"sub_jobs?project_id={clinic}",
        f"standard_cost_codes?company_id={COMPANY}&standard_cost_code_list_id={owner}&view=extended",
        f"companies/{COMPANY}/timesheets?start_date=2026-09-01&end_date=2026-09-30",
        f"webhooks/hooks?company_id={COMPANY}",
        f"/rest/v2.0/companies/{COMPANY}/webhooks/hooks",
        f"/rest/v2.0/companies/{COMPANY}/custom_field_definitions",
    ]


def test_restored_state_gives_the_same_answers(crew: Procore) -> None:
    ana, clinic = find_person(crew, "Ruiz"), crew.project()
    crew.patch(f"companies/{COMPANY}/users/{ana['user_id']}", {"user": {"vendor_id": crew.vendor(), "origin_id": "U"}})
    crew.patch(
        f"vendors/{crew.vendor('Smith Supply')}", {"company_id": COMPANY, "vendor": {"parent_id": crew.vendor()}}
    )
    crew.post("sub_jobs", {"project_id": clinic, "sub_job": {"name": "Annex", "code": "A"}})
    crew.post(f"projects/{clinic}/locations/find_or_create_by_path", {"location": {"path": ["A", "B"]}})
    hook = {"payload_version": "v4.0", "namespace": "x", "destination_url": "http://127.0.0.1:9/x"}
    crew.post(f"/rest/v2.0/companies/{COMPANY}/webhooks/hooks", hook)
    crew.act("set_timecard_mode", project_id=clinic, mode="start_stop")
    paths = list_paths(crew)
    before = [(path, crew.read(path)) for path in paths]
    saved = requests.get(f"{crew.server.url}/_control/state", timeout=10).json()
    server = serve(ProcoreSandbox(CREW, state=saved))
    try:
        again = Procore(server, crew.headers)
        assert [(path, again.read(path)) for path in paths] == before
        body = {"company_id": COMPANY, "vendor": {"name": "x", "origin_id": "Z"}}
        assert again.post("vendors", body).status_code == 201
        assert again.post("vendors", body).status_code == 409
        taken = {"user": {"last_name": "x", "email_address": "ana@summit.example"}}
        assert again.post(f"companies/{COMPANY}/users", taken).status_code == 409
        assert (
            again.post(f"companies/{COMPANY}/people", {"person": {"last_name": "x", "origin_id": "U"}}).status_code
            == 409
        )
    finally:
        server.stop()


@pytest.fixture(scope="module")
def app() -> Iterator[ProcoreSandbox]:
    found = ProcoreSandbox(CREW)
    found.set_limits(hour=0, spike=0)
    yield found
    found.close()


@settings(max_examples=35)
@given(steps=STEPS)
def test_origin_ids_stay_unique(app: ProcoreSandbox, steps: list[tuple[str, int, str | None]]) -> None:
    """Against a model: who carries which origin_id after each write, accepted or refused."""
    app.reset()
    app.set_limits(hour=0, spike=0)
    client = Client(app)
    token = app.issue_token(str(COMPANY))["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Procore-Company-Id": str(COMPANY)}
    model: dict[int, str | None] = {row["id"]: row["origin_id"] for row in app.tables.iterate("vendors")}
    for action, number, origin in steps:
        chosen = list(model)[number % len(model)]
        holder = next((vendor for vendor, held in model.items() if held == origin and origin is not None), None)
        _step(client, headers, model, action, chosen, origin, holder)
        assert {row["id"]: row["origin_id"] for row in app.tables.iterate("vendors")} == model
        held = [origin for origin in model.values() if origin is not None]
        assert len(held) == len(set(held))


def _step(
    client: Client,
    headers: dict[str, str],
    model: dict[int, str | None],
    action: str,
    chosen: int,
    origin: str | None,
    holder: int | None,
) -> None:
    vendor: dict[str, Any] = {"name": "N", "origin_id": origin}
    wrapped = {"company_id": COMPANY, "vendor": vendor}
    match action:
        case "create":
            answer = client.post("/rest/v1.0/vendors", json=wrapped, headers=headers)
            assert answer.status_code == (409 if holder else 201)
            if not holder:
                model[answer.json["id"]] = origin
        case "update":
            answer = client.patch(f"/rest/v1.0/vendors/{chosen}", json=wrapped, headers=headers)
            is_taken = holder not in (None, chosen)
            assert answer.status_code == (409 if is_taken else 200)
            if not is_taken:
                model[chosen] = origin
        case _:
            row = {**vendor, "id": chosen} if action == "both" else vendor
            body = {"company_id": COMPANY, "updates": [row]}
            answer = client.patch("/rest/v1.0/vendors/sync", json=body, headers=headers)
            assert answer.status_code == 200
            is_refused = action == "both" and holder not in (None, chosen)
            assert (len(answer.json["entities"]), len(answer.json["errors"])) == ((0, 1) if is_refused else (1, 0))
            if not is_refused:
                model[answer.json["entities"][0]["id"]] = origin
