"""One settings page per kind of document: its switches, its defaults, who set them, and the search of a long list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.procore import resources as procore
from mapping.choices import choose
from mapping.defaults import DEFAULTS, DefaultKind
from mapping.directory.rows import subjects_of
from mapping.models import DefaultChoice, RemoteItem
from smoothx.pages import settings_screens
from smoothx.pages.settings_screens import SCREENS, shown_screens
from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import tenant_scope
from sync import registry
from sync.models import FlowSetting, SettingsVersion
from sync.registry import all_flows, flow
from tests.mapping.factories import make_account, make_code
from tests.smoothx.pages.test_settings import said

CODES = DefaultKind(
    key="codes", label="Codes", help="", if_empty="", group="Test", screen="bills",
    chooses=procore.STANDARD_COST_CODES, takes_many=True,
)  # fmt: skip


@pytest.fixture
def client(admin_user: Any, client_of: Any) -> Any:
    return client_of(admin_user)


def titles(response: Any) -> list[str]:
    return [section["title"] for section in response.context["sections"]]


def settings_of(response: Any) -> dict[str, dict[str, Any]]:
    return {s["field"].html_name: s for group in response.context["groups"] for s in group["settings"]}


def test_each_page_that_shows_something_is_in_the_menu_and_opens(
    client: Any, scope: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = [SCREENS[screen].title for screen in shown_screens()]
    assert titles(client.get("/settings/defaults/"))[1 : 1 + len(shown)] == shown
    for screen in shown_screens():
        response = client.get(f"/settings/{screen.replace('_', '-')}/", follow=True)
        kinds = [kind.key for kind in DEFAULTS.values() if kind.screen == screen]
        switched = [each.key for each in all_flows().values() if each.screen == screen]
        rows = [*response.context["flows"], *response.context["pushed"]]
        assert (response.status_code, list(settings_of(response))) == (200, kinds)
        assert sorted(row["key"] for row in rows) == sorted(switched)
        assert response.context["page_title"] == SCREENS[screen].title
    monkeypatch.setitem(all_flows(), "bills", replace(flow("bills"), screen="labour"))
    assert "Timesheets and labour" in titles(client.get("/settings/defaults/"))


def test_a_page_with_nothing_to_show_does_not_exist(
    client: Any, scope: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {key: kind for key, kind in DEFAULTS.items() if kind.screen != "payments"}
    flows = {key: each for key, each in all_flows().items() if each.screen != "payments"}
    monkeypatch.setattr(settings_screens, "DEFAULTS", kinds)
    monkeypatch.setattr(registry, "_flows", flows)
    assert client.get("/settings/payments/").status_code == 404
    assert client.get("/settings/nothing/").status_code == 404


def test_a_setting_tells_who_changed_it_and_a_problem_is_counted_in_the_menu(
    client: Any, scope: Tenant, admin_user: Any
) -> None:
    make_account("Materials", remote_id="1")
    choose("bill_code", "1", admin_user)
    RemoteItem.objects.update(is_active=False)
    response = client.get("/settings/defaults/")
    setting = settings_of(response)["bill_code"]
    assert setting["note"].endswith(f", {admin_user.email}")
    assert setting["problem"] == "Materials is inactive in QuickBooks. Choose another."
    problems = {section["title"]: section["problems"] for section in response.context["sections"]}
    assert (problems["Defaults"], problems["Commitments (bills)"]) == (1, 0)


def test_a_page_costs_as_many_statements_with_many_settings_as_with_none(
    client: Any, scope: Tenant, admin_user: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(150):
        make_account(f"Account {number}", remote_id=str(number))
    choose("bill_code", "1", admin_user)
    for date in ("period_end", "billing_date") * 5:
        choose("bill_date", date, admin_user)
    for address in ("/settings/defaults/", "/settings/bills/", "/settings/flows/"):
        with django_assert_max_num_queries(24):
            client.get(address)


def test_a_save_is_one_version_and_comes_back_to_its_page(client: Any, scope: Tenant) -> None:
    response = client.post("/settings/bills/", {"bill_date": "period_end", "payment_due_tax": "included"})
    assert (response["Location"], said(response)) == ("/settings/bills/", ["2 settings changed"])
    assert [len(version.changed) for version in SettingsVersion.objects.all()] == [2]


def test_a_switch_of_the_guide_is_asked_until_it_is_answered(
    client: Any, scope: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = replace(flow("bills"), key="costs", asked_as="Sync Expense Direct Costs", is_on_at_first=False)
    monkeypatch.setitem(all_flows(), "costs", asked)

    def row() -> dict[str, Any]:
        return next(row for row in client.get("/settings/bills/").context["flows"] if row["key"] == "costs")

    assert [answer.label for answer in row()["answers"]] == ["Switch on", "Leave off"]
    assert (row()["toggle"], row()["problem"]) == (None, "Going live needs this on or off.")
    leave = row()["answers"][1]
    answered = client.post(leave.url, leave.fields)
    assert answered["Location"] == "/settings/bills/#flow-costs"
    assert (row()["answers"], row()["problem"], row()["toggle"].label) == ([], "", "Switch on")
    assert FlowSetting.objects.get(flow="costs").is_on is False
    (version,) = SettingsVersion.objects.all()
    assert version.changed == [
        {"setting": "flow:costs", "label": "Sync Expense Direct Costs", "before": "Not chosen", "after": "Off"}
    ]


def test_what_is_typed_is_answered_with_rows_of_this_company(client: Any, scope: Tenant, other_tenant: Tenant) -> None:
    make_account("Concrete", code="5030")
    make_account("Rent")
    with tenant_scope(other_tenant.pk):
        make_account("Concrete of theirs")
    response = client.get("/settings/suggest/bill_code/?bill_code=CONC")
    assert response.content.decode().strip() == '<option value="5030 Concrete"></option>'
    assert client.get("/settings/suggest/bill_code/").content.decode().strip() == ""
    assert client.get("/settings/suggest/bill_date/?bill_date=x").status_code == 404


def test_a_row_found_is_chosen_or_added_to_those_chosen(
    client: Any, scope: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DEFAULTS, "codes", CODES)
    for number, name in enumerate(("Concrete", "Rebar"), start=1):
        make_code(f"03-{number}00", name, remote_id=str(number))
    found = client.get("/settings/find/codes/?q=03-2")
    assert [option["label"] for option in found.context["dialog"]["options"]] == ["03-200 Rebar"]
    for value in ("2", "1", "2"):
        assert client.post("/settings/find/codes/", {"value": value})["Location"] == "/settings/bills/#setting-codes"
    assert DefaultChoice.objects.get().value == "2,1"
    refused = client.post("/settings/find/codes/", {"value": "404"})
    assert refused.status_code == 422
    assert refused.context["dialog"]["error"] == (
        "It is not in the list of Procore cost codes. Refresh, and choose again."
    )
    assert client.post("/settings/find/codes/").context["dialog"]["error"] == "Choose one of the rows."
    assert DefaultChoice.objects.get().value == "2,1"


def test_the_audit_log_names_several_rows(client: Any, scope: Tenant, admin_user: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(DEFAULTS, "codes", CODES)
    make_code("03-100", "Concrete", remote_id="1")
    make_code("03-200", "Rebar", remote_id="2")
    choose("codes", "2,1", admin_user)
    (row,) = client.get("/settings/audit/").context["rows"]
    assert row["detail"] == "After 03-200 Rebar, 03-100 Concrete"


def test_a_default_of_several_rows_hears_of_each_of_them(
    scope: Tenant, admin_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DEFAULTS, "codes", CODES)
    row = make_code("03-100", "Concrete", remote_id="1")
    make_code("03-200", "Rebar", remote_id="2")
    choose("codes", "2,1", admin_user)
    found = [subjects_of(row.connection, row.resource, ids) for ids in (["1"], ["2", "9"], ["12"], ["9"])]
    assert found == [["default:codes"], ["default:codes"], [], []]
