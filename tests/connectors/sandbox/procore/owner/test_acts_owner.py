"""What people do to owner invoices, direct costs and payments, and who hears of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.sandbox.procore import ProcoreSandbox
from tests.connectors.sandbox.procore.conftest import COMPANY, Procore
from tests.connectors.sandbox.procore.owner.conftest import (
    OWNER_FIRM,
    application_id,
    direct_cost,
    prime,
    snapshot,
    wbs_code,
)


def do(procore: Procore, name: str, **arguments: Any) -> dict[str, Any]:
    answer = procore.act(name, **arguments)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_owner_invoice_is_added_approved_edited_and_deleted(procore: Procore) -> None:
    lines = [{"line": 0, "work": "0", "released": "1000"}, {"line": 2, "work": "0"}]
    made = do(procore, "add_owner_invoice", prime_contract_id=prime(procore), invoice_number="OW-4", lines=lines)
    assert (made["number"], made["status"], made["current_payment_due"]) == (4, "under_review", "1000.00")
    assert do(procore, "approve_owner_invoice", application_id=made["id"])["status"] == "approved"
    assert do(procore, "unapprove_owner_invoice", application_id=made["id"])["status"] == "under_review"
    row = procore.app.tables.get("payment_applications", made["id"])
    row["updated_at"] = "2026-01-01T00:00:00Z"
    edited = do(procore, "edit_owner_invoice_line", application_id=made["id"], line=0, released="2000")
    assert edited["current_payment_due"] == "2000.00"
    assert row["updated_at"] > "2026-01-01T00:00:00Z"
    renamed = do(procore, "edit_owner_invoice", application_id=made["id"], invoice_number="OW-4b")
    assert renamed["invoice_number"] == "OW-4b"
    assert do(procore, "delete_owner_invoice", application_id=made["id"])["deleted"] is True
    assert len(procore.app.tables.of("payment_applications", prime(procore))) == 3


def test_what_bears_no_date_is_of_the_day_at_the_project(procore: Procore) -> None:
    clock = procore.app.clock
    clock.offset += (datetime(2031, 3, 1, 7, 59, tzinfo=UTC) - clock.now()).total_seconds()
    do(procore, "add_direct_cost", project_id=procore.project(), description="Fuel")
    rows = procore.app.tables.of("direct_costs", procore.project())
    assert [row["direct_cost_date"] for row in rows if row["description"] == "Fuel"] == ["2031-02-28"]


def test_owner_invoice_of_another_month(procore: Procore) -> None:
    made = do(procore, "add_owner_invoice", prime_contract_id=prime(procore), period_end="2027-02-28")
    row = procore.app.tables.get("payment_applications", made["id"])
    assert [row[name] for name in ("period_start", "period_end", "billing_date")] == [
        "2027-02-01",
        "2027-02-28",
        "2027-02-28",
    ]


def test_retention_is_released(procore: Procore) -> None:
    half = do(procore, "release_owner_retention", prime_contract_id=prime(procore), percent=50)
    assert half["current_payment_due"] == "3750.00"
    rest = do(procore, "release_owner_retention", prime_contract_id=prime(procore), invoice_number="OW-R")
    assert (rest["invoice_number"], rest["current_payment_due"]) == ("OW-R", "3750.00")
    answer = procore.act("release_owner_retention", prime_contract_id=prime(procore))
    assert (answer.status_code, answer.json()) == (409, {"error": "no retention is held"})


def test_direct_cost_is_added_approved_edited_and_deleted(procore: Procore) -> None:
    line = {"wbs_code_id": wbs_code(procore), "amount": "10"}
    made = do(procore, "add_direct_cost", project_id=procore.project(), description="Fuel", lines=[line])
    assert (made["direct_cost_type"], made["grand_total"]) == ("expense", "10.0")
    assert do(procore, "approve_direct_cost", direct_cost_id=made["id"])["status"] == "approved"
    assert do(procore, "edit_direct_cost_line", direct_cost_id=made["id"], amount="12")["grand_total"] == "12.0"
    assert do(procore, "edit_direct_cost", direct_cost_id=made["id"], status="draft")["status"] == "draft"
    assert do(procore, "delete_direct_cost", direct_cost_id=made["id"])["deleted"] is True


def test_payments_are_made_received_and_deleted(procore: Procore) -> None:
    issued = do(
        procore,
        "issue_payment",
        commitment_id=procore.commitment(),
        amount="29700",
        check_number="1050",
        requisition_id=procore.requisition(2),
    )
    assert (issued["amount"], issued["invoice_number"]) == ("29700.00", "EC-1002")
    received = do(procore, "receive_payment", prime_contract_id=prime(procore), amount=5, invoice_number="OW-2")
    path = f"payment_applications/{application_id(procore, 2)}"
    assert procore.read(path, project_id=procore.project())["total_amount_paid"] == "5.00"
    assert do(procore, "delete_payment", payment_id=received["id"])["deleted"] is True
    assert procore.read(path, project_id=procore.project())["total_amount_paid"] == "0.00"


def test_prime_contract_is_added_with_its_lines(procore: Procore) -> None:
    line = {"wbs_code_id": wbs_code(procore), "amount": "500"}
    given = {"vendor_id": procore.vendor("City of Bend"), "title": "Annex", "lines": [line]}
    made = do(procore, "add_prime_contract", project_id=procore.project(), **given)
    assert (made["number"], made["status"], made["grand_total"]) == ("2", "Approved", "500.0")
    assert do(procore, "edit_prime_contract", prime_contract_id=made["id"], status="Complete")["status"] == "Complete"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("add_owner_invoice", {"prime_contract_id": 5}),
        ("add_owner_invoice", {"prime_contract_id": "PRIME", "status": "paid"}),
        ("add_owner_invoice", {"prime_contract_id": "PRIME", "lines": [{"line": 9, "work": 1}]}),
        ("add_owner_invoice", {"prime_contract_id": "PRIME", "lines": [{"line": 0, "released": "99999"}]}),
        ("add_owner_invoice", {"prime_contract_id": "PRIME", "lines": [5]}),
        ("delete_owner_invoice", {"application_id": "FIRST"}),
        ("edit_owner_invoice_line", {"application_id": "FIRST", "work": "much"}),
        ("add_direct_cost", {"project_id": "PROJECT", "direct_cost_type": "gift"}),
        ("add_direct_cost", {"project_id": "PROJECT", "lines": [{"amount": 1}]}),
        ("add_direct_cost", {"project_id": "PROJECT", "lines": {"a": 1}}),
        ("edit_direct_cost", {"direct_cost_id": "COST", "status": "lost"}),
        ("receive_payment", {"prime_contract_id": "PRIME", "amount": "x"}),
        ("hold_direct_cost", {"direct_cost_id": "COST", "seconds": -1}),
        ("release_owner_retention", {"prime_contract_id": "PRIME", "percent": 101}),
    ],
)
def test_refused_acts_change_nothing(procore: Procore, name: str, arguments: dict[str, Any]) -> None:
    known = {
        "PRIME": prime(procore),
        "FIRST": application_id(procore, 1),
        "PROJECT": procore.project(),
        "COST": direct_cost(procore),
    }
    before = snapshot(procore)
    filled = {key: known.get(value, value) if isinstance(value, str) else value for key, value in arguments.items()}
    assert procore.act(name, **filled).status_code == 409
    assert snapshot(procore) == before


def test_webhooks_hear_of_every_kind(procore: Procore) -> None:
    heard: list[tuple[str, str]] = []
    app = procore.app
    original = app.announce
    app.announce = lambda name, event, row_id, **rest: heard.append((name, event))
    try:
        contract = do(procore, "add_prime_contract", project_id=procore.project(), status="Draft", lines=[])["id"]
        body = {"project_id": procore.project(), "line_item": {"wbs_code_id": wbs_code(procore), "amount": 1}}
        procore.post(f"prime_contracts/{contract}/line_items", body)
        do(procore, "approve_owner_invoice", application_id=application_id(procore, 3))
        do(procore, "receive_payment", prime_contract_id=contract, amount=1)
        do(procore, "edit_direct_cost_line", direct_cost_id=direct_cost(procore), amount=1)
        do(procore, "delete_direct_cost", direct_cost_id=direct_cost(procore))
    finally:
        app.announce = original
    assert heard == [
        ("Prime Contracts", "create"),
        ("Prime Contract Line Items", "create"),
        ("Payment Applications", "update"),
        ("Contract Payments", "create"),
        ("Direct Cost Line Items", "update"),
        ("Direct Costs", "delete"),
    ]


def test_hooks_can_be_set_on_every_kind(procore: Procore) -> None:
    hook = {"api_version": "v2", "namespace": "t", "destination_url": "http://127.0.0.1:9/x"}
    made = procore.post("webhooks/hooks", {"company_id": COMPANY, "hook": hook}).json()
    for name in (
        "Prime Contracts",
        "Prime Contract Line Items",
        "Payment Applications",
        "Contract Payments",
        "Direct Costs",
        "Direct Cost Line Items",
    ):
        trigger = {"resource_name": name, "event_type": "update"}
        body = {"company_id": COMPANY, "api_version": "v2", "trigger": trigger}
        assert procore.post(f"webhooks/hooks/{made['id']}/triggers", body).status_code == 201


def test_everything_survives_a_restart(procore: Procore) -> None:
    do(procore, "receive_payment", prime_contract_id=prime(procore), amount=5, invoice_number="OW-2")
    do(procore, "add_prime_change_order", prime_contract_id=prime(procore), title="Stairs", amount=5, markup=1)
    do(procore, "add_owner_invoice", prime_contract_id=prime(procore))
    do(procore, "hold_direct_cost", direct_cost_id=direct_cost(procore), seconds=60)
    state = procore.app.dump()
    again = ProcoreSandbox(OWNER_FIRM, state=state)
    again.root_url = procore.app.root_url
    kept = again.dump()
    names = ("prime_contracts", "payment_applications", "direct_costs", "contract_payments", "tables")
    assert {name: kept[name] for name in names} == {name: state[name] for name in names}
    again.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    writes=st.lists(
        st.tuples(
            st.integers(1, 3),
            st.integers(0, 2),
            st.sampled_from(["work", "stored", "retained", "released"]),
            st.integers(-500_000, 3_000_000),
        ),
        max_size=12,
    )
)
def test_every_invoice_adds_up_whatever_is_entered(procore: Procore, writes: list[tuple[int, int, str, int]]) -> None:
    app = procore.app
    app.reset()
    procore.sign_in()
    for number, line, name, cents in writes:
        arguments = {"application_id": application_id(procore, number), "line": line, name: f"{Decimal(cents) / 100}"}
        assert procore.act("edit_owner_invoice_line", **arguments).status_code in (200, 409)
    certified = Decimal(0)
    for number in (1, 2, 3):
        shown = procore.read(f"payment_applications/{application_id(procore, number)}", project_id=procore.project())
        total = {name: Decimal(value) for name, value in shown["g702"].items() if name != "formatted_period"}
        rows = [{name: row[name] for name in row} for row in shown["g703"]]
        completed = sum(Decimal(row["total_completed_and_stored_to_date"]) for row in rows)
        retained = sum(Decimal(row["total_retainage_currently_retained"]) for row in rows)
        assert total["total_completed_and_stored_to_date"] == completed
        assert total["total_retainage"] == retained
        assert total["total_earned_less_retainage"] == completed - retained
        assert total["less_previous_certificates_for_payment"] == certified
        assert total["current_payment_due"] == completed - retained - certified
        assert total["balance_to_finish_including_retainage"] == total["contract_sum_to_date"] - completed + retained
        certified = completed - retained
