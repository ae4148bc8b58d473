"""The push of one row by its dialog, and the preview many rows go through."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from connectors.procore import resources as procore
from mapping.kinds import CUSTOMER, VENDOR
from mapping.models import MappingRun
from mapping.pushing import pushes
from mapping.pushing.pushes import Planned, Wanted
from mapping.screens import SECTIONS
from tests.factories import make_connections
from tests.mapping.factories import make_code, make_company, make_customer, make_link, make_row, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
TO_QUICKBOOKS = "/mapping/contacts/push/procore/"
TO_PROCORE = "/mapping/contacts/push/quickbooks/"
SUFFIX = "add_suffix"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


@pytest.fixture
def asked(pushed: list[Any]) -> list[str]:
    """Names the other side was asked for. A name that ends in "taken" is planned as sync would plan it."""
    names: list[str] = []
    known = pushes._answers

    def plan(wanted: Wanted) -> Planned:
        name = wanted.row.name
        if not name.endswith("taken"):
            return Planned(name=name, facts=(("Name", name), ("E-mail", wanted.row.email)))
        if SUFFIX in wanted.approvals:
            return Planned(name=f"{name} (V)", facts=(("Name", f"{name} (V)"),), warnings=("The name was changed.",))
        return Planned(name=name, reason=f"{name} exists already.", taken_by="77")

    def ask(section: Any, side: str, name: str) -> list[str]:
        names.append(name)
        return []

    pushes.register(known.push, states=known.states, planner=lambda section, side: plan, ask_name=ask)
    return names


def told(response: Any) -> list[tuple[str, str]]:
    return [(m.level_tag, m.message) for m in get_messages(response.wsgi_request)]


class TestOne:
    def test_the_dialog_says_what_will_be_created_and_asks_the_books_for_the_name(
        self, browser: Any, pushed: list[Any], asked: list[str]
    ) -> None:
        company = make_company("Alpine Crane", email="office@alpine.example")
        push = browser.get(f"{TO_QUICKBOOKS}?id={company.pk}").context["push"]
        assert push["title"] == "Push Alpine Crane to QuickBooks"
        choices = [(each["value"], each["is_checked"], each["disabled_reason"]) for each in push["choices"]]
        assert choices == [("vendor", True, None), ("customer", False, None)]
        assert push["preview"] == [
            {"label": "Name", "value": "Alpine Crane"},
            {"label": "E-mail", "value": "office@alpine.example"},
        ]
        assert (push["fields"], push["duplicates"]) == (
            {"confirmed": "1", "id": str(company.pk), "shown_as": "vendor"},
            [],
        )
        assert (push["suffix"], push["error"], push["is_possible"]) == ("", "", True)
        assert asked == ["Alpine Crane"]
        assert pushed == []

    def test_a_confirmed_push_is_asked_for(self, browser: Any, pushed: list[Any], admin_user: Any) -> None:
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
                "approvals": (),
            }
        ]

    def test_a_confirmation_is_no_address(self, browser: Any, pushed: list[Any]) -> None:
        company = make_company("Alpine Crane")
        response = browser.get(f"{TO_QUICKBOOKS}?id={company.pk}&as=vendor&confirmed=1")
        assert response.status_code == 200
        assert pushed == []

    def test_the_role_must_be_chosen(self, browser: Any, pushed: list[Any]) -> None:
        company = make_company("Alpine Crane")
        response = browser.post(TO_QUICKBOOKS, {"id": company.pk, "confirmed": "1"})
        assert response.status_code == 422
        assert response.context["push"]["error"] == "Choose what it becomes."
        assert pushed == []

    def test_another_role_is_shown_before_it_is_pushed(self, browser: Any, pushed: list[Any]) -> None:
        company = make_company("Alpine Crane")
        values = {"id": company.pk, "confirmed": "1", "shown_as": "vendor", "as": "customer"}
        response = browser.post(TO_QUICKBOOKS, values)
        push = response.context["push"]
        assert (response.status_code, pushed) == (422, [])
        assert push["error"] == "As a customer this is what will be created. Look at it, then push."
        assert [each["value"] for each in push["choices"] if each["is_checked"]] == ["customer"]
        assert browser.post(TO_QUICKBOOKS, values | push["fields"]).status_code == 302
        assert [each["role"] for each in pushed] == ["customer"]

    @pytest.mark.parametrize(
        ("make", "noun", "can_link"), [(make_vendor, "vendor", True), (make_customer, "customer", True)]
    )
    def test_a_name_the_other_side_has_is_offered_for_linking(
        self, browser: Any, make: Any, noun: str, can_link: bool
    ) -> None:
        company = make_company("Alpine Crane LLC")
        twin = make("Alpine Crane")
        duplicates = browser.get(f"{TO_QUICKBOOKS}?id={company.pk}").context["push"]["duplicates"]
        assert [(d["name"], d["detail"], d["link"].url, d["link"].fields) for d in duplicates] == [
            (
                "Alpine Crane",
                f"QuickBooks has this name as a {noun}.",
                f"/mapping/contacts/link/{company.pk}/",
                {"target": str(twin.pk)},
            )
        ]
        make_link(VENDOR if noun == "vendor" else CUSTOMER, make_company("Somebody"), twin)
        duplicates = browser.get(f"{TO_QUICKBOOKS}?id={company.pk}").context["push"]["duplicates"]
        assert [(d["detail"], d["link"]) for d in duplicates] == [
            (f"QuickBooks has this name as a {noun}, and it is linked.", None)
        ]

    def test_a_name_in_use_is_created_with_an_ending_only_when_somebody_says_so(
        self, browser: Any, pushed: list[Any], asked: list[str]
    ) -> None:
        company = make_company("Alpine taken")
        push = browser.get(f"{TO_QUICKBOOKS}?id={company.pk}").context["push"]
        assert push["suffix"] == "Create it all the same, as Alpine taken (V)"
        assert (push["preview"], push["warnings"]) == (
            [{"label": "Name", "value": "Alpine taken (V)"}],
            ["The name was changed."],
        )
        response = browser.post(TO_QUICKBOOKS, {"id": company.pk, "as": "vendor", "confirmed": "1"})
        assert (response.status_code, response.context["push"]["error"]) == (422, "Alpine taken exists already.")
        assert pushed == []
        browser.post(TO_QUICKBOOKS, {"id": company.pk, "as": "vendor", "confirmed": "1", "suffix": "1"})
        assert [wanted["approvals"] for wanted in pushed] == [(SUFFIX,)]

    def test_a_company_with_one_role_can_take_the_other(self, browser: Any, pushed: list[Any]) -> None:
        company = make_company("Aspen")
        make_link(VENDOR, company, make_vendor("Aspen Roofing"))
        push = browser.get(f"{TO_QUICKBOOKS}?id={company.pk}").context["push"]
        choices = [(each["value"], each["is_checked"], each["disabled_reason"]) for each in push["choices"]]
        assert choices == [("vendor", False, "It is linked to a vendor already."), ("customer", True, None)]
        browser.post(TO_QUICKBOOKS, {"id": company.pk, "as": "customer", "confirmed": "1"})
        assert [wanted["role"] for wanted in pushed] == ["customer"]

    def test_a_company_linked_in_both_roles_is_not_pushed(self, browser: Any, pushed: list[Any]) -> None:
        company = make_company("Aspen")
        make_link(VENDOR, company, make_vendor("Aspen Roofing"))
        make_link(CUSTOMER, company, make_customer("Aspen Homes"))
        response = browser.post(TO_QUICKBOOKS, {"id": company.pk, "as": "vendor", "confirmed": "1"})
        assert told(response) == [("warning", "This row is linked already, or not in the list any more.")]
        assert pushed == []
        # A dialog asked for by a list loaded before: the list is loaded again, and says so.
        stale = browser.get(f"{TO_QUICKBOOKS}?id={company.pk}", headers={"HX-Request": "true"})
        assert (stale.status_code, stale["HX-Refresh"]) == (200, "true")

    def test_a_quickbooks_contact_keeps_its_role(self, browser: Any, pushed: list[Any]) -> None:
        customer = make_customer("Ridgeline Land")
        make_company("Unrelated")
        push = browser.get(f"{TO_PROCORE}?id={customer.pk}").context["push"]
        assert (push["title"], push["choices"]) == ("Push Ridgeline Land to Procore", [])
        browser.post(TO_PROCORE, {"id": customer.pk, "confirmed": "1"})
        assert [(each["side"], each["role"]) for each in pushed] == [("quickbooks", "customer")]

    def test_a_code_has_no_role(self, browser: Any, pushed: list[Any], asked: list[str]) -> None:
        code = make_code("03-300", "Concrete")
        push = browser.get(f"/mapping/item-codes/push/procore/?id={code.pk}").context["push"]
        assert (push["title"], push["choices"]) == ("Push 03-300 Concrete to QuickBooks", [])
        assert asked == ["Concrete"]
        browser.post("/mapping/item-codes/push/procore/", {"id": code.pk, "confirmed": "1"})
        assert [(each["section"].key, each["role"]) for each in pushed] == [("item-codes", "")]

    def test_a_refusal_is_told_in_the_dialog(self, browser: Any) -> None:
        def refuse(**_: Any) -> str:
            raise pushes.PushRefused("It was pushed before.")

        pushes.register(refuse)
        company = make_company("Aspen")
        response = browser.post(TO_QUICKBOOKS, {"id": company.pk, "as": "vendor", "confirmed": "1"})
        assert (response.status_code, response.context["push"]["error"]) == (422, "It was pushed before.")

    def test_only_what_can_be_created_there_is_pushed(self, browser: Any) -> None:
        code = make_code("01-100", "Permits")
        assert browser.get(f"/mapping/account-codes/push/procore/?id={code.pk}").status_code == 404
        assert browser.get(f"/mapping/item-codes/push/quickbooks/?id={code.pk}").status_code == 404

    def test_a_division_has_no_button_to_push_it_and_says_why(self, browser: Any) -> None:
        division = make_code("03", "Concrete")
        make_code("03-100", "Walls", parent_id=division.remote_id)
        rows = browser.get("/mapping/item-codes/").context["rows"]
        assert [(row["name"], row["context"], [button.icon for button in row["buttons"]]) for row in rows] == [
            ("03 Concrete", "Division, covers the 1 code below it, which is pushed by itself", ["link", "slash"]),
            ("03-100 Walls", "", ["link", "push", "slash"]),
        ]


class TestMany:
    def test_several_rows_go_through_a_preview_first(self, browser: Any, pushed: list[Any], asked: list[str]) -> None:
        rows = [make_company(name) for name in ("Aspen", "Basin", "Clear Creek", "Deep taken")]
        twin = make_vendor("Basin LLC")
        response = browser.post(TO_QUICKBOOKS, {"action": "push_customer", "id": [row.pk for row in rows]})
        run = MappingRun.objects.get()
        assert (response.status_code, response.url) == (302, f"/mapping/pushes/{run.pk}/")
        assert (run.what, run.state, run.side, run.options["role"]) == ("push", "preview", "procore", "customer")
        found = list(run.rows.order_by("number").values_list("label", "verdict", "left_id", "state"))
        assert found == [
            ("Aspen", "create", rows[0].remote_id, "waiting"),
            ("Basin", "create", rows[1].remote_id, "waiting"),
            ("Clear Creek", "create", rows[2].remote_id, "waiting"),
            ("Deep taken", "clash", rows[3].remote_id, "left_out"),
        ]
        assert twin.pk
        assert pushed == []

    def test_the_bulk_bar_is_sent_to_the_preview(self, browser: Any) -> None:
        ids = [make_company(name).pk for name in ("Aspen", "Basin")]
        response = browser.post(TO_QUICKBOOKS, {"id": ids}, headers={"HX-Request": "true"})
        assert response["HX-Redirect"] == f"/mapping/pushes/{MappingRun.objects.get().pk}/"

    def test_all_means_all_that_the_filters_show(self, browser: Any) -> None:
        wanted = [make_company(f"Alpine {number:02d}") for number in range(60)]
        make_company("Basin")
        make_link(VENDOR, make_company("Alpine linked"), make_vendor("Something"))
        page = "/mapping/contacts/?tab=procore&q=alpine"
        browser.post(TO_QUICKBOOKS, {"action": "push_vendor", "all": "1", "id": wanted[0].pk, "next": page})
        run = MappingRun.objects.get()
        assert set(run.rows.values_list("left_id", flat=True)) == {row.remote_id for row in wanted}

    def test_all_of_one_role_means_that_role(self, browser: Any) -> None:
        vendor = make_vendor("Aspen")
        make_customer("Ridgeline Land")
        make_company("Unrelated")
        page = "/mapping/contacts/?tab=quickbooks&show=vendor"
        browser.post(TO_PROCORE, {"all": "1", "next": page})
        assert list(MappingRun.objects.get().rows.values_list("right_id", flat=True)) == [vendor.remote_id]

    def test_too_many_rows_are_refused(self, browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mapping.pushing.runs.MOST_ROWS", 2)
        ids = [make_company(name).pk for name in ("Aspen", "Basin", "Clear Creek")]
        response = browser.post(TO_QUICKBOOKS, {"id": ids})
        assert told(response) == [("warning", "At most 2 rows are pushed at once. Narrow the list down first.")]
        assert MappingRun.objects.count() == 0

    def test_linked_rows_are_left_out(self, browser: Any) -> None:
        linked = [make_company("Aspen"), make_company("Basin")]
        for company in linked:
            make_link(VENDOR, company, make_vendor(company.name))
            make_link(CUSTOMER, company, make_customer(f"{company.name} Homes"))
        response = browser.post(TO_QUICKBOOKS, {"id": [row.pk for row in linked]})
        assert told(response) == [("warning", "Choose at least one row that is not linked yet.")]
        assert MappingRun.objects.count() == 0


def test_a_push_under_way_or_stopped_shows_on_its_row(browser: Any) -> None:
    make_connections()
    busy, stopped, waits = make_company("Aspen"), make_company("Basin"), make_company("Cedar")
    states = {
        ("vendor", busy.remote_id): pushes.PushState(is_busy=True),
        ("customer", stopped.remote_id): pushes.PushState(problem="QuickBooks refused it: name is in use"),
        ("customer", waits.remote_id): pushes.PushState(problem="Waits for the Customer field.", is_waiting=True),
    }
    pushes.register(lambda **_: "", states=lambda section, side, ids: states if side == "procore" else {})
    rows = browser.get("/mapping/contacts/?tab=procore").context["rows"]
    assert [(row["is_busy"], row["flag"]) for row in rows] == [
        (True, None),
        (False, {"severity": "bad", "text": "QuickBooks refused it: name is in use"}),
        (False, {"severity": "wait", "text": "Waits for the Customer field."}),
    ]


def test_a_project_whose_company_is_a_vendor_leads_to_the_company(browser: Any, client_of: Any, viewer: Any) -> None:
    project = make_row(procore.PROJECTS, "Larimer Lofts")
    state = pushes.PushState(problem="Company Aspen is mapped as a vendor.", verdict="vendor", subject="Aspen")
    pushes.register(lambda **_: "", states=lambda section, side, ids: {("", project.remote_id): state})
    [row] = browser.get("/mapping/projects/?tab=procore").context["rows"]
    assert row["flag"] == {"severity": "bad", "text": "Company Aspen is mapped as a vendor."}
    assert (row["mend"].label, row["mend"].url) == ("Map the company", "/mapping/contacts/?tab=mapped&q=Aspen")
    [row] = client_of(viewer).get("/mapping/projects/?tab=procore").context["rows"]
    assert row["mend"] is None


def test_without_sync_nothing_can_be_pushed(browser: Any) -> None:
    pushes.register(None)
    make_company("Aspen")
    page = browser.get("/mapping/contacts/?tab=procore").context
    assert page["rows"][0]["push_url"] == ""
