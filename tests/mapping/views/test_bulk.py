"""Changes of many rows: a worker makes them, whole or not at all, and a page says what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from mapping.automap.running import suggest_section
from mapping.bulk import acts, tasks
from mapping.bulk.tasks import BROKE, LOST, change_many
from mapping.kinds import VENDOR
from mapping.models import LeftOut, Link, MappingRun, SuggestedPair
from mapping.screens import SECTIONS
from mapping.views import bulk
from smoothx.lib.shapes import Progress
from tests.mapping.factories import make_code, make_company, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
NAMES = ("Aspen", "Birch", "Cedar")
LIST = "/mapping/contacts/?tab=mapped"


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 1)


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    return client_of(admin_user)


@pytest.fixture
def links() -> list[Link]:
    return [make_link(VENDOR, make_company(f"{name} Co"), make_vendor(name)) for name in NAMES]


def linked() -> list[str]:
    return list(Link.objects.order_by("left_id").values_list("left_id", flat=True))


def work(response: Any, tenant: Any) -> MappingRun:
    """Do what the answer leads to the page of, as a worker does."""
    run = MappingRun.objects.latest("pk")
    assert (response.status_code, response.url) == (302, f"/mapping/changes/{run.pk}/")
    change_many(tenant_id=tenant.pk, run_id=run.pk)
    run.refresh_from_db()
    return run


def test_many_pairs_are_unlinked_by_a_worker_and_linked_again_by_one(
    browser: Any, links: list[Link], scope: Any, admin_user: Any
) -> None:
    before = linked()
    asked = browser.post("/mapping/contacts/unlink/", {"all": "1", "next": LIST}).context["confirm"]
    response = browser.post("/mapping/contacts/unlink/", {**asked.fields, "next": LIST})
    page = browser.get(response.url).context
    assert (page["title"], page["notice"], page["undo"]) == ("Unlinking 3 pairs", None, None)
    assert (page["progress"], linked()) == (Progress(label="Under way", done=0), before)
    run = work(response, scope)
    assert (run.state, run.done, run.started_by, linked()) == ("done", 3, admin_user, [])
    page = browser.get(response.url).context
    assert (page["progress"], page["notice"].title, page["home_url"]) == (None, "3 pairs unlinked.", LIST)

    undo = work(browser.post(page["undo"].url, dict(page["undo"].fields)), scope)
    assert (undo.state, undo.done, linked()) == ("done", 3, before)
    assert browser.get(f"/mapping/changes/{undo.pk}/").context["notice"].title == (
        "The run is undone, 3 pairs linked again."
    )
    page = browser.get(response.url).context
    assert (page["notice"].title, page["undo"]) == ("This change is undone.", None)


def test_a_message_that_comes_twice_changes_nothing_more(browser: Any, links: list[Link], scope: Any) -> None:
    run = work(browser.post("/mapping/contacts/unlink/", {"all": "1", "confirmed": "1", "next": LIST}), scope)
    make_link(VENDOR, make_company("Denver Co"), make_vendor("Denver"))
    change_many(tenant_id=scope.pk, run_id=run.pk)
    assert len(linked()) == 1


def test_many_rows_are_left_out_and_taken_back(browser: Any, scope: Any) -> None:
    for name in NAMES:
        make_company(name)
    address = "/mapping/contacts/?tab=procore"
    run = work(browser.post("/mapping/contacts/leave-out/", {"all": "1", "next": address}), scope)
    assert (run.options["told"], LeftOut.objects.count()) == ("3 companies are left out", 3)
    address = f"{address}&show=left_out"
    run = work(browser.post("/mapping/contacts/take-back/", {"all": "1", "next": address}), scope)
    assert (run.options["told"], LeftOut.objects.count()) == ("3 companies are to be mapped again", 0)


def test_codes_without_a_default_to_go_to_stay(browser: Any, scope: Any) -> None:
    for number in range(3):
        make_code(f"01-10{number}", "Steel")
    response = browser.post("/mapping/account-codes/leave-out/", {"all": "1", "next": "/mapping/account-codes/"})
    run = work(response, scope)
    assert (run.state, LeftOut.objects.exists()) == ("failed", False)
    notice = browser.get(response.url).context["notice"]
    assert (notice.severity, notice.title, notice.text) == ("bad", "Nothing was changed.", run.message)
    assert run.message.endswith("is not set, so a code left out would have nowhere to go. Set it first.")


def test_pairs_above_a_line_are_linked_if_they_are_as_many_as_was_said(browser: Any, scope: Any) -> None:
    for name in NAMES:
        make_company(f"{name} Roofing"), make_vendor(f"{name} Roofing Inc")
    suggest_section(SECTIONS["contacts"])
    url, asked = "/mapping/contacts/review/accept/", {"least": "60", "expected": "3"}
    response = browser.post(url, asked)
    other = browser.post(url, asked)
    SuggestedPair.objects.order_by("pk").last().delete()  # type: ignore[union-attr]
    run = work(other, scope)
    assert (run.state, run.message, linked()) == ("failed", "The list changed meanwhile: it would be 2 now.", [])
    SuggestedPair.objects.all().delete()
    suggest_section(SECTIONS["contacts"])
    first = MappingRun.objects.get(pk=response.url.split("/")[-2])
    change_many(tenant_id=scope.pk, run_id=first.pk)
    first.refresh_from_db()
    assert (first.state, first.options["told"], first.linked, len(linked())) == ("done", "3 pairs linked", 3, 3)


def test_an_error_changes_nothing_and_is_said(
    browser: Any, links: list[Link], scope: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = linked()

    def unlink_and_break(*args: Any, **kwargs: Any) -> None:
        Link.objects.all().delete()
        raise ZeroDivisionError

    response = browser.post("/mapping/contacts/unlink/", {"all": "1", "confirmed": "1", "next": LIST})
    monkeypatch.setattr(acts, "unlink_many", unlink_and_break)
    with pytest.raises(ZeroDivisionError):
        work(response, scope)
    notice = browser.get(response.url).context["notice"]
    assert (notice.severity, notice.text, linked()) == ("bad", BROKE, before)


def test_a_worker_that_died_is_told(browser: Any, links: list[Link]) -> None:
    response = browser.post("/mapping/contacts/unlink/", {"all": "1", "confirmed": "1", "next": LIST})
    MappingRun.objects.update(state="running", beat_at=Now() - tasks.LONGEST_SILENCE - timedelta(minutes=1))
    page = browser.get(response.url).context
    assert (page["progress"], page["notice"].text) == (None, LOST)
