from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.kinds import COST_CODE_ACCOUNT, CUSTOMER, EMPLOYEE_VENDOR, PROJECT, VENDOR
from mapping.models import Link, LinkChange
from mapping.signals import OpenDocuments, count_documents, count_waiting
from tests.factories import make_connections
from tests.mapping.factories import (
    make_account,
    make_code,
    make_company,
    make_customer,
    make_link,
    make_row,
    make_vendor,
)

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


def dialog(browser: Any, url: str, **options: Any) -> dict[str, Any]:
    response = browser.get(url, **options)
    assert response.status_code == 200
    return response.context["dialog"]


def link_url(row: Any, section: str = "contacts") -> str:
    return f"/mapping/{section}/link/{row.pk}/"


def messages_of(response: Any) -> list[tuple[str, str, str]]:
    return [(m.level_tag, m.message, m.extra_tags) for m in get_messages(response.wsgi_request)]


def test_the_dialog_offers_the_best_matches_first_and_greys_out_the_taken(browser: Any) -> None:
    company = make_company("Smith Electric LLC", email="bids@smith.example", phone="(303) 555-0119")
    best = make_vendor("Smith Electrical Inc")
    taken = make_vendor("Smithfield Rental")
    make_link(VENDOR, make_company("Smithfield"), taken)
    make_vendor("Zebra Smith", is_active=False)
    make_customer("Ridgeline Land")
    count_waiting.register(lambda kind_keys: {("vendor", company.remote_id): 3})
    found = dialog(browser, link_url(company))
    assert (found["title"], found["noun"], found["context"]) == (
        "Link Smith Electric LLC",
        "Procore company",
        "bids@smith.example, (303) 555-0119",
    )
    assert (found["waiting"], found["button"]) == (3, "Link and release 3")
    assert [(o["id"], o["score"], o["reason"], o["is_checked"]) for o in found["suggestions"]] == [
        (str(best.pk), 92, "“Electric” for “Electrical”, other legal form", True)
    ]
    assert [(o["name"], o["disabled_reason"]) for o in found["others"]] == [
        ("Ridgeline Land", None),
        ("Smithfield Rental", "Linked to Smithfield in Procore already"),
        ("Zebra Smith", "Inactive in QuickBooks"),
    ]
    assert [choice.value for choice in found["kinds"]] == ["", "vendor", "customer"]
    assert found["push"]["label"] == "Push it to QuickBooks"


def test_rows_taken_by_a_kind_of_another_list_are_greyed_out_too(browser: Any) -> None:
    """A sub-customer belongs to one project or sub job, a person is paid as employee or as vendor."""
    tower = make_row(qbo.CUSTOMERS, "Tower", parent_id="7")
    make_link(PROJECT, make_row(procore.PROJECTS, "Tower one"), tower)
    free = make_row(qbo.CUSTOMERS, "Annex", parent_id="7")
    sub_job = make_row(procore.SUB_JOBS, "Tower", code="A")
    found = dialog(browser, link_url(sub_job, "sub-jobs"))
    assert [(o["id"], o["disabled_reason"]) for o in found["suggestions"] + found["others"]] == [
        (str(free.pk), None),
        (str(tower.pk), "Linked to Tower one in Procore already"),
    ]
    person = make_row(procore.EMPLOYEES, "Ana Lopez")
    make_link(EMPLOYEE_VENDOR, person, make_vendor("Lopez Tile"))
    found = dialog(browser, link_url(make_row(qbo.EMPLOYEES, "Ana Lopez"), "employees"))
    assert [(o["id"], o["disabled_reason"]) for o in found["suggestions"] + found["others"]] == [
        (str(person.pk), "Linked to Lopez Tile in QuickBooks already")
    ]


