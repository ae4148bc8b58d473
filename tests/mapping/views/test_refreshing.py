"""The refresh block, the page of what changed, and the mends of links whose rows are gone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.models import Connection
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.directory.tasks import LONGEST_SILENCE, LOST
from mapping.kinds import COST_CODE_ACCOUNT, VENDOR
from mapping.models import Link, LinkChange, Refresh, RefreshChange, RemoteItem
from tests.factories import connections
from tests.mapping.factories import make_account, make_code, make_company, make_link, make_row, make_vendor

pytestmark = pytest.mark.usefixtures("scope")
CONTACTS = "/mapping/contacts/"
CHANGES = "/mapping/contacts/refresh/changes/"
GONE = {"is_active": False, "vanished_at": timezone.now()}


@pytest.fixture
def browser(client_of: Any, admin_user: Any) -> Any:
    connections()
    return client_of(admin_user)


def make_reading(**facts: Any) -> Refresh:
    ended = {"state": Refresh.State.DONE, "ended_at": timezone.now(), "read": 120}
    return Refresh.objects.create(**{"section": "contacts", "side": "quickbooks", **ended, **facts})


def note(reading: Refresh, what: str, name: str, **facts: Any) -> RefreshChange:
    known = {"resource": qbo.VENDORS.key, "remote_id": "1"}
    return RefreshChange.objects.create(refresh=reading, what=what, name=name, **{**known, **facts})


def block(browser: Any, tab: str = "quickbooks") -> dict[str, Any]:
    found: dict[str, Any] = browser.get(f"{CONTACTS}?tab={tab}").context["refresh"]
    return found


def mends(browser: Any, order: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    rows = browser.get(f"{CONTACTS}?tab=mapped{order}").context["rows"]
    return [
        (row["flag"]["text"] if row["flag"] else "", [(mend.label, mend.method) for mend in row["mends"]])
        for row in rows
    ]


class TestBlock:
    def test_while_it_reads_it_says_what(self, browser: Any) -> None:
        reading = make_reading(
            state=Refresh.State.RUNNING, ended_at=None, read=40, expected=90, beat_at=timezone.now()
        )
        assert block(browser)["progress"].label == "Reading QuickBooks"
        Refresh.objects.update(message="Inactive Procore companies")
        shown = block(browser)
        assert (shown["progress"].label, shown["progress"].done, shown["progress"].total) == (
            "Reading inactive Procore companies",
            40,
            90,
        )
        assert (shown["changes"], shown["error"], shown["note"]) == (None, None, None)
        assert block(browser, "procore")["progress"] is None
        Refresh.objects.filter(pk=reading.pk).update(beat_at=timezone.now() - LONGEST_SILENCE - timedelta(seconds=9))
        lost = block(browser)
        assert (lost["progress"], lost["error"]) == (None, LOST)

    def test_afterwards_it_tells_what_changed_and_leads_there(self, browser: Any) -> None:
        reading = make_reading(added=3, renamed=1, merged=2)
        shown = block(browser)
        assert re.fullmatch(r"Read \d+ \w+ \d{4}, \d\d:\d\d\.", shown["note"])
        assert shown["changes"] == "3 new, 1 renamed, 2 merged"
        assert shown["changes_url"] == f"{CHANGES}?side=quickbooks&reading={reading.pk}"
        page = browser.get(f"{CONTACTS}?tab=quickbooks").content.decode()
        assert f'href="{CHANGES}?side=quickbooks&amp;reading={reading.pk}">3 new, 1 renamed, 2 merged</a>' in page

    def test_those_who_only_look_see_it_without_the_button(self, browser: Any, client_of: Any, viewer: Any) -> None:
        make_reading(added=3)
        page = client_of(viewer).get(f"{CONTACTS}?tab=quickbooks")
        assert (page.context["refresh"]["url"], page.context["refresh"]["changes"]) == (None, "3 new")
        assert 'id="refresh-run"' not in page.content.decode()
        assert 'id="refresh-run"' in browser.get(f"{CONTACTS}?tab=quickbooks").content.decode()
        assert client_of(viewer).get(CHANGES).status_code == 200

    def test_a_remark_stands_beside_it(self, browser: Any) -> None:
        make_reading(message="1 project was left out.")
        assert "1 project was left out." in browser.get(f"{CONTACTS}?tab=quickbooks").content.decode()
        assert block(browser)["changes"] is None


class TestChanges:
    def test_each_change_with_its_name_before(self, browser: Any) -> None:
        reading = make_reading(added=1, renamed=1, inactivated=1)
        note(reading, "added", "Aspen")
        note(reading, "renamed", "Birch Group", old_name="Birch")
        note(reading, "inactivated", "Cedar (deleted)", old_name="Cedar")
        shown = browser.get(f"{CHANGES}?side=quickbooks").context
        assert [(row["what"], row["name"], row["old_name"]) for row in shown["rows"]] == [
            ("New", "Aspen", ""),
            ("Inactive", "Cedar (deleted)", "Cedar"),
            ("Renamed", "Birch Group", "Birch"),
        ]
        assert [row["list"] for row in shown["rows"]] == ["QuickBooks vendors"] * 3
        assert shown["counts"] == "1 new, 1 renamed, 1 inactive"
        only = browser.get(f"{CHANGES}?side=quickbooks&what=renamed").context
        assert [row["name"] for row in only["rows"]] == ["Birch Group"]

    def test_what_is_gone_says_what_it_was_merged_into(self, browser: Any) -> None:
        kept = make_vendor("Northwest Crane Service LLC", email="ap@nw.example")
        make_vendor("NW Crane", remote_id="71", merged_into=kept.remote_id, **GONE)
        make_vendor("N.W. Crane", remote_id="72", email="AP@nw.example", **GONE)
        make_vendor("Dogwood", remote_id="73", **GONE)
        reading = make_reading(merged=1, inactivated=2)
        note(reading, "merged", "NW Crane", remote_id="71")
        note(reading, "inactivated", "N.W. Crane", remote_id="72")
        note(reading, "inactivated", "Dogwood", remote_id="73")
        rows = browser.get(f"{CHANGES}?side=quickbooks").context["rows"]
        assert {row["name"]: row["story"] for row in rows} == {
            "NW Crane": "Merged into Northwest Crane Service LLC",
            "N.W. Crane": "May have been merged into Northwest Crane Service LLC",
            "Dogwood": "Not in the list any more",
        }

    def test_counts_past_the_list_are_said(self, browser: Any) -> None:
        reading = make_reading(added=700)
        note(reading, "added", "Aspen")
        shown = browser.get(f"{CHANGES}?side=quickbooks")
        assert shown.context["unlisted"] == 699
        assert "699 more changes were counted and not listed one by one." in shown.content.decode()

    def test_an_earlier_reading_can_be_chosen_and_another_sections_not(self, browser: Any) -> None:
        old, new = make_reading(renamed=1), make_reading()
        Refresh.objects.filter(pk=old.pk).update(started_at=timezone.now() - timedelta(days=1))
        other = make_reading(section="projects")
        note(old, "renamed", "Birch", old_name="Beech")
        assert browser.get(f"{CHANGES}?side=quickbooks").context["reading"] == new
        assert browser.get(f"{CHANGES}?side=quickbooks&reading={old.pk}").context["rows"][0]["name"] == "Birch"
        assert browser.get(f"{CHANGES}?side=quickbooks&reading={other.pk}").context["reading"] == new

    def test_empty_states(self, browser: Any) -> None:
        titles = []
        titles.append(browser.get(f"{CHANGES}?side=procore").context["empty"].title)
        first = make_reading(side="procore", added=9)
        titles.append(browser.get(f"{CHANGES}?side=procore").context["empty"].title)
        Refresh.objects.filter(pk=first.pk).update(added=0)
        titles.append(browser.get(f"{CHANGES}?side=procore").context["empty"].title)
        titles.append(browser.get(f"{CHANGES}?side=procore&what=merged").context["empty"].title)
        assert titles == ["Not read yet", "First reading", "Nothing changed", "None of these"]

    def test_fifty_to_a_page_and_any_address_is_an_answer(self, browser: Any) -> None:
        reading = make_reading(added=60)
        for number in range(60):
            note(reading, "added", f"Vendor {number:02}")
        second = browser.get(f"{CHANGES}?side=quickbooks&page=2").context
        assert second["rows"][0]["name"] == "Vendor 50"
        assert (second["page"].first, second["page"].last, second["page"].total) == (51, 60, 60)
        for address in ("side=quickbooks&page=x&reading=x&what=x", "reading=99999999999999999999999"):
            assert browser.get(f"{CHANGES}?{address}").status_code == 200
        assert browser.get(f"{CHANGES}?side=moon").status_code == 404


class TestMends:
    def test_a_merged_row_is_used_with_one_press(self, browser: Any, admin_user: Any) -> None:
        kept = make_vendor("Northwest Crane Service LLC")
        lost = make_vendor("NW Crane", merged_into=kept.remote_id, **GONE)
        standing = make_link(VENDOR, make_company("NW Crane"), lost)
        assert mends(browser) == [
            (
                "Merged into Northwest Crane Service LLC in QuickBooks",
                [("Use Northwest Crane Service LLC", "post"), ("Link to another", "get")],
            )
        ]
        answer = browser.post(f"{CONTACTS}repoint/{standing.pk}/", {"target": kept.pk})
        assert (answer.status_code, answer.url) == (302, f"{CONTACTS}?tab=mapped")
        assert Link.objects.get().right_id == kept.remote_id
        assert [change.action for change in LinkChange.objects.order_by("pk")] == ["unlinked", "linked"]
        assert LinkChange.objects.first().actor == admin_user
        assert mends(browser) == [("", [])]

    def test_what_is_only_likely_is_not_offered_as_known(self, browser: Any) -> None:
        make_vendor("NW Crane, LLC")
        make_link(VENDOR, make_company("NW Crane"), make_vendor("NW Crane", **GONE))
        text = "Not in QuickBooks any more, may have been merged into NW Crane, LLC"
        assert mends(browser) == [(text, [("Link to another", "get")])]

    def test_the_dialog_puts_a_survivor_under_an_unlike_name_first_and_chooses_nothing(self, browser: Any) -> None:
        lost = make_vendor("Bluebird Holdings", phone="(303) 555-0142", **GONE)
        standing = make_link(VENDOR, make_company("Bluebird Holdings"), lost)
        make_vendor("Bluebird Hauling", phone="303 555 0177")
        kept = make_vendor("Northwest Crane Service", phone="+1 303.555.0142")
        url = f"{CONTACTS}repoint/{standing.pk}/"
        first = browser.get(url).context["dialog"]["suggestions"][0]
        assert (first["id"], first["score"], first["is_checked"]) == (str(kept.pk), None, False)
        assert first["reason"] == "Bluebird Holdings may have been merged into it. Same phone"
        make_link(VENDOR, make_company("Crane"), kept)
        told = b"Bluebird Holdings may have been merged into it. Same phone. Linked to Crane in Procore already"
        assert told in browser.get(url).content
        assert Link.objects.get(pk=standing.pk).right_id == lost.remote_id

    def test_the_dialog_offers_all_but_what_others_have(self, browser: Any) -> None:
        standing = make_link(VENDOR, make_company("NW Crane"), make_vendor("NW Crane", is_active=False))
        make_vendor("NW Crane Service")
        make_link(VENDOR, make_company("Birch"), make_vendor("Birch"))
        page = browser.get(f"{CONTACTS}repoint/{standing.pk}/")
        dialog = page.context["dialog"]
        assert (dialog["title"], dialog["button"]) == ("Link NW Crane to another", "Link to this")
        offered = {row["name"]: row["disabled_reason"] for row in (*dialog["suggestions"], *dialog["others"])}
        assert offered == {
            "NW Crane Service": None,
            "Birch": "Linked to Birch in Procore already",
            "NW Crane": "Inactive in QuickBooks",
        }

    def test_a_refusal_is_said_and_nothing_changes(self, browser: Any) -> None:
        lost, taken = make_vendor("NW Crane", **GONE), make_vendor("Birch")
        standing = make_link(VENDOR, make_company("NW Crane"), lost)
        make_link(VENDOR, make_company("Birch"), taken)
        answer = browser.post(f"{CONTACTS}repoint/{standing.pk}/", {"target": taken.pk})
        assert answer.status_code == 422
        assert answer.context["dialog"]["error"] == "Birch is linked to Birch in Procore already. Unlink it first."
        for target in ("", "x", "9" * 30, str(10**9)):
            assert browser.post(f"{CONTACTS}repoint/{standing.pk}/", {"target": target}).status_code == 422
        assert Link.objects.get(pk=standing.pk).right_id == lost.remote_id
        assert not LinkChange.objects.exists()

    def test_a_procore_row_that_is_gone_gets_another_procore_row(self, browser: Any) -> None:
        vendor, company = make_vendor("NW Crane"), make_company("NW Crane Inc")
        standing = make_link(VENDOR, make_company("NW Crane", **GONE), vendor)
        assert mends(browser) == [("Not in Procore any more", [("Link to another", "get")])]
        dialog = browser.get(f"{CONTACTS}repoint/{standing.pk}/").context["dialog"]
        assert (dialog["side"], dialog["suggestions"][0]["name"]) == ("quickbooks", "NW Crane Inc")
        browser.post(f"{CONTACTS}repoint/{standing.pk}/", {"target": company.pk})
        assert (Link.objects.get().left_id, Link.objects.get().right_id) == (company.remote_id, vendor.remote_id)

    def test_all_codes_of_an_account_move_at_once(self, browser: Any) -> None:
        old, new = make_account("Concrete (deleted)", is_active=False), make_account("Concrete costs")
        links = [make_link(COST_CODE_ACCOUNT, make_code(f"03-{n}", f"Code {n}"), old) for n in range(4)]
        kept = make_link(COST_CODE_ACCOUNT, make_code("09-1", "Other"), make_account("Other"))
        url = f"/mapping/account-codes/repoint/{links[0].pk}/"
        assert browser.get(url).context["dialog"]["also"] == "Link the other 3 rows too"
        other_list = make_vendor("Not an account")
        assert browser.post(url, {"target": other_list.pk, "all": "1"}).status_code == 422
        assert set(Link.objects.values_list("right_id", flat=True)) == {old.remote_id, kept.right_id}
        assert browser.post(url, {"target": new.pk, "all": "1"}).status_code == 302
        moved = Link.objects.exclude(pk=kept.pk)
        assert sorted(moved.values_list("left_id", "right_id")) == sorted(
            (link.left_id, new.remote_id) for link in links
        )
        done = [change.action for change in LinkChange.objects.all()]
        assert (done.count("unlinked"), done.count("linked")) == (4, 4)
        assert Link.objects.get(pk=kept.pk).right_id == kept.right_id

    def test_with_neither_half_left_only_unlinking_helps(self, browser: Any) -> None:
        left, right = make_company("Aspen"), make_vendor("Aspen")
        standing = make_link(VENDOR, left, right)
        RemoteItem.objects.all().delete()
        assert mends(browser, "&sort=linked") == [("Not in QuickBooks any more", [])]
        assert browser.get(f"{CONTACTS}repoint/{standing.pk}/").status_code == 302

    def test_those_who_only_look_see_the_badge(self, browser: Any, client_of: Any, viewer: Any) -> None:
        make_link(VENDOR, make_company("Aspen"), make_vendor("Aspen", is_active=False))
        assert mends(client_of(viewer)) == [("Inactive in QuickBooks", [])]

    def test_a_whole_page_of_gone_rows_costs_two_statements_more(
        self, browser: Any, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(20):
            make_link(VENDOR, make_company(f"Aspen {number}"), make_vendor(f"Aspen {number}", **GONE))
            make_row(procore.VENDORS, f"Birch {number}")
        with django_assert_max_num_queries(20):
            assert len(mends(browser)) == 20


def test_a_running_reading_shows_its_progress(browser: Any) -> None:
    Refresh.objects.create(section="contacts", side="procore", state="running", read=148, expected=232)
    refresh = block(browser, "procore")
    assert (refresh["progress"].label, refresh["progress"].done, refresh["progress"].total) == (
        "Reading Procore",
        148,
        232,
    )
    shown = browser.get(f"{CONTACTS}refresh/?side=procore").content
    assert b"148" in shown
    assert b"<html" not in shown


def test_a_reading_that_ended_says_when_and_what_changed(browser: Any) -> None:
    facts = {"added": 3, "inactivated": 1, "ended_at": timezone.now()}
    Refresh.objects.create(section="contacts", side="procore", state="done", **facts)
    refresh = block(browser, "procore")
    assert refresh["progress"] is None
    assert refresh["changes"] == "3 new, 1 inactive"
    # To a reader who waits for it the end is read out, by the block that asks again. Another visit says nothing.
    page = f"{CONTACTS}?tab=procore"
    polled = browser.get(page, headers={"HX-Request": "true", "HX-Trigger": "refresh"}).content.decode()
    assert f'data-announce="{refresh["note"]} 3 new, 1 inactive"' in polled
    assert "data-announce" not in browser.get(page).content.decode()
    Refresh.objects.create(section="contacts", side="procore", state="failed", message="Procore was not reachable.")
    assert block(browser, "procore")["error"] == "Procore was not reachable."


def test_refreshing_begins_in_the_background(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapping.views.pages.start_refresh", lambda *named: started.append(named))
    started: list[Any] = []
    response = browser.post(f"{CONTACTS}refresh/", {"side": "quickbooks"})
    assert (response.status_code, response.url) == (302, f"{CONTACTS}?tab=quickbooks")
    assert started == [("contacts", "quickbooks")]
    Connection.objects.update(state=Connection.State.BROKEN)
    browser.post(f"{CONTACTS}refresh/", {"side": "quickbooks"})
    assert len(started) == 1
    assert browser.post(f"{CONTACTS}refresh/", {"side": "sideways"}).status_code == 404
