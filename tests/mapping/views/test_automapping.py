from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from mapping.automap import tasks as automap_tasks
from mapping.automap.running import LONGEST_SILENCE, automap
from mapping.kinds import CUSTOMER
from mapping.models import Link, MappingRun, SuggestedPair
from mapping.page import frame as frame_module
from mapping.screens import SECTIONS
from tests.mapping.factories import make_code, make_company, make_customer, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
CONTACTS = "/mapping/contacts/"
AUTOMAP = f"{CONTACTS}automap/"


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


def told(response: Any) -> tuple[str, str]:
    last = list(get_messages(response.wsgi_request))[-1]
    return last.message, last.extra_tags


def run_all(tenant: Any) -> None:
    """What a worker does."""
    for run in MappingRun.objects.filter(state=MappingRun.State.WAITING):
        automap_tasks.automap(tenant_id=tenant.pk, run_id=run.pk)


def card(browser: Any) -> Any:
    return browser.get(CONTACTS).context["automap"]


def test_a_run_is_begun_carried_out_by_a_worker_and_undone(browser: Any, tenant: Any, admin_user: Any) -> None:
    make_company("Aspen")
    make_vendor("Aspen Inc")
    response = browser.post(AUTOMAP, {"next": "/mapping/contacts/?tab=mapped"})
    run = MappingRun.objects.get()
    assert (response.status_code, response.url) == (302, "/mapping/contacts/?tab=mapped")
    assert (run.started_by, run.what, run.state) == (admin_user, "automap", "waiting")
    assert not Link.objects.exists()
    progress = card(browser)["progress"]
    assert progress.label == "Comparing Procore companies with QuickBooks contacts"
    run_all(tenant)
    run.refresh_from_db()
    assert (run.state, run.linked, run.unsure) == ("done", 1, 0)
    page = card(browser)
    assert (page["progress"], page["run"]["title"]) == (None, "Automap linked 1 pair")
    response = browser.post(page["run"]["undo"].url)
    assert told(response)[0] == "The run is undone, 1 pair unlinked"
    assert not Link.objects.exists()
    assert told(browser.post(f"/mapping/runs/{run.pk}/undo/"))[0] == "This run was undone before."


def test_of_two_runs_at_once_one_wins_and_the_other_is_told(browser: Any, tenant: Any) -> None:
    make_company("Aspen")
    make_vendor("Aspen Inc")
    browser.post(AUTOMAP)
    response = browser.post(AUTOMAP)
    assert told(response)[0] == (
        "Automap of Contacts is at work already, started by adam. A second one was not begun."
    )
    assert MappingRun.objects.count() == 1
    run_all(tenant)
    assert Link.objects.count() == 1


def test_a_run_whose_worker_was_lost_is_said_to_have_stopped(browser: Any, tenant: Any) -> None:
    make_company("Aspen")
    make_vendor("Aspen Inc")
    browser.post(AUTOMAP)
    silent = timezone.now() - LONGEST_SILENCE - timedelta(minutes=1)
    MappingRun.objects.update(state="running", beat_at=silent)
    page = card(browser)
    assert page["error"] == "The last run stopped before its end. Nothing of it was linked. Run it again."
    assert page["progress"] is None
    lost = MappingRun.objects.get()
    browser.post(AUTOMAP)
    run_all(tenant)
    lost.refresh_from_db()
    assert (lost.state, MappingRun.objects.exclude(pk=lost.pk).get().linked) == ("failed", 1)
    assert card(browser)["error"] is None


def test_without_connections_a_run_says_what_is_missing(browser: Any) -> None:
    assert told(browser.post(AUTOMAP))[0] == "Procore is not connected. Connect it in Settings."
    assert not MappingRun.objects.exists()


def test_a_section_that_is_not_automapped_has_no_such_page(browser: Any) -> None:
    assert browser.post("/mapping/override-accounts/automap/").status_code == 404


def test_codes_first_is_remembered_for_the_section(browser: Any, tenant: Any) -> None:
    make_code("01-100", "Permits")
    make_vendor("Aspen")
    codes = "/mapping/account-codes/"
    assert browser.get(codes).context["automap"]["codes_first"] == {
        "label": "Codes first, then names",
        "is_on": False,
    }
    browser.post(f"{codes}automap/", {"codes_first": "1"})
    assert MappingRun.objects.get().options == {"codes_first": True}
    run_all(tenant)
    assert browser.get(codes).context["automap"]["codes_first"]["is_on"] is True
    assert card(browser)["codes_first"] is None


def test_a_review_is_closed_and_opened_again(browser: Any, tenant: Any) -> None:
    make_company("Smith Electric LLC")
    make_vendor("Smith Electrical Inc")
    browser.post(AUTOMAP)
    run_all(tenant)
    run = MappingRun.objects.get()
    response = browser.post(f"/mapping/runs/{run.pk}/close/")
    assert told(response)[1] == f"undo:/mapping/runs/{run.pk}/reopen/"
    run.refresh_from_db()
    assert run.closed_at is not None
    assert (card(browser)["run"], card(browser)["review"]["label"]) == (None, "Review 1")
    browser.post(f"/mapping/runs/{run.pk}/reopen/")
    run.refresh_from_db()
    assert run.closed_at is None


def test_what_a_person_linked_meanwhile_survives_the_undo(browser: Any, tenant: Any) -> None:
    by_hand = make_link(CUSTOMER, make_company("Basin"), make_customer("Basin"))
    make_company("Aspen")
    make_vendor("Aspen")
    browser.post(AUTOMAP)
    run_all(tenant)
    browser.post(f"/mapping/runs/{MappingRun.objects.get().pk}/undo/")
    assert list(Link.objects.all()) == [by_hand]
    assert [(pair.kind, pair.score) for pair in SuggestedPair.objects.all()] == [("vendor", 100)]


def test_a_run_that_ends_while_its_page_is_made_is_counted_whole(
    browser: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_company("Smith Electric LLC")
    make_vendor("Smith Electrical Inc")
    load = frame_module.load_facts

    def end_meanwhile(*given: Any) -> Any:
        found = load(*given)
        automap(SECTIONS["contacts"], owner)
        return found

    monkeypatch.setattr(frame_module, "load_facts", end_meanwhile)
    assert card(browser)["run"] is None
    monkeypatch.undo()
    assert card(browser)["run"]["detail"] == "1 to review, 0 companies without a match"