def test_search_and_kind_narrow_the_dialog(browser: Any) -> None:
    company = make_company("Aspen")
    make_vendor("Goldsmith Tile")
    make_customer("Smith Holdings")
    found = dialog(browser, f"{link_url(company)}?q=smith")
    assert [option["name"] for option in found["others"]] == ["Goldsmith Tile", "Smith Holdings"]
    assert found["others_label"] == "QuickBooks contacts that contain “smith”"
    found = dialog(browser, f"{link_url(company)}?q=smith&kind=customer")
    assert [option["name"] for option in found["others"]] == ["Smith Holdings"]
    assert [choice.is_current for choice in found["kinds"]] == [False, False, True]


def test_a_long_list_says_how_many_more_there_are(browser: Any) -> None:
    company = make_company("Aspen")
    for number in range(23):
        make_vendor(f"Vendor {number:02d}")
    found = dialog(browser, link_url(company))
    assert (len(found["others"]), found["more"]) == (20, "3")


def test_for_htmx_the_dialog_comes_alone(browser: Any) -> None:
    company = make_company("Aspen")
    make_vendor("Aspen Inc")
    whole = browser.get(link_url(company)).content
    assert b"<html" in whole
    part = browser.get(link_url(company), headers={"HX-Request": "true"}).content
    assert b"<html" not in part
    assert b"Link Aspen" in part


def test_linking_moves_the_row_and_can_be_undone(browser: Any, admin_user: Any) -> None:
    company, vendor = make_company("Aspen"), make_vendor("Aspen Inc")
    response = browser.post(link_url(company), {"target": vendor.pk, "next": "/mapping/contacts/?tab=procore&q=asp"})
    made = Link.objects.get()
    assert (response.status_code, response.url) == (302, "/mapping/contacts/?tab=procore&q=asp")
    assert (made.kind, made.left_id, made.right_id, made.actor) == (
        "vendor",
        company.remote_id,
        vendor.remote_id,
        admin_user,
    )
    undo = f"/mapping/contacts/unlink/{made.pk}/"
    assert messages_of(response) == [("success", "Aspen linked to Aspen Inc", f"undo:{undo}")]
    response = browser.post(undo)
    assert not Link.objects.exists()
    change = LinkChange.objects.get(action="unlinked")
    assert messages_of(response)[-1] == (
        "success",
        "Aspen and Aspen Inc are not linked any more",
        f"undo:/mapping/undo/{change.pk}/",
    )
    browser.post(f"/mapping/undo/{change.pk}/")
    assert Link.objects.get().right_id == vendor.remote_id


def test_linking_says_how_many_documents_go_on(browser: Any) -> None:
    company, vendor, other = make_company("Aspen"), make_vendor("Aspen Inc"), make_customer("Aspen Land")
    count_waiting.register(lambda kind_keys: {("vendor", company.remote_id): 3} if "vendor" in kind_keys else {})
    # What waits for the vendor does not go on by a link to the customer.
    assert messages_of(browser.post(link_url(company), {"target": other.pk}))[0][1] == "Aspen linked to Aspen Land"
    said = messages_of(browser.post(link_url(vendor), {"target": company.pk}))[-1][1]
    assert said == "Aspen Inc linked to Aspen, 3 documents go on"


def test_the_answer_goes_only_to_our_own_pages(browser: Any) -> None:
    company, vendor = make_company("Aspen"), make_vendor("Aspen Inc")
    response = browser.post(link_url(company), {"target": vendor.pk, "next": "https://elsewhere.example/"})
    assert response.url == "/mapping/contacts/?tab=procore"


def test_a_row_of_quickbooks_is_linked_from_its_side(browser: Any) -> None:
    customer = make_customer("Ridgeline Land")
    company = make_company("Ridgeline Land LLC")
    make_link(VENDOR, company, make_vendor("Ridgeline Land Co"))
    found = dialog(browser, link_url(customer))
    assert (found["side"], found["kinds"], found["waiting"]) == ("quickbooks", [], 0)
    assert [option["disabled_reason"] for option in found["suggestions"]] == [None]
    browser.post(link_url(customer), {"target": company.pk})
    assert Link.objects.get(kind="customer").left_id == company.remote_id


