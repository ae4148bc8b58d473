"""Two people at the same row at the same moment: one of them gets it, the other is told who has it."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from mapping import link_sets
from mapping.history import note_changes
from mapping.kinds import CUSTOMER, VENDOR
from mapping.link_sets import Linked, link_together
from mapping.models import Link, LinkChange, MappingRun, RemoteItem
from mapping.obstacles import LinkRefused
from mapping.roles import change_role
from mapping.undo import AlreadyUndone, Undone, undo_run
from tests.mapping.factories import link_rows, make_company, make_customer, make_link, make_vendor, wanted_link
from tests.sync.threads import at_once, start_thread, wait_until_one_waits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("scope")]


def try_to_link(left: RemoteItem, right: RemoteItem) -> str:
    try:
        made = link_rows(left, right)
    except LinkRefused as refusal:
        return refusal.sentence
    return f"linked to {made.right_id}"


def test_one_company_and_two_vendors() -> None:
    company = make_company("Aspen Roofing")
    vendors = [make_vendor("Aspen Roofing Inc."), make_vendor("Aspen Supply")]
    wanted = iter(vendors)
    answers = at_once(lambda: try_to_link(company, next(wanted)))
    made = Link.objects.get()
    winner = next(vendor for vendor in vendors if vendor.remote_id == made.right_id)
    assert sorted(answers) == sorted(
        [
            f"linked to {winner.remote_id}",
            f"Aspen Roofing is linked to {winner.name} in QuickBooks already. Unlink it first.",
        ]
    )
    assert LinkChange.objects.count() == 1


def test_two_companies_and_one_vendor() -> None:
    companies = [make_company("Aspen Roofing"), make_company("Aspen Roofing Denver")]
    vendor = make_vendor("Aspen Roofing Inc.")
    wanted = iter(companies)
    answers = at_once(lambda: try_to_link(next(wanted), vendor))
    made = Link.objects.get()
    winner = next(company for company in companies if company.remote_id == made.left_id)
    assert f"Aspen Roofing Inc. is linked to {winner.name} in Procore already. Unlink it first." in answers


def test_both_say_the_same_pair() -> None:
    company, vendor = make_company("Aspen Roofing"), make_vendor("Aspen Roofing Inc.")
    answers = at_once(lambda: try_to_link(company, vendor))
    assert answers == [f"linked to {vendor.remote_id}"] * 2
    assert (Link.objects.count(), LinkChange.objects.count()) == (1, 1)


def test_two_people_change_one_role() -> None:
    standing = make_link(VENDOR, make_company("Ridgeline Land LLC"), make_vendor("Ridgeline Land (V)"))
    customer = make_customer("Ridgeline Land")

    def change() -> str:
        try:
            change_role(standing, customer, ends_old=True, actor=None)
        except LinkRefused as refusal:
            return refusal.code
        return "changed"

    answers = at_once(change)
    assert "changed" in answers
    assert list(Link.objects.values_list("kind", "right_id")) == [("customer", customer.remote_id)]
    assert LinkChange.objects.filter(action="unlinked").count() == 1


def test_two_people_undo_one_run(owner: Any) -> None:
    run = MappingRun.objects.create(section="contacts")
    made = [make_link(CUSTOMER, make_company(f"C{n}"), make_customer(f"D{n}"), run=run) for n in range(5)]
    note_changes(LinkChange.Action.LINKED, made, actor=owner, run=run)

    def undo() -> object:
        try:
            return undo_run(run, owner)
        except AlreadyUndone:
            return "already"

    answers = at_once(undo)
    assert sorted(map(str, answers)) == sorted(["already", str(Undone(unlinked=5))])
    assert not Link.objects.exists()
    assert LinkChange.objects.filter(action="unlinked").count() == 5


def test_two_sets_over_the_same_rows_in_opposite_order_do_not_wait_for_one_another(
    owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second begins when the first is half through, as two runs of a push and an undo may."""
    monkeypatch.setattr(link_sets, "SET_SIZE", 1)
    lefts, rights = [make_company(f"C{n}") for n in range(2)], [make_vendor(f"V{n}") for n in range(2)]
    backwards: list[Linked] = []
    threads: list[Thread] = []

    def link_backwards() -> None:
        backwards.append(link_together([wanted_link(lefts[n], rights[n]) for n in (1, 0)], actor=owner, run=None))

    def begin_other(_: int) -> None:
        if not threads:
            threads.append(start_thread(link_backwards))
            wait_until_one_waits()

    forwards = link_together(
        [wanted_link(lefts[n], rights[1 - n]) for n in range(2)], actor=owner, run=None, beat=begin_other
    )
    threads[0].join(timeout=30)
    assert len(forwards.made) == 2
    assert [refusal.sentence for refusal in backwards[0].refused.values()] == [
        "C1 is linked to V0 in QuickBooks already. Unlink it first.",
        "C0 is linked to V1 in QuickBooks already. Unlink it first.",
    ]
    assert Link.objects.count() == LinkChange.objects.count() == 2
