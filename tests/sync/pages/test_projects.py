"""Projects whose sub-customers differ are decided many at a time, each for what was shown of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.procore import resources as procore
from mapping.models import Link
from sync.models import Entry, Event
from tests.factories import connections, make_entry

pytestmark = pytest.mark.usefixtures("scope")
PAGE = "/activity/projects/"


def held(number: int, code: str = "project_renamed", **detail: str) -> Entry:
    left, right = connections()
    link = {"left_connection": left, "right_connection": right, "chosen_by": "hand"}
    Link.objects.create(kind="project", left_id=f"90{number}", right_id=f"5{number}", **link)
    told = {"job": f"Old {number}", "approval": f"rename:{number}", "keeps": f"name=New {number}", **detail}
    return make_entry(
        "held",
        flow="project_changes",
        source_type=procore.PROJECTS.key,
        source_id=f"90{number}",
        target_id=f"5{number}",
        target_type="JobChange",
        number=f"24{number}",
        title=f"Lofts {number}",
        notices=[{"code": code, "subject": f"New {number}", "detail": told}],
    )


@pytest.fixture
def page(approver: Any, client_of: Any) -> Client:
    client: Client = client_of(approver)
    return client


def values(page: Client) -> dict[str, str]:
    return {row["name"]: row["value"] for row in page.get(PAGE).context["rows"]}


def send(page: Client, act: str, *ticked: str) -> list[str]:
    answer = page.post(PAGE, {"act": act, "row": list(ticked)}, follow=True)
    return [str(each) for each in answer.context["messages"]]


def test_the_ticked_ones_follow_or_are_kept_and_the_rest_stands(page: Client) -> None:
    first, second, third, fourth = held(1), held(2), held(3), held(4, code="books_project", what="its name")
    named = values(page)
    assert list(named) == ["Lofts 1", "Lofts 2", "Lofts 3", "Lofts 4"]
    assert send(page, "follow", named["Lofts 1"], named["Lofts 4"]) == [
        "1 sub-customer is being changed as in Procore.",
        "1 project was left alone, changed meanwhile or not to be decided that way.",
    ]
    assert send(page, "keep", named["Lofts 2"], named["Lofts 4"]) == ["2 sub-customers are kept as they are."]
    # What follows is on its way, and cannot be decided once more meanwhile.
    assert (list(values(page)), page.get(PAGE).context["going"]) == (["Lofts 3"], 1)
    assert send(page, "keep", named["Lofts 1"])[0].startswith("1 project was left alone")
    first.refresh_from_db()
    assert (first.approvals, first.due_at is not None) == (["rename:1"], True)
    for entry in (second, fourth):
        entry.refresh_from_db()
        assert (entry.state, entry.notices, entry.approvals) == ("posted", [], [])
    assert second.facts == {"job": "52", "name": "New 2"}
    third.refresh_from_db()
    assert (third.state, third.approvals) == ("held", [])
    assert list(Event.objects.order_by("id").values_list("what", flat=True)) == ["approved", "kept", "kept"]


def test_a_yes_is_for_what_was_shown(page: Client) -> None:
    entry = held(1)
    (shown,) = values(page).values()
    changed = [{**entry.notices[0], "detail": {**entry.notices[0]["detail"], "approval": "rename:later"}}]
    Entry.objects.filter(pk=entry.pk).update(notices=changed)
    assert send(page, "follow", shown, shown, "7", "x-y") == [
        "3 projects were left alone, changed meanwhile or not to be decided that way."
    ]
    assert send(page, "follow") == ["Tick the projects first."]
    assert send(page, "erase", *values(page).values()) == ["Tick the projects first."]
    entry.refresh_from_db()
    assert (entry.state, entry.approvals, entry.notices) == ("held", [], changed)


def test_projects_in_order_are_not_listed(page: Client) -> None:
    make_entry(flow="project_changes", source_id="901", notices=[])
    make_entry("waiting", flow="project_changes", source_id="902", notices=[{"code": "project_archived_open"}])
    answer = page.get(PAGE)
    assert (answer.context["rows"], reverse("activity:projects")) == ([], PAGE)
    assert "Every linked project is as its sub-customer, or was decided." in answer.content.decode()