def test_a_company_that_has_a_vendor_takes_no_second_one(browser: Any) -> None:
    company = make_company("Aspen")
    make_link(VENDOR, company, make_vendor("Aspen Inc"))
    other = make_vendor("Aspen Supply")
    found = dialog(browser, f"{link_url(company)}?kind=vendor")
    assert [option["disabled_reason"] for option in found["suggestions"]] == [
        "Aspen is linked to Aspen Inc in QuickBooks already"
    ]
    response = browser.post(link_url(company), {"target": other.pk})
    assert response.status_code == 422
    assert response.context["dialog"]["error"] == (
        "Aspen is linked to Aspen Inc in QuickBooks already. Unlink it first."
    )
    assert Link.objects.count() == 1


@pytest.mark.parametrize("target", ["", "404", "x", "own side", "99999999999999999999"])
def test_without_a_row_of_the_other_side_the_dialog_comes_back(target: str, browser: Any) -> None:
    company = make_company("Aspen")
    target = str(make_company("Basin").pk) if target == "own side" else target
    response = browser.post(link_url(company), {"target": target})
    assert response.status_code == 422
    assert response.context["dialog"]["error"] == "Choose the row it is linked to."
    assert not Link.objects.exists()


def test_an_account_in_use_can_be_chosen_again(browser: Any) -> None:
    account = make_account("Permits", code="5100", data={"full_name": "Job costs:Permits"})
    make_link(COST_CODE_ACCOUNT, make_code("01-100", "Permits"), account)
    code = make_code("02-100", "Permits")
    found = dialog(browser, link_url(code, "account-codes"))
    assert [(o["name"], o["context"], o["disabled_reason"]) for o in found["suggestions"]] == [
        ("Job costs:Permits", "5100, Cost of Goods Sold", None)
    ]
    browser.post(link_url(code, "account-codes"), {"target": account.pk})
    assert Link.objects.count() == 2


def test_a_row_is_found_by_the_vendors_id(browser: Any) -> None:
    make_connections()
    make_company("Aspen", remote_id="518")
    make_code("03-300", "Concrete", remote_id="code:03/300 A")
    assert dialog(browser, "/mapping/contacts/open/procore/518/?kind=customer")["title"] == "Link Aspen"
    url = "/mapping/account-codes/open/procore/code:03/300%20A/"
    assert dialog(browser, url)["title"] == "Link 03-300 Concrete"
    response = browser.get("/mapping/contacts/open/procore/404/")
    assert (response.status_code, response.url) == (302, "/mapping/contacts/?tab=procore")


def test_a_row_of_another_section_has_no_dialog_here(browser: Any) -> None:
    assert browser.get(link_url(make_code("01-100", "Permits"))).status_code == 404
    assert browser.get(link_url(make_customer("Lofts", parent_id="1"))).status_code == 404


def test_unlinking_says_what_would_stop(browser: Any) -> None:
    made = make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen Inc"))
    count_documents.register(lambda links: {made.pk: OpenDocuments(9, ("Invoice 5", "Invoice 6"))})
    response = browser.get(f"/mapping/contacts/unlink/{made.pk}/?next=/mapping/contacts/%3Ftab%3Dmapped")
    question = response.context["confirm"]
    assert question["title"] == "Unlink Aspen from Aspen Inc"
    assert question["text"] == "9 documents will stop until Aspen is linked again."
    assert (question["button"], question["variant"]) == ("Unlink, stop 9 documents", "bad")
    assert (question["items"], question["more"]) == (["Invoice 5", "Invoice 6"], 7)
    assert Link.objects.exists()
    browser.post(f"/mapping/contacts/unlink/{made.pk}/")
    assert not Link.objects.exists()


def test_a_link_of_another_section_is_not_unlinked_here(browser: Any) -> None:
    made = make_link(CUSTOMER, make_company("Aspen"), make_customer("Aspen"))
    assert browser.post(f"/mapping/projects/unlink/{made.pk}/").status_code == 404
    assert Link.objects.exists()
