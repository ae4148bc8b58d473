from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from mapping import pushes
from mapping.kinds import VENDOR
from mapping.screens import SECTIONS
from tests.factories import make_connections
from tests.mapping.factories import make_code, make_company, make_customer, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
TO_QUICKBOOKS = "/mapping/contacts/push/procore/"
TO_PROCORE = "/mapping/contacts/push/quickbooks/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


def told(response: Any) -> list[tuple[str, str]]:
    return [(m.level_tag, m.message) for m in get_messages(response.wsgi_request)]


def test_the_dialog_says_what_will_be_created(browser: Any, pushed: list[Any]) -> None:
    company = make_company("Alpine Crane", email="office@alpine.example", data={"city": "Denver", "state_code": ""})
    push = browser.get(f"{TO_QUICKBOOKS}?id={company.pk}").context["push"]
    assert push["title"] == "Push Alpine Crane to QuickBooks"
    assert [(choice["value"], choice["is_checked"]) for choice in push["choices"]] == [
        ("vendor", True),
        ("customer", False),
    ]
    assert push["preview"] == [
        {"label": "Name", "value": "Alpine Crane"},
        {"label": "E-mail", "value": "office@alpine.example"},
        {"label": "City", "value": "Denver"},
    ]
    assert (push["ids"], push["fields"], push["duplicates"]) == ([str(company.pk)], {"confirmed": "1"}, [])
    assert pushed == []


def test_a_confirmed_push_is_asked_for(browser: Any, pushed: list[Any], admin_user: Any) -> None:
    company = make_company("Alpine Crane")
    response = browser.post(TO_QUICKBOOKS, {"id": company.pk, "as": "customer", "confirmed": "1"})
    assert (response.status_code, response.url) == (302, "/mapping/contacts/?tab=procore")
    assert told(response) == [("success", "Sent as customer.")]
    assert pushed == [
        {
            "section": SECTIONS["contacts"],
            "side": "procore",
            "remote_id": company.remote_id,
            "role": "customer",
            "actor": admin_user,
        }
    ]


def test_the_role_must_be_chosen(browser: Any, pushed: list[Any]) -> None:
    company = make_company("Alpine Crane")
    response = browser.post(TO_QUICKBOOKS, {"id": company.pk, "confirmed": "1"})
    assert response.status_code == 422
    assert response.context["push"]["error"] == "Choose what it becomes."
    assert pushed == []


def test_a_name_the_other_side_has_is_offered_for_linking(browser: Any) -> None:
    company = make_company("Alpine Crane LLC")
    twin = make_vendor("Alpine Crane")
    duplicates = browser.get(f"{TO_QUICKBOOKS}?id={company.pk}").context["push"]["duplicates"]
    assert [(d["name"], d["detail"], d["link"].url, d["link"].fields) for d in duplicates] == [
        (
            "Alpine Crane",
            "QuickBooks has this name as a vendor.",
            f"/mapping/contacts/link/{company.pk}/",
            {"target": str(twin.pk)},
        )
    ]
    make_link(VENDOR, make_company("Somebody"), twin)
    duplicates = browser.get(f"{TO_QUICKBOOKS}?id={company.pk}").context["push"]["duplicates"]
    assert [(d["detail"], d["link"]) for d in duplicates] == [
        ("QuickBooks has this name as a vendor, and it is linked.", None)
    ]


def test_a_batch_asks_first_and_leaves_twins_out(browser: Any, pushed: list[Any]) -> None:
    rows = [make_company(name) for name in ("Aspen", "Basin", "Clear Creek")]
    make_customer("Basin LLC")
    ids = [row.pk for row in rows]
    response = browser.post(TO_QUICKBOOKS, {"action": "push_customer", "id": ids})
    push = response.context["push"]
    assert (push["title"], push["items"], push["button"]) == (
        "Push 2 companies to QuickBooks",
        ["Aspen", "Clear Creek"],
        "Push 2 and link",
    )
    assert [choice["value"] for choice in push["choices"] if choice["is_checked"]] == ["customer"]
    assert [duplicate["name"] for duplicate in push["duplicates"]] == ["Basin LLC"]
    assert pushed == []
    response = browser.post(TO_QUICKBOOKS, {"as": "customer", "id": ids, "confirmed": "1"})
    assert [wanted["remote_id"] for wanted in pushed] == [rows[0].remote_id, rows[2].remote_id]
    assert told(response) == [
        ("success", "2 companies are on their way to QuickBooks"),
        ("warning", "1 were left out, QuickBooks has their names already. Link them instead."),
    ]


