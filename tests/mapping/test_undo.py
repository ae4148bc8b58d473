from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from mapping.history import note_changes
from mapping.kinds import CUSTOMER, PROJECT, VENDOR
from mapping.links import unlink
from mapping.models import Link, LinkChange, MappingRun, RemoteItem
from mapping.screens import SECTIONS
from mapping.undo import AlreadyUndone, Kept, Undone, undo_change, undo_run
from mapping.unlinking import unlink_many
from smoothx.tenants.models import AuditEntry
from tests.mapping.factories import link_rows, make_company, make_customer, make_link, make_vendor

pytestmark = pytest.mark.usefixtures("scope")


def pairs() -> set[tuple[str, str]]:
    return set(Link.objects.values_list("left_id", "right_id"))


def pair(left: RemoteItem, right: RemoteItem) -> tuple[str, str]:
    return left.remote_id, right.remote_id


@pytest.fixture
def run() -> MappingRun:
    return MappingRun.objects.create(what=MappingRun.What.IMPORT, section="contacts")


def test_a_link_is_written_down_with_both_names_and_taken_back(owner: Any) -> None:
    left, right = make_company("Aspen Roofing"), make_vendor("Aspen Roofing Inc.")
    link_rows(left, right, actor=owner, reason="seen on an invoice")
    change = LinkChange.objects.get()
    assert (change.action, change.left_name, change.right_name) == ("linked", "Aspen Roofing", "Aspen Roofing Inc.")
    assert (change.actor, change.reason, change.chosen_by) == (owner, "seen on an invoice", "hand")
    assert undo_change(change, owner) == Undone(unlinked=1)
    assert pairs() == set()
    latest = LinkChange.objects.latest("pk")
    assert (latest.action, latest.undid) == ("unlinked", change)
    assert AuditEntry.objects.latest("pk").subject == "Aspen Roofing, Aspen Roofing Inc."


def test_an_unlinked_pair_is_linked_again(owner: Any) -> None:
    left, right = make_company("Aspen Roofing"), make_vendor("Aspen Roofing Inc.")
    unlink(link_rows(left, right), owner)
    change = LinkChange.objects.get(action="unlinked")
    assert undo_change(change, owner) == Undone(linked=1)
    assert pairs() == {pair(left, right)}


def test_a_side_that_was_taken_meanwhile_stays_with_its_new_partner(owner: Any) -> None:
    left, right, other = make_company("Aspen Roofing"), make_vendor("Aspen Roofing Inc."), make_vendor("Aspen Supply")
    unlink(link_rows(left, right), owner)
    change = LinkChange.objects.get(action="unlinked")
    link_rows(left, other)
    noted = LinkChange.objects.count()
    assert undo_change(change, owner) == Undone(kept=(Kept("taken", "Aspen Roofing", "Aspen Supply"),))
    assert pairs() == {pair(left, other)}
    assert LinkChange.objects.count() == noted


def test_a_bulk_unlink_is_undone_as_far_as_it_goes_and_each_pair_left_out_says_why(owner: Any) -> None:
    names = ("Inactive", "Gone", "Job", "Taken", "Used", "Again", "Left")
    lefts, rights = [make_company(name) for name in names], [make_vendor(f"{name} Inc") for name in names]
    standing = [link_rows(left, right) for left, right in zip(lefts, rights, strict=True)]
    run = unlink_many(standing, SECTIONS["contacts"], owner)
    rows = RemoteItem.objects.all()
    rows.filter(pk=rights[0].pk).update(is_active=False)
    rows.filter(pk=rights[1].pk).update(is_active=False, vanished_at=timezone.now())
    rows.filter(pk=lefts[6].pk).delete()
    link_rows(lefts[3], make_vendor("Another Inc"))
    link_rows(make_company("Somebody"), rights[4])
    link_rows(lefts[5], rights[5])
    assert undo_run(run, owner) == Undone(
        linked=2,
        inactive=1,
        kept=(
            Kept("linked", "Again and Again Inc"),
            Kept("gone", "Gone Inc"),
            Kept("taken", "Taken", "Another Inc"),
            Kept("taken", "Used Inc", "Somebody"),
            Kept("gone", "Left and Left Inc"),
        ),
    )
    assert pairs() >= {pair(lefts[0], rights[0]), pair(lefts[2], rights[2])}
    assert LinkChange.objects.filter(undid__run=run).count() == 2


def test_a_row_that_became_a_sub_customer_is_not_linked_again(owner: Any) -> None:
    left, right = make_company("Aspen"), make_customer("Aspen LLC")
    change = unlink(link_rows(left, right, CUSTOMER), owner)
    RemoteItem.objects.filter(pk=right.pk).update(parent_id="9")
    assert undo_change(change, owner) == Undone(kept=(Kept("type", "Aspen LLC"),))
    assert pairs() == set()


def test_a_run_that_replaced_a_link_gives_the_old_one_back(run: MappingRun, owner: Any) -> None:
    left, old, new = make_company("Aspen Roofing"), make_vendor("Aspen Roofing Inc."), make_vendor("Aspen Supply")
    second_left, second = make_company("Elk Creek"), make_vendor("Elk Creek Survey")
    standing = make_link(VENDOR, left, old)
    note_changes(LinkChange.Action.UNLINKED, [standing], actor=owner, run=run)
    standing.delete()
    made = [make_link(VENDOR, left, new, run=run), make_link(VENDOR, second_left, second, run=run)]
    note_changes(LinkChange.Action.LINKED, made, actor=owner, run=run)
    assert undo_run(run, owner) == Undone(unlinked=2, linked=1)
    assert pairs() == {pair(left, old)}
    with pytest.raises(AlreadyUndone):
        undo_run(run, owner)
    assert pairs() == {pair(left, old)}


def test_what_somebody_linked_anew_since_a_run_stays(run: MappingRun, owner: Any) -> None:
    left, right = make_company("Aspen Roofing"), make_vendor("Aspen Roofing Inc.")
    made = make_link(VENDOR, left, right, run=run)
    note_changes(LinkChange.Action.LINKED, [made], actor=owner, run=run)
    unlink(made, owner)
    link_rows(left, right, actor=owner)
    assert undo_run(run, owner) == Undone(kept=(Kept("changed", "Aspen Roofing and Aspen Roofing Inc."),))
    assert pairs() == {pair(left, right)}


def test_the_history_keeps_names_of_rows_that_are_gone() -> None:
    left, right = make_company("Aspen Roofing"), make_vendor("Aspen Roofing Inc.")
    made = make_link(PROJECT, left, right)
    noted = note_changes(LinkChange.Action.LINKED, [made], actor=None)
    assert [(change.left_name, change.right_name) for change in noted] == [(left.remote_id, right.remote_id)]


def test_many_are_taken_back_in_a_few_statements(
    run: MappingRun, owner: Any, django_assert_max_num_queries: Any
) -> None:
    made = [make_link(VENDOR, make_company(f"C{n}"), make_vendor(f"V{n}"), run=run) for n in range(40)]
    note_changes(LinkChange.Action.LINKED, made, actor=owner, run=run)
    with django_assert_max_num_queries(16):
        assert undo_run(run, owner) == Undone(unlinked=40)
