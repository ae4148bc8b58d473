from __future__ import annotations

from typing import Any

import pytest

from mapping.history import note_changes
from mapping.kinds import COST_CODE_ACCOUNT, CUSTOMER, VENDOR
from mapping.models import Link, LinkChange, MappingRun
from tests.mapping.factories import make_account, make_code, make_company, make_customer, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
PAGE = "/mapping/contacts/history/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


@pytest.fixture
def viewer_browser(client_of: Any, viewer: Any) -> Any:
    return client_of(viewer)


def linked(left: str, right: str, *, actor: Any = None, run: MappingRun | None = None, **facts: Any) -> LinkChange:
    made = make_link(VENDOR, make_company(left), make_vendor(right), run=run, **facts)
    return note_changes(LinkChange.Action.LINKED, [made], actor=actor, run=run)[0]


def rows(browser: Any, query: str = "") -> list[dict[str, Any]]:
    return list(browser.get(f"{PAGE}{query}").context["rows"])


def test_the_history_says_who_linked_what_when_and_how(browser: Any, admin_user: Any) -> None:
    run = MappingRun.objects.create(section="contacts")
    linked("Aspen Roofing", "Aspen Roofing Inc.", actor=admin_user)
    linked("Elk Creek", "Elk Creek Survey", run=run, reason="Same phone number, 92")
    first, second = rows(browser)
    assert (first["reason"], second["reason"]) == ("Same phone number. Score 92", "")
    assert (first["left_name"], first["right_name"], first["what"]) == ("Elk Creek", "Elk Creek Survey", "Linked")
    assert (second["left_name"], second["how"], second["who"]) == ("Aspen Roofing", "By hand", admin_user.email)
    assert [row["left_name"] for row in rows(browser, f"?run={run.pk}")] == ["Elk Creek"]
    assert [row["left_name"] for row in rows(browser, "?q=aspen")] == ["Aspen Roofing"]
    assert rows(browser, "?q=nothing") == []


def test_another_sections_entries_are_not_shown(browser: Any) -> None:
    linked("Aspen Roofing", "Aspen Roofing Inc.")
    assert browser.get("/mapping/projects/history/").context["rows"] == []


def test_only_the_newest_entry_of_a_row_can_be_taken_back(browser: Any, admin_user: Any) -> None:
    change = linked("Aspen Roofing", "Aspen Roofing Inc.")
    browser.post(f"/mapping/undo/{change.pk}/")
    assert not Link.objects.exists()
    newest, oldest = rows(browser)
    assert (newest["what"], newest["how"], newest["who"]) == ("Unlinked", "Undo", admin_user.email)
    assert (newest["undo"].url, oldest["undo"]) == (f"/mapping/undo/{newest['id']}/", None)
    browser.post(newest["undo"].url)
    assert Link.objects.get().left_id == change.left_id


def test_what_cannot_be_taken_back_is_said(browser: Any) -> None:
    change = linked("Aspen Roofing", "Aspen Roofing Inc.")
    Link.objects.all().delete()
    response = browser.post(f"/mapping/undo/{change.pk}/", follow=True)
    told = [str(message) for message in response.context["messages"]]
    assert told == ["Aspen Roofing is not linked to Aspen Roofing Inc. any more, so there is nothing to undo."]


def test_a_long_history_takes_few_statements(browser: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        linked(f"C{number}", f"V{number}")
    browser.get(PAGE)
    with django_assert_max_num_queries(12):
        response = browser.get(PAGE)
    assert (response.context["page"].last, response.context["page"].total) == (50, 60)


def test_a_viewer_sees_it_and_changes_nothing(viewer_browser: Any) -> None:
    change = linked("Aspen Roofing", "Aspen Roofing Inc.")
    assert [row["undo"] for row in viewer_browser.get(PAGE).context["rows"]] == [None]
    assert viewer_browser.post(f"/mapping/undo/{change.pk}/").status_code == 403
    assert Link.objects.count() == 1


def test_one_companys_history_of_both_roles(browser: Any) -> None:
    company = make_company("Ridgeline Land")
    as_vendor = make_link(VENDOR, company, make_vendor("Ridgeline Land LLC"))
    as_customer = make_link(CUSTOMER, company, make_customer("Ridgeline Land"))
    note_changes(LinkChange.Action.LINKED, [as_vendor, as_customer], actor=None)
    linked("Aspen Roofing", "Aspen Roofing Inc.")
    response = browser.get(f"{PAGE}?left={company.remote_id}")
    assert {row["right_kind"] for row in response.context["rows"]} == {"Vendor", "Customer"}
    assert response.context["about"] == "Ridgeline Land"


def test_a_cost_code_is_named_with_its_code(browser: Any) -> None:
    made = make_link(COST_CODE_ACCOUNT, make_code("03-300", "Cast-in-place"), make_account("Concrete"))
    note_changes(LinkChange.Action.LINKED, [made], actor=None)
    [row] = browser.get("/mapping/account-codes/history/").context["rows"]
    assert row["left_name"] == "03-300 Cast-in-place"
