"""The demo firm inside Procore: the worked example to the cent, snapshots, and the pages a person uses."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import requests

from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.procore import ProcoreSandbox
from connectors.sandbox.wire import decode, encode
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore

# L3, L4, L5a, L5b, L6, L7, L8, L9, change of gross, change of retainage.
WORKED_EXAMPLE = [
    (100000, 24000, 2000, 400, 21600, 0, 21600, 78400, 24000, 2400),
    (105000, 57000, 5700, 0, 51300, 21600, 29700, 53700, 33000, 3300),
    (105000, 105000, 7500, 0, 97500, 51300, 46200, 7500, 48000, 1800),
    (105000, 105000, 0, 0, 105000, 97500, 7500, 0, 0, -7500),
]
FIGURES = (
    "contract_sum_to_date",
    "total_completed_and_stored_to_date",
    "completed_work_retainage_amount",
    "stored_materials_retainage_amount",
    "total_earned_less_retainage",
    "less_previous_certificates_for_payment",
    "current_payment_due",
    "balance_to_finish_including_retainage",
)


@pytest.fixture
def demo(procore: Procore) -> Procore:
    procore.control("reset", {"scenario": "demo"})
    procore.sign_in()
    return procore


def list_claims(demo: Procore, title: str) -> list[dict[str, Any]]:
    row = next(row for row in demo.app.tables.iterate("commitments") if row["title"] == title)
    query = {"project_id": row["project_id"], "filters[commitment_id]": row["id"], "view": "extended"}
    return demo.read("/rest/v1.1/requisitions", **query)


def test_worked_example_to_the_cent(demo: Procore) -> None:
    claims = list_claims(demo, "Structural concrete")
    before = {"total_completed_and_stored_to_date": "0", "total_retainage": "0"}
    rows = []
    for claim in claims:
        summary = claim["summary"]
        changes = [
            Decimal(summary[name]) - Decimal(before[name])
            for name in ("total_completed_and_stored_to_date", "total_retainage")
        ]
        rows.append((*(Decimal(summary[name]) for name in FIGURES), *changes))
        before = summary
    assert rows == WORKED_EXAMPLE
    assert [claim["invoice_type"] for claim in claims] == [
        "progress",
        "progress",
        "progress_and_retainage_release",
        "retainage_release",
    ]
    assert [claim["final"] for claim in claims] == [False, False, False, True]
    assert [claim["percent_complete"] for claim in claims] == ["24.00%", "54.29%", "100.00%", "100.00%"]


def test_every_claim_of_the_demo_is_paid_something_and_adds_up(demo: Procore) -> None:
    claims = demo.app.dump()["requisitions"]
    assert len(claims) >= 60
    for claim in claims:
        summary = claim["summary"]
        assert Decimal(summary["current_payment_due"]) > 0
        net = sum(Decimal(item["net_amount"]) for item in claim["items"])
        assert net == Decimal(summary["current_payment_due"])
        percents = [Decimal(item["total_completed_and_stored_to_date_percent"]) for item in claim["items"]]
        assert max(percents) <= 100


def test_taxed_project_is_the_only_one_with_tax(demo: Procore) -> None:
    taxed = {
        claim["summary_text"]["project_number"]
        for claim in demo.app.dump()["requisitions"]
        if Decimal(claim["summary"]["tax_applicable_to_this_payment"])
    }
    project = next(project for project in demo.app.contractor.projects if project.is_taxed)
    assert taxed == {project.number}


def test_times_are_in_the_past(demo: Procore) -> None:
    now = demo.app.stamp()
    for table in ("vendors", "projects", "commitments", "requisitions", "change_order_packages"):
        for row in demo.app.tables.iterate(table):
            assert row["created_at"] <= row["updated_at"] <= now


def test_reset_takes_size_and_seed_and_refuses_what_is_not_there(demo: Procore) -> None:
    demo.control("reset", {"scenario": "demo", "size": 2, "seed": 4})
    assert len(demo.app.tables.all("projects")) == 16
    demo.control("reset", {"scenario": "empty"})
    state = requests.get(f"{demo.server.url}/_control/state", timeout=10).json()
    assert (state["vendors"], state["projects"], len(state["standard_cost_codes"])) == ([], [], 123)
    answer = requests.post(f"{demo.server.url}/_control/reset", json={"scenario": "nothing"}, timeout=10)
    assert answer.status_code == 400


# --- snapshots


def test_dump_restores_the_whole_server(demo: Procore) -> None:
    claim = list_claims(demo, "Structural concrete")[0]
    demo.act("set_claim_status", requisition_id=claim["id"], status="draft")
    hook = {"api_version": "v2", "destination_url": "http://127.0.0.1:9/a"}
    demo.post("webhooks/hooks", {"company_id": COMPANY, "hook": hook})
    text = encode(demo.app.dump())
    restored = ProcoreSandbox(build("demo"), state=decode(text))
    assert encode(restored.dump()) == text
    made = restored.act_add_vendor("After the restart")
    assert made["id"] == max(row["id"] for row in restored.tables.iterate("vendors"))
    assert made["id"] == demo.act("add_vendor", name="Without one").json()["id"]
    project = restored.tables.all("projects")[0]
    code = restored.tables.of("cost_codes", project["id"])[0]
    standard = restored.tables.get("standard_cost_codes", code["standard_cost_code_id"])
    assert restored.copy_standard_code(project, standard)["id"] == code["id"]


def test_tokens_survive_a_restart(demo: Procore) -> None:
    token = demo.headers["Authorization"].removeprefix("Bearer ")
    restored = ProcoreSandbox(build("demo"), state=decode(encode(demo.app.dump())))
    dumped = next(grant for grant in restored.dump_grants() if grant["access_token"] == token)
    assert dumped["is_revoked"] is False


def test_dump_is_wire_json_for_whoever_compares(demo: Procore) -> None:
    state = requests.get(f"{demo.server.url}/_control/state", timeout=10).json()
    claims = list_claims(demo, "Structural concrete")
    dumped = {claim["id"]: claim for claim in state["requisitions"]}
    assert [dumped[claim["id"]] for claim in claims] == claims
    assert state["companies"][str(COMPANY)]["is_connected"] is True
    assert {row["id"] for row in demo.read("vendors", company_id=COMPANY)} < {row["id"] for row in state["vendors"]}
    json.dumps(state)


def test_same_seed_gives_the_same_ids() -> None:
    first, second = (ProcoreSandbox(build("demo", seed=3)).dump() for _ in range(2))
    for name in ("vendors", "projects", "cost_codes", "commitments", "requisitions"):
        assert first[name] == second[name]


# --- pages


def test_pages_are_left_out_of_the_call_log(demo: Procore) -> None:
    requests.delete(f"{demo.server.url}/_control/calls", timeout=10)
    demo.call("GET", "/")
    demo.get("me")
    calls = requests.get(f"{demo.server.url}/_control/calls", timeout=10).json()
    assert [(call["method"], call["path"], call["status"], call["account"]) for call in calls] == [
        ("GET", "/rest/v1.0/me", 200, str(COMPANY))
    ]
