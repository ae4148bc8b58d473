"""A company pushed as a vendor that is a customer really, and one that is both."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from mapping.kinds import CUSTOMER, EMPLOYEE_VENDOR, VENDOR
from mapping.models import Link, LinkChange, MappingRun
from mapping.signals import OpenDocuments, count_documents
from tests.mapping.factories import make_company, make_customer, make_link, make_row, make_vendor

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


@pytest.fixture
def standing() -> Link:
    return make_link(VENDOR, make_company("Ridgeline Land LLC"), make_vendor("Ridgeline Land (V)"))


def url(link: Link) -> str:
    return f"/mapping/contacts/role/{link.pk}/"


def state() -> set[tuple[str, str, str]]:
    return set(Link.objects.values_list("kind", "left_id", "right_id"))


def told(response: Any) -> tuple[str, str]:
    last = list(get_messages(response.wsgi_request))[-1]
    return last.message, last.extra_tags


def test_the_dialog_lists_customers_only_and_what_ending_the_vendor_stops(browser: Any, standing: Link) -> None:
    best = make_customer("Ridgeline Land")
    make_vendor("Ridgeline Supply")
    count_documents.register(lambda links: {links[0].pk: OpenDocuments(2, ("Invoice 5", "Invoice 6"))})
    dialog = browser.get(url(standing)).context["dialog"]
    assert dialog["title"] == "Ridgeline Land LLC is a customer"
    assert dialog["standing"] == "It is linked to the vendor Ridgeline Land (V)."
    assert [option["id"] for option in (*dialog["suggestions"], *dialog["others"])] == [str(best.pk)]
    assert [choice["label"] for choice in dialog["choices"]] == ["Keep the vendor as well", "End the vendor link"]
    assert dialog["choices"][1]["text"] == "2 documents will stop until it is linked as a vendor again."
    assert dialog["titles"] == ["Invoice 5", "Invoice 6"]
    assert dialog["other_nouns"] == "QuickBooks customers"
    assert dialog["push"]["label"] == "Push it as a customer"
    assert dialog["push"]["url"].endswith("&as=customer")


def test_it_becomes_a_customer_and_is_no_vendor_any_more(browser: Any, standing: Link) -> None:
    customer = make_customer("Ridgeline Land")
    response = browser.post(url(standing), {"target": customer.pk, "old": "end"})
    assert state() == {("customer", standing.left_id, customer.remote_id)}
    run = MappingRun.objects.get()
    text = "Ridgeline Land LLC linked to the customer Ridgeline Land, the old link is ended"
    assert told(response) == (text, f"undo:/mapping/runs/{run.pk}/undo/")
    assert list(LinkChange.objects.order_by("pk").values_list("action", "kind", "run")) == [
        ("unlinked", "vendor", run.pk),
        ("linked", "customer", run.pk),
    ]


def test_the_change_can_be_taken_back_whole(browser: Any, standing: Link) -> None:
    before = state()
    browser.post(url(standing), {"target": make_customer("Ridgeline Land").pk, "old": "end"})
    browser.post(f"/mapping/runs/{MappingRun.objects.get().pk}/undo/")
    assert state() == before


def test_it_may_be_both(browser: Any, standing: Link) -> None:
    customer = make_customer("Ridgeline Land")
    browser.post(url(standing), {"target": customer.pk, "old": "keep"})
    assert {kind for kind, _, _ in state()} == {"vendor", "customer"}
    response = browser.get(url(standing))
    assert told(response)[0] == "It is linked in both roles already. Unlink the one that is not right."


def test_a_customer_linked_elsewhere_is_refused_and_the_vendor_stays(browser: Any, standing: Link) -> None:
    customer = make_customer("Ridgeline Land")
    make_link(CUSTOMER, make_company("Ridgeline Land Holding"), customer)
    before = state()
    response = browser.post(url(standing), {"target": customer.pk, "old": "end"})
    assert response.status_code == 422
    sentence = "Ridgeline Land is linked to Ridgeline Land Holding in Procore already. Unlink it first."
    assert response.context["dialog"]["error"] == sentence
    assert response.context["dialog"]["choices"][1]["is_current"]
    assert (state(), MappingRun.objects.count(), LinkChange.objects.count()) == (before, 0, 0)


def test_nothing_chosen_is_asked_again(browser: Any, standing: Link) -> None:
    vendor = make_vendor("Ridgeline Supply")
    for target in ("", "abc", str(vendor.pk)):
        response = browser.post(url(standing), {"target": target, "old": "end"})
        assert (response.status_code, response.context["dialog"]["error"]) == (422, "Choose the row it is linked to.")
    assert Link.objects.get() == standing


def test_a_vendor_without_a_company_or_a_kind_of_one_role_has_no_role_to_change(browser: Any) -> None:
    from_nowhere = make_link(VENDOR, make_company("Gone"), make_vendor("Gone Inc"))
    from_nowhere.left_id = "404"
    from_nowhere.save()
    assert browser.get(url(from_nowhere)).status_code == 404


def test_an_employee_paid_as_vendor_has_one_role(browser: Any) -> None:
    made = make_link(EMPLOYEE_VENDOR, make_row(EMPLOYEE_VENDOR.left, "Dana Boyd"), make_vendor("Boyd Labor"))
    assert browser.get(f"/mapping/employees/role/{made.pk}/").status_code == 404
