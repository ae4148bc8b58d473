"""The buttons of a document: which are shown to whom, and what pressing them does."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages

from smoothx.tenants.models import Tenant
from sync import actions
from sync.drift import MEMO, Difference, to_text
from sync.models import Entry, Event
from sync.pages.acts import ACTS, QUESTIONS
from tests.factories import make_entry, make_outgoing, notice

TWIN = notice("duplicate_number", "bill 4402", amount="1000.00", days="0", target_id="77", target_number="4402")


@pytest.fixture
def client(approver: Any, client_of: Any) -> Any:
    return client_of(approver)


def labels(client: Any, entry: Entry) -> list[str]:
    context = client.get(f"/activity/{entry.pk}/").context
    return [action.label for action in (*context["actions"], *context["more_actions"])]


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.mark.parametrize(
    ("state", "notices", "expected"),
    [
        ("posted", [], ["Check again"]),
        ("blocked", [notice("vendor_not_mapped", "Home Depot Pro")], ["Check again", "Leave out"]),
        ("held", [TWIN], ["Post anyway", "Link to existing", "Check again", "Leave out"]),
        ("held", [notice("previous_changed", "SC-1")], ["Post the difference", "Check again", "Leave out"]),
        ("rejected", [notice("number_refused", "1187")], ["Post anyway", "Check again", "Leave out"]),
        ("uncertain", [notice("no_answer")], ["Check again"]),
        ("left_out", [], ["Check again"]),
        ("sending", [], []),
        ("queued", [], []),
    ],
)
def test_buttons_fit_the_state(
    client: Any, scope: Tenant, state: str, notices: list[Any], expected: list[str]
) -> None:
    assert labels(client, make_entry(state, notices=notices)) == expected


@pytest.mark.parametrize(
    ("state", "code", "expected"),
    [
        ("held", "target_deleted", ["Post again", "Check again", "Leave out"]),
        ("blocked", "target_missing", ["Post again", "Check again", "Leave out"]),
        ("changed_by_hand", "changed_by_hand", ["Keep as it is", "Put ours back", "Check again"]),
        ("held", "unapproved_after_posting", ["Keep as it is", "Delete in QuickBooks", "Check again"]),
        ("held", "paused", ["Check again"]),
    ],
)
def test_buttons_of_what_is_posted(client: Any, scope: Tenant, state: str, code: str, expected: list[str]) -> None:
    entry = make_entry(state, target_id="4471", target_type="Bill", notices=[notice(code, "Bill 4471")])
    assert labels(client, entry) == expected


def test_viewers_see_no_buttons(viewer: Any, client_of: Any, scope: Tenant) -> None:
    assert labels(client_of(viewer), make_entry("held", notices=[TWIN])) == []


def test_leaving_out_can_be_undone(client: Any, scope: Tenant, approver: Any) -> None:
    entry = make_entry("blocked", notices=[notice("vendor_not_mapped", "Home Depot Pro")])
    response = client.post(f"/activity/{entry.pk}/leave-out/")
    assert response.status_code == 302
    assert response["Location"] == f"/activity/{entry.pk}/"
    entry.refresh_from_db()
    assert entry.state == "left_out"
    assert Event.objects.get(entry=entry).actor == approver
    (message,) = get_messages(response.wsgi_request)
    assert str(message) == "Invoice 6. Left out. It stays in Procore."
    assert message.extra_tags == f"undo:/activity/{entry.pk}/retry/"
    client.post(f"/activity/{entry.pk}/retry/")
    entry.refresh_from_db()
    assert entry.due_at is not None


def test_posting_anyway_is_written_down_and_makes_it_due(client: Any, scope: Tenant) -> None:
    entry = make_entry("held", notices=[TWIN])
    client.post(f"/activity/{entry.pk}/post-anyway/", {"next": "/activity/?state=held"})
    entry.refresh_from_db()
    assert entry.approvals == ["post_anyway"]
    assert entry.due_at is not None


def test_an_act_that_does_not_fit_changes_nothing_and_says_why(client: Any, scope: Tenant) -> None:
    entry = make_entry("blocked", notices=[notice("vendor_not_mapped", "Home Depot Pro")])
    response = client.post(f"/activity/{entry.pk}/post-anyway/")
    assert said(response) == ["This does not fit the document as it stands now. Open it again."]
    entry.refresh_from_db()
    assert (entry.approvals, entry.due_at, Event.objects.count()) == ([], None, 0)


def test_it_goes_back_to_where_the_button_was_but_never_to_another_site(client: Any, scope: Tenant) -> None:
    entry = make_entry("blocked")
    there = client.post(f"/activity/{entry.pk}/retry/", {"next": "/activity/?state=blocked"})
    assert there["Location"] == "/activity/?state=blocked"
    elsewhere = client.post(f"/activity/{entry.pk}/retry/", {"next": "https://evil.example/"})
    assert elsewhere["Location"] == f"/activity/{entry.pk}/"


def test_an_unknown_act_is_not_found_and_none_is_done_by_a_link(client: Any, scope: Tenant) -> None:
    entry = make_entry("blocked")
    assert client.post(f"/activity/{entry.pk}/destroy/").status_code == 404
    for key in ACTS:
        # What cannot be taken back is asked about, which does nothing yet.
        assert client.get(f"/activity/{entry.pk}/{key}/").status_code == (200 if key in QUESTIONS else 405)
    entry.refresh_from_db()
    assert (entry.approvals, entry.due_at, Event.objects.count()) == ([], None, 0)


def test_an_act_of_administrators_is_neither_offered_to_others_nor_done_for_them(client: Any, scope: Tenant) -> None:
    told = {"successor": "Lofts", "successor_id": "9"}
    entry = make_entry("held", notices=[notice("sub_customer_converted", "Lofts", **told)])
    page = client.get(f"/activity/{entry.pk}/")
    shown = [*page.context["actions"], *page.context["more_actions"]]
    assert [action.label for action in shown] == ["Keep as it is", "Check again", "Leave out"]
    assert client.post(f"/activity/{entry.pk}/link-successor/").status_code == 403
    entry.refresh_from_db()
    assert (entry.state, entry.due_at, Event.objects.count()) == ("held", None, 0)


def test_the_link_dialog_offers_the_look_alike(client: Any, scope: Tenant) -> None:
    entry = make_entry("held", notices=[TWIN])
    dialog = client.get(f"/activity/{entry.pk}/link/").context["dialog"]
    assert [(o["id"], o["name"], o["context"], o["is_checked"]) for o in dialog["suggestions"]] == [
        ("77", "Bill 4402", "1,000.00, same date", True)
    ]
    assert client.get(f"/activity/{entry.pk}/link/?q=9").context["dialog"]["suggestions"] == []


def test_one_document_has_to_be_chosen(client: Any, scope: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = make_entry("held", notices=[TWIN])
    asked = []
    monkeypatch.setattr(actions, "link_existing", lambda entry, actor, *, target_id: asked.append(target_id))
    refused = client.post(f"/activity/{entry.pk}/link/", {"target": ""})
    assert (refused.status_code, refused.context["dialog"]["error"]) == (422, "Choose the document it is.")
    accepted = client.post(f"/activity/{entry.pk}/link/", {"target": "77"})
    assert accepted.status_code == 302
    assert asked == ["77"]


def test_a_document_that_does_not_fit_stays_in_the_dialog(
    client: Any, scope: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = make_entry("held", notices=[TWIN])

    def refuse(*_: Any, **__: Any) -> None:
        message = "It does not fit."
        raise actions.NotPossible(message)

    monkeypatch.setattr(actions, "link_existing", refuse)
    response = client.post(f"/activity/{entry.pk}/link/", {"target": "77"}, headers={"hx-request": "true"})
    assert response.status_code == 422
    assert response.context["dialog"]["error"] == "It does not fit."
    assert response.content.decode().lstrip().startswith("<dialog")


def test_a_write_under_way_is_not_left_out(client: Any, scope: Tenant) -> None:
    entry = make_entry("blocked")
    make_outgoing(entry, state="open", sent_at=None, closed_at=None)
    response = client.post(f"/activity/{entry.pk}/leave-out/")
    assert said(response) == ["It is being sent. Wait for its outcome first."]
    entry.refresh_from_db()
    assert entry.state == "blocked"


@pytest.mark.parametrize(("detail", "items"), [({}, ["Line 1, amount: 0.00"]), ({"done": "voided"}, None)])
def test_the_question_lists_what_is_lost_and_a_memo_only_where_it_goes(
    approver: Any, client_of: Any, scope: Tenant, detail: dict[str, str], items: list[str] | None
) -> None:
    line = Difference(("Line", "1", "Amount"), "5.00", "0.00")
    found = [Difference(MEMO, "PC-1", "Voided - PC-1"), line]
    told = notice("changed_by_hand", "Invoice 1", changes=to_text(found), version="1", **detail)
    entry = make_entry("changed_by_hand", target_type="Invoice", target_id="9", notices=[told])
    confirm = client_of(approver).get(f"/activity/{entry.pk}/put-back/").context["confirm"]
    assert confirm.items == (items or ["Memo: Voided - PC-1", "Line 1, amount: 0.00"])
    assert ("a memo excepted" in confirm.text) == (items is not None)
