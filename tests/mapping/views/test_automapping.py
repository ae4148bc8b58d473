from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from mapping.kinds import CUSTOMER, VENDOR
from mapping.models import Link, MappingRun, SuggestedPair
from tests.mapping.factories import make_company, make_customer, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
AUTOMAP = "/mapping/contacts/automap/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


def told(response: Any) -> tuple[str, str]:
    last = list(get_messages(response.wsgi_request))[-1]
    return last.message, last.extra_tags


def test_a_run_links_and_is_undone(browser: Any, admin_user: Any) -> None:
    make_company("Aspen")
    make_vendor("Aspen Inc")
    response = browser.post(AUTOMAP, {"next": "/mapping/contacts/?tab=mapped"})
    run = MappingRun.objects.get()
    assert (response.status_code, response.url) == (302, "/mapping/contacts/?tab=mapped")
    assert told(response) == ("Automap linked 1 pair, 0 to review", f"undo:/mapping/runs/{run.pk}/undo/")
    assert run.started_by == admin_user
    response = browser.post(f"/mapping/runs/{run.pk}/undo/")
    assert told(response)[0] == "The run is undone, 1 pair unlinked"
    assert not Link.objects.exists()
    response = browser.post(f"/mapping/runs/{run.pk}/undo/")
    assert told(response)[0] == "This run was undone before."


def test_without_connections_a_run_says_what_is_missing(browser: Any) -> None:
    assert told(browser.post(AUTOMAP))[0] == "Procore is not connected. Connect it in Settings."
    assert not MappingRun.objects.exists()


def test_finding_nothing_is_said(browser: Any) -> None:
    make_company("Aspen")
    assert told(browser.post(AUTOMAP)) == ("Automap found no more pairs", "")


def test_a_review_is_closed_and_opened_again(browser: Any) -> None:
    make_company("Smith Electric LLC")
    make_vendor("Smith Electrical Inc")
    browser.post(AUTOMAP)
    run = MappingRun.objects.get()
    response = browser.post(f"/mapping/runs/{run.pk}/close/")
    assert told(response)[1] == f"undo:/mapping/runs/{run.pk}/reopen/"
    run.refresh_from_db()
    assert run.closed_at is not None
    browser.post(f"/mapping/runs/{run.pk}/reopen/")
    run.refresh_from_db()
    assert run.closed_at is None


def test_a_doubtful_pair_is_linked_by_hand(browser: Any, admin_user: Any) -> None:
    company, vendor = make_company("Smith Electric LLC"), make_vendor("Smith Electrical Inc")
    browser.post(AUTOMAP)
    pair = SuggestedPair.objects.get()
    response = browser.post(f"/mapping/pairs/{pair.pk}/link/")
    made = Link.objects.get()
    assert (made.left_id, made.right_id, made.chosen_by, made.actor) == (
        company.remote_id,
        vendor.remote_id,
        "hand",
        admin_user,
    )
    assert told(response)[1] == f"undo:/mapping/contacts/unlink/{made.pk}/"
    page = browser.get("/mapping/contacts/")
    assert page.context["automap"]["run"]["pairs"] == []


def test_a_pair_whose_side_was_linked_meanwhile_is_refused(browser: Any) -> None:
    company = make_company("Smith Electric LLC")
    make_vendor("Smith Electrical Inc")
    browser.post(AUTOMAP)
    make_link(VENDOR, company, make_vendor("Smith & Co"))
    response = browser.post(f"/mapping/pairs/{SuggestedPair.objects.get().pk}/link/")
    assert told(response)[0] == "Smith Electric LLC is linked to Smith & Co in QuickBooks already. Unlink it first."
    assert Link.objects.count() == 1


def test_a_rejected_pair_goes_and_can_come_back(browser: Any, admin_user: Any) -> None:
    make_company("Smith Electric LLC")
    make_vendor("Smith Electrical Inc")
    browser.post(AUTOMAP)
    pair = SuggestedPair.objects.get()
    response = browser.post(f"/mapping/pairs/{pair.pk}/reject/")
    pair.refresh_from_db()
    assert pair.rejected_at is not None
    assert pair.rejected_by == admin_user
    assert told(response) == ("Not offered again", f"undo:/mapping/pairs/{pair.pk}/allow/")
    page = browser.get("/mapping/contacts/?tab=procore")
    assert page.context["automap"]["run"]["pairs"] == []
    assert page.context["rows"][0]["suggestion"] is None
    browser.post(f"/mapping/pairs/{pair.pk}/allow/")
    page = browser.get("/mapping/contacts/?tab=procore")
    assert page.context["rows"][0]["suggestion"]["name"] == "Smith Electrical Inc"


def test_what_a_person_linked_meanwhile_survives_the_undo(browser: Any) -> None:
    by_hand = make_link(CUSTOMER, make_company("Basin"), make_customer("Basin"))
    make_company("Aspen")
    make_vendor("Aspen")
    browser.post(AUTOMAP)
    browser.post(f"/mapping/runs/{MappingRun.objects.get().pk}/undo/")
    assert list(Link.objects.all()) == [by_hand]
