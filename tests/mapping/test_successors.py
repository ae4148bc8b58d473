"""Projects of QuickBooks that may stand in the place of a sub-customer, and the button that links to one."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from connectors.procore import resources as procore
from mapping.directory.successors import find_projects_beside
from mapping.kinds import PROJECT
from mapping.models import LinkChange, RemoteItem
from mapping.page.mends import load_survivors, mend_of
from mapping.repoint import repoint
from mapping.screens import SECTIONS
from tests.mapping.factories import make_customer, make_link, make_row


def make_job(name: str, parent: RemoteItem, **facts: Any) -> RemoteItem:
    return make_customer(name, **{"parent_id": parent.remote_id, "subtype": "job", **facts})


def make_project(name: str, parent: RemoteItem, **facts: Any) -> RemoteItem:
    return make_job(name, parent, subtype="project", **facts)


@pytest.mark.usefixtures("scope")
def test_it_is_the_one_free_project_of_the_name_under_the_same_customer() -> None:
    owner, other = make_customer("Larimer Holdings"), make_customer("Union Partners")
    lofts = make_job("Larimer Lofts (deleted)", owner, is_active=False)
    plaza, annex, depot = make_job("Plaza", owner), make_job("Annex", owner), make_job("Depot", owner)
    made = make_project("Larimer Lofts", owner)
    renamed = make_project("Plaza Tower", owner)
    for parent in (owner, other):
        make_project("Depot", parent, is_active=parent is other)
    for _ in range(2):
        make_project("Annex", owner)
    names = {plaza.pk: "plaza tower", depot.pk: "depot", owner.pk: "larimer holdings"}
    found = find_projects_beside([lofts, plaza, annex, depot, owner, made], names=names)
    assert found == {lofts.pk: made, plaza.pk: renamed}
    left = make_row(procore.PROJECTS, "Larimer Lofts")
    make_link(PROJECT, left, made)
    assert find_projects_beside([lofts]) == {}


@pytest.mark.usefixtures("scope")
@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "QuickBooks has a project Larimer Lofts beside it"),
        ({"is_active": False}, "Inactive in QuickBooks, project Larimer Lofts may stand in its place"),
        (
            {"is_active": False, "vanished_at": timezone.now()},
            "Not in QuickBooks any more, project Larimer Lofts may stand in its place",
        ),
    ],
)
def test_one_click_links_to_it_and_the_history_is_kept(facts: dict[str, Any], text: str) -> None:
    owner = make_customer("Larimer Holdings")
    left, job = make_row(procore.PROJECTS, "Larimer Lofts"), make_job("Larimer Lofts", owner, **facts)
    made = make_project("Larimer Lofts", owner)
    link = make_link(PROJECT, left, job)
    mend = mend_of(link, left, job, SECTIONS["projects"], load_survivors([job]), can_change=True)
    assert mend.text == text
    assert [(each.label, each.fields) for each in mend.actions[:1]] == [
        ("Use Larimer Lofts", {"target": str(made.pk)})
    ]
    assert repoint(link, made, None).right_id == made.remote_id
    changes = LinkChange.objects.order_by("pk").values_list("action", "right_id")
    assert list(changes) == [("unlinked", job.remote_id), ("linked", made.remote_id)]
