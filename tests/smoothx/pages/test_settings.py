"""Settings: what crosses, the company, going live, the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.messages import get_messages

from connectors.models import Connection
from mapping.choices import choose
from mapping.models import DefaultChoice
from smoothx.tenants.models import AuditEntry, Tenant
from smoothx.tenants.scope import tenant_scope
from sync.models import Entry, FlowSetting, WaitingFor
from tests.factories import connections, make_account, make_entry, notice


@pytest.fixture
def client(admin_user: Any, client_of: Any) -> Any:
    return client_of(admin_user)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def flows_of(response: Any) -> dict[str, dict[str, Any]]:
    return {flow["title"]: flow for group in response.context["groups"] for flow in group["flows"]}


def test_settings_open_at_access(client: Any, scope: Tenant) -> None:
    assert client.get("/settings/")["Location"] == "/settings/access/"


def test_the_menu_marks_the_section_and_counts_lost_connections(client: Any, scope: Tenant) -> None:
    source, _ = connections()
    Connection.objects.filter(pk=source.pk).update(state="broken")
    sections = client.get("/settings/flows/").context["sections"]
    assert [section["title"] for section in sections if section["is_current"]] == ["What crosses"]
    assert [section["problems"] for section in sections][:2] == [1, 0]


def test_a_viewer_is_not_led_where_they_may_not_go(viewer: Any, client_of: Any, scope: Tenant) -> None:
    client = client_of(viewer)
    for section in client.get("/settings/flows/").context["sections"]:
        assert client.get(section["url"]).status_code == 200


def test_switching_a_flow_off_and_on_releases_what_waited(client: Any, scope: Tenant, admin_user: Any) -> None:
    bills = flows_of(client.get("/settings/flows/"))["Subcontractor invoices to bills"]
    assert (bills["is_on"], bills["direction"], bills["state_note"]) == (True, ["procore", "quickbooks"], "")
    off = client.post(bills["toggle"].url, bills["toggle"].fields)
    assert said(off) == ["Subcontractor invoices to bills switched off"]
    assert FlowSetting.objects.get(flow="bills").is_on is False
    entry = make_entry("held", notices=[notice("flow_off")])
    WaitingFor.objects.create(entry=entry, subject="flow:bills")
    bills = flows_of(client.get("/settings/flows/"))["Subcontractor invoices to bills"]
    assert bills["state_note"].startswith("Off since ")
    on = client.post(bills["toggle"].url, bills["toggle"].fields)
    assert said(on)[-1] == "Subcontractor invoices to bills switched on, 1 document goes on"
    entry.refresh_from_db()
    assert entry.due_at is not None
    actions = AuditEntry.objects.order_by("id").values_list("action", "actor")
    assert list(actions) == [("flow.off", admin_user.pk), ("flow.on", admin_user.pk)]


def test_a_kind_that_is_switched_on_says_which_settings_it_still_needs(client: Any, scope: Tenant) -> None:
    def problem() -> str:
        text: str = flows_of(client.get("/settings/flows/"))["Payroll to payroll costs"]["problem"]
        return text

    choose("line_item_type", "category", None)
    assert problem() == ""
    client.post("/settings/flows/switch/", {"flow": "payroll_costs", "on": "1"})
    needs = ["Choose where labour cost comes from.", "Choose the cost code for payroll costs that lead to none."]
    assert problem() == " ".join(needs)
    choose("labour_source", "file", None)
    assert problem() == needs[1]
    client.post("/settings/flows/switch/", {"flow": "payroll_costs", "on": "0"})
    assert problem() == ""


@pytest.mark.parametrize("flow", ["", "nothing", "contacts_to_qbo"])
def test_what_is_pushed_by_hand_or_unknown_cannot_be_switched(client: Any, scope: Tenant, flow: str) -> None:
    response = client.post("/settings/flows/switch/", {"flow": flow, "on": "0"})
    assert said(response) == ["There is nothing of that kind to switch."]
    assert FlowSetting.objects.count() == 0


def test_flows_count_what_was_posted(client: Any, scope: Tenant, other_tenant: Tenant) -> None:
    make_entry()
    assert flows_of(client.get("/settings/flows/"))["Subcontractor invoices to bills"]["counts"] == "1 posted"
    make_entry("blocked")
    make_entry("ineligible")
    with tenant_scope(other_tenant.pk):
        make_entry()
    assert flows_of(client.get("/settings/flows/"))["Subcontractor invoices to bills"]["counts"] == "1 posted, 1 not"


def test_a_viewer_sees_switches_as_words(viewer: Any, client_of: Any, scope: Tenant) -> None:
    flows = flows_of(client_of(viewer).get("/settings/flows/"))
    assert all(flow["toggle"] is None for flow in flows.values())


def test_defaults_are_saved_and_said(client: Any, scope: Tenant) -> None:
    make_account("33", "2110", "Retention payable")
    sent = {"line_item_type": "category", "retention_payable_retained": "33", "bill_date": "billing_date",
            "payment_due_tax": "excluded"}  # fmt: skip
    response = client.post("/settings/defaults/", sent)
    assert said(response) == ["2 settings changed"]
    assert dict(DefaultChoice.objects.values_list("key", "value")) == {
        "line_item_type": "category",
        "retention_payable_retained": "33",
    }


def test_a_default_the_books_do_not_have_is_refused_under_its_field(client: Any, scope: Tenant) -> None:
    response = client.post("/settings/defaults/", {"bill_code": "999"})
    assert response.status_code == 422
    assert DefaultChoice.objects.count() == 0


def test_the_company_has_a_name_and_a_time_zone(client: Any, scope: Tenant) -> None:
    response = client.post("/settings/company/", {"name": "Ridgeline Inc.", "time_zone": "America/Denver"})
    assert said(response) == ["Company saved"]
    scope.refresh_from_db()
    assert (scope.name, scope.time_zone) == ("Ridgeline Inc.", "America/Denver")
    refused = client.post("/settings/company/", {"name": "", "time_zone": "Mars/Base"})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"name", "time_zone"}


def test_a_time_zone_the_machine_does_not_know_costs_no_page(client: Any, scope: Tenant) -> None:
    Tenant.objects.filter(pk=scope.pk).update(time_zone="Mars/Base")
    make_entry()
    assert client.get("/activity/").status_code == 200


def test_going_live_is_told_with_its_dates(client: Any, scope: Tenant) -> None:
    Tenant.objects.filter(pk=scope.pk).update(
        state="live", start_date="2026-03-01", live_at=datetime(2026, 3, 2, 3, tzinfo=UTC), time_zone="America/Denver"
    )
    response = client.get("/settings/go-live/")
    assert response.context["live_since_date"].isoformat() == "2026-03-01"
    assert response.context["pause"].url == "/pause/"
    assert "1 Mar 2026" in response.content.decode()


def test_the_audit_log_shows_who_changed_what_newest_first(
    client: Any, scope: Tenant, owner: Any, other_tenant: Tenant
) -> None:
    make_account("33", "5290", "Job costs")
    detail = {"key": "bill_code", "before": "", "after": "33"}
    AuditEntry.note(actor=owner, action="default.choose", subject="QB Bill Account Code", **detail)
    AuditEntry.note(
        actor=None, action="user.role_changed", subject="ann@x.example", before="viewer", after="admin", x={}
    )
    AuditEntry.note(actor=owner, action="link", subject="A, B", left_id="7", link=3)
    AuditEntry.note(actor=owner, action="tenant.live", subject="Ridgeline Builders", start_date="2026-03-01")
    AuditEntry.note(actor=owner, action="some.new_thing", subject="It")
    with tenant_scope(other_tenant.pk):
        AuditEntry.note(actor=None, action="tenant.live", subject="Theirs")
    rows = client.get("/settings/audit/").context["rows"]
    assert [(row["who"], row["what"], row["subject"], row["detail"]) for row in rows] == [
        (owner.email, "Some, new thing", "It", ""),
        (owner.email, "Company, went live", "Ridgeline Builders", "Start date 1 Mar 2026"),
        (owner.email, "Mapping, linked", "A, B", ""),
        ("Smoothx", "User, role changed", "ann@x.example", "Before viewer, after admin"),
        (owner.email, "Default, changed", "QB Bill Account Code", "After 5290 Job costs"),
    ]


def test_the_audit_log_has_pages(client: Any, scope: Tenant) -> None:
    for number in range(51):
        AuditEntry.note(actor=None, action="test.done", subject=str(number))
    first = client.get("/settings/audit/?page=x")
    assert len(first.context["rows"]) == 50
    assert client.get(first.context["page"].next_url).context["rows"][0]["subject"] == "0"


def test_the_guide_names_the_steps(viewer: Any, client_of: Any, scope: Tenant) -> None:
    text = client_of(viewer).get("/guides/customer-field/").content.decode()
    assert "Fieldsets" in text
    assert Entry.objects.count() == 0


def test_a_lost_connection_is_told_on_every_page_but_its_own(client: Any, scope: Tenant) -> None:
    source, _ = connections()
    assert client.get("/activity/").context["alerts"]() == []
    Connection.objects.filter(pk=source.pk).update(state="broken")
    text = client.get("/activity/").content.decode()
    assert "The connection to Procore is lost" in text
    (alert,) = client.get("/activity/").context["alerts"]()
    assert (alert.severity, alert.action.url) == ("bad", "/settings/access/")


def test_a_viewer_reads_the_defaults_and_changes_none(viewer: Any, client_of: Any, scope: Tenant) -> None:
    client = client_of(viewer)
    form = client.get("/settings/defaults/").context["form"]
    assert all(field.disabled for field in form.fields.values())
    assert client.post("/settings/defaults/", {"line_item_type": "item"}).status_code == 403
    assert DefaultChoice.objects.count() == 0