def test_all_means_all_that_the_filters_show(browser: Any, pushed: list[Any]) -> None:
    wanted = [make_company(f"Alpine {number:02d}") for number in range(60)]
    make_company("Basin")
    make_link(VENDOR, make_company("Alpine linked"), make_vendor("Something"))
    page = "/mapping/contacts/?tab=procore&q=alpine"
    response = browser.post(TO_QUICKBOOKS, {"action": "push_vendor", "all": "1", "id": wanted[0].pk, "next": page})
    push = response.context["push"]
    assert (push["title"], push["ids"], push["fields"]) == (
        "Push 60 companies to QuickBooks",
        [],
        {"confirmed": "1", "all": "1"},
    )
    response = browser.post(TO_QUICKBOOKS, {"as": "vendor", "all": "1", "confirmed": "1", "next": page})
    assert response.url == page
    assert {asked["remote_id"] for asked in pushed} == {row.remote_id for row in wanted}


def test_a_quickbooks_contact_keeps_its_role(browser: Any, pushed: list[Any]) -> None:
    vendor, customer = make_vendor("Aspen"), make_customer("Ridgeline Land")
    make_company("Unrelated")
    push = browser.get(f"{TO_PROCORE}?id={customer.pk}").context["push"]
    assert (push["title"], push["choices"]) == ("Push Ridgeline Land to Procore", [])
    browser.post(TO_PROCORE, {"id": [vendor.pk, customer.pk], "confirmed": "1"})
    assert [(asked["side"], asked["remote_id"], asked["role"]) for asked in pushed] == [
        ("quickbooks", vendor.remote_id, "vendor"),
        ("quickbooks", customer.remote_id, "customer"),
    ]


def test_a_refusal_is_told_with_its_row(browser: Any) -> None:
    def refuse(**_: Any) -> str:
        raise pushes.PushRefused("It was pushed before.")

    pushes.register(refuse)
    company = make_company("Aspen")
    response = browser.post(TO_QUICKBOOKS, {"id": company.pk, "as": "vendor", "confirmed": "1"})
    assert told(response) == [("error", "Aspen: It was pushed before.")]


def test_rows_linked_already_are_not_pushed(browser: Any, pushed: list[Any]) -> None:
    company = make_company("Aspen")
    make_link(VENDOR, company, make_vendor("Aspen"))
    response = browser.post(TO_QUICKBOOKS, {"id": company.pk, "as": "vendor", "confirmed": "1"})
    assert told(response) == [("warning", "Choose at least one row that is not linked yet.")]
    assert pushed == []


def test_only_contacts_are_pushed(browser: Any) -> None:
    code = make_code("01-100", "Permits")
    assert browser.get(f"/mapping/account-codes/push/procore/?id={code.pk}").status_code == 404


def test_a_push_under_way_or_stopped_shows_on_its_row(browser: Any) -> None:
    make_connections()
    busy, stopped = make_company("Aspen"), make_company("Basin")
    states = {
        ("vendor", busy.remote_id): pushes.PushState(is_busy=True),
        ("customer", stopped.remote_id): pushes.PushState(problem="QuickBooks refused it: name is in use"),
    }
    pushes.register(lambda **_: "", states=lambda section, side: states if side == "procore" else {})
    rows = browser.get("/mapping/contacts/?tab=procore").context["rows"]
    assert [(row["is_busy"], row["flag"]) for row in rows] == [
        (True, None),
        (False, {"severity": "bad", "text": "QuickBooks refused it: name is in use"}),
    ]


def test_without_sync_nothing_can_be_pushed(browser: Any) -> None:
    pushes.register(None)
    make_company("Aspen")
    page = browser.get("/mapping/contacts/?tab=procore").context
    assert (page["bulk"], page["rows"][0]["push_url"]) == ([], "")
