"""Confirming an import: what holds is linked in one go, what changed is refused by row, and all can be undone."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.qbo import resources as qbo
from mapping.imports import commit as committing
from mapping.imports import preview
from mapping.imports.preview import NotOpen
from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM, VENDOR
from mapping.links import unlink
from mapping.models import LeftOut, Link, LinkChange, MappingRun, RemoteItem, RunRow
from mapping.signals import mapping_changed
from mapping.undo import Undone, undo_run
from smoothx.tenants.models import AuditEntry
from tests.mapping.factories import make_account, make_code, make_company, make_link, make_row, make_vendor
from tests.mapping.imports.conftest import Start, links, told

KIND = COST_CODE_ACCOUNT.key
FILE = "Cost code,Account\n01-100,5000\n01-200,5100\n01-300,5100\n"


@pytest.fixture
def lists(scope: Any) -> dict[str, RemoteItem]:
    return {
        "01-100": make_code("01-100", "Permits"),
        "01-200": make_code("01-200", "Cleaning"),
        "01-300": make_code("01-300", "Fees"),
        "5000": make_account("Materials", code="5000"),
        "5100": make_account("Labor", code="5100"),
        "5200": make_account("Rent", code="5200"),
    }


def pair(lists: dict[str, RemoteItem], code: str, account: str) -> tuple[str, str, str]:
    return KIND, lists[code].remote_id, lists[account].remote_id


def test_chosen_rows_are_linked_with_who_when_and_how(
    lists: dict[str, RemoteItem], start: Start, finish: Start, admin_user: Any
) -> None:
    run = start(FILE)
    preview.choose_rows(run, run.rows.filter(number=4), is_chosen=False)
    finish(run)
    assert links() == {pair(lists, "01-100", "5000"), pair(lists, "01-200", "5100")}
    assert {(link.chosen_by, link.run_id, link.actor) for link in Link.objects.all()} == {
        ("import", run.pk, admin_user)
    }
    assert (run.state, run.linked, run.done, run.message) == ("done", 2, 2, "")
    assert run.ended_at is not None
    assert list(RunRow.objects.filter(run=run, number__gt=1).order_by("number").values_list("state", flat=True)) == [
        "done",
        "done",
        "left_out",
    ]
    changes = LinkChange.objects.filter(run=run).order_by("left_name")
    assert list(changes.values_list("action", "left_name", "right_name", "chosen_by")) == [
        ("linked", "01-100 Permits", "Materials", "import"),
        ("linked", "01-200 Cleaning", "Labor", "import"),
    ]
    audit = AuditEntry.objects.get(action="import")
    assert audit.detail == {"run": run.pk, "linked": 2, "replaced": 0, "refused": 0}


def test_a_row_that_was_left_out_is_not_any_more(lists: dict[str, RemoteItem], start: Start, finish: Start) -> None:
    for code in ("01-100", "01-200"):
        row = lists[code]
        LeftOut.objects.create(section="account-codes", connection=row.connection, remote_id=row.remote_id)
    finish(start("Cost code,Account\n01-100,5000\n"))
    assert list(LeftOut.objects.values_list("remote_id", flat=True)) == [lists["01-200"].remote_id]


def test_what_waits_for_the_links_is_told(
    lists: dict[str, RemoteItem], start: Start, finish: Start, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[str] = []

    def hear(subjects: list[str], **_: Any) -> None:
        heard.extend(subjects)

    mapping_changed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            finish(start("Cost code,Account\n01-100,5000\n"))
    finally:
        mapping_changed.disconnect(hear)
    assert heard == [f"link:{KIND}:{lists['01-100'].remote_id}"]


def test_what_became_wrong_is_refused_by_row_and_the_rest_stands(
    lists: dict[str, RemoteItem], start: Start, finish: Start
) -> None:
    run = start(FILE)
    make_link(COST_CODE_ACCOUNT, lists["01-100"], lists["5200"])
    RemoteItem.objects.filter(pk=lists["01-200"].pk).delete()
    finish(run)
    assert links() == {pair(lists, "01-100", "5200"), pair(lists, "01-300", "5100")}
    assert told(run) == [
        (
            2,
            "changed",
            "01-100 Permits is linked to Rent in QuickBooks already. Unlink it first.",
        ),
        (
            3,
            "changed",
            "It is not in the list of Procore cost codes any more. Refresh, and choose again.",
        ),
        (4, "link", ""),
    ]
    assert (run.state, run.linked, run.options["refused"]) == ("done", 1, 2)


def test_an_account_that_became_inactive_is_refused(lists: dict[str, RemoteItem], start: Start, finish: Start) -> None:
    run = start(FILE)
    RemoteItem.objects.filter(pk=lists["5100"].pk).update(is_active=False)
    finish(run)
    assert links() == {pair(lists, "01-100", "5000")}
    assert told(run)[1] == (
        3,
        "changed",
        "Labor is inactive in QuickBooks. Make it active there and refresh, or choose another.",
    )


def test_replaced_links_are_in_the_history_and_come_back_with_undo(
    lists: dict[str, RemoteItem], start: Start, finish: Start, admin_user: Any
) -> None:
    make_link(COST_CODE_ACCOUNT, lists["01-100"], lists["5200"], chosen_by="automap", reason="Same name, 100")
    run = start(FILE)
    preview.set_replacing(run, replaces=True)
    preview.check_run(run)
    finish(run)
    assert pair(lists, "01-100", "5000") in links()
    assert run.options["replaced"] == 1
    kept = LinkChange.objects.get(run=run, action="unlinked")
    assert (kept.left_name, kept.right_name, kept.chosen_by) == ("01-100 Permits", "Rent", "automap")
    undone = undo_run(run, admin_user)
    assert undone == Undone(unlinked=3, linked=1)
    assert links() == {pair(lists, "01-100", "5200")}
    assert Link.objects.get().chosen_by == "automap"


def test_undo_leaves_what_a_person_changed_since(
    lists: dict[str, RemoteItem], start: Start, finish: Start, admin_user: Any
) -> None:
    run = finish(start(FILE))
    unlink(Link.objects.get(left_id=lists["01-200"].remote_id), admin_user)
    make_link(COST_CODE_ACCOUNT, lists["01-200"], lists["5200"])
    undo_run(run, admin_user)
    assert links() == {pair(lists, "01-200", "5200")}


def test_a_link_nobody_saw_in_the_preview_is_not_replaced(
    lists: dict[str, RemoteItem], start: Start, finish: Start
) -> None:
    old = make_link(COST_CODE_ACCOUNT, lists["01-100"], lists["5200"])
    run = start("Cost code,Account\n01-100,5000\n01-200,5000\n")
    preview.set_replacing(run, replaces=True)
    preview.check_run(run)
    Link.objects.filter(pk=old.pk).update(right_id=lists["5100"].remote_id)
    make_link(COST_CODE_ACCOUNT, lists["01-200"], lists["5200"])
    finish(run)
    assert links() == {pair(lists, "01-100", "5100"), pair(lists, "01-200", "5200")}
    assert told(run) == [
        (2, "changed", "01-100 Permits is linked to Labor in QuickBooks already. Unlink it first."),
        (3, "changed", "01-200 Cleaning is linked to Rent in QuickBooks already. Unlink it first."),
    ]


def test_partners_change_places_in_one_import(scope: Any, start: Start, finish: Start) -> None:
    aspen, basin = make_company("Aspen"), make_company("Basin")
    left, right = make_vendor("Aspen LLC"), make_vendor("Basin LLC")
    make_link(VENDOR, aspen, right)
    make_link(VENDOR, basin, left)
    run = start("Company,Vendor\nAspen,Aspen LLC\nBasin,Basin LLC\n", section="contacts")
    preview.set_replacing(run, replaces=True)
    preview.check_run(run)
    finish(run)
    assert links() == {("vendor", aspen.remote_id, left.remote_id), ("vendor", basin.remote_id, right.remote_id)}


def test_two_imports_at_once_link_each_row_once(lists: dict[str, RemoteItem], start: Start, finish: Start) -> None:
    first, second = start(FILE), start("Cost code,Account\n01-100,5200\n01-200,5100\n", actor=None)
    assert (MappingRun.objects.get(pk=first.pk).state, first.rows.exists()) == ("failed", False)
    other = start(FILE, actor=type(second.started_by).objects.create_user("x@ridgeline.example"))
    finish(second)
    finish(other)
    assert links() == {
        pair(lists, "01-100", "5200"),
        pair(lists, "01-200", "5100"),
        pair(lists, "01-300", "5100"),
    }
    assert [verdict for _, verdict, _ in told(other)] == ["changed", "link", "link"]
    assert (other.linked, other.options["refused"]) == (1, 1)


def test_a_fault_half_way_leaves_nothing_half_done(
    lists: dict[str, RemoteItem], start: Start, finish: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_link(COST_CODE_ACCOUNT, lists["01-100"], lists["5200"])
    run = start(FILE)
    preview.set_replacing(run, replaces=True)
    preview.check_run(run)

    def break_down(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(committing, "_write_states", break_down)
    with pytest.raises(RuntimeError):
        finish(run)
    run.refresh_from_db()
    assert (run.state, run.message) == ("failed", committing.FAULT)
    assert links() == {pair(lists, "01-100", "5200")}
    assert not LinkChange.objects.filter(run=run).exists()


def test_an_import_is_confirmed_once(lists: dict[str, RemoteItem], start: Start, admin_user: Any) -> None:
    run = start(FILE)
    assert committing.claim(run, admin_user) == 3
    with pytest.raises(NotOpen):
        committing.claim(run, admin_user)


def test_a_run_opened_again_by_somebody_is_not_written_by_the_old_worker(
    lists: dict[str, RemoteItem], start: Start, admin_user: Any
) -> None:
    run = start(FILE)
    committing.commit(run)
    run.refresh_from_db()
    assert run.state == "preview"
    assert links() == set()


def test_an_item_that_another_map_uses_is_taken(scope: Any, start: Start) -> None:
    """Kinds that share a pool share what may be used once."""

    item = make_row(qbo.ITEMS, "Permits", subtype="Service")
    code, other = make_code("01-100", "Permits"), make_code("01-200", "Cleaning")
    make_link(COST_CODE_ITEM, other, item)
    run = start("Cost code,Item\n01-100,Permits\n", section="item-codes")
    assert told(run) == [(2, "taken", "Permits is linked to 01-200 Cleaning in Procore. It can be linked once.")]
    assert code.remote_id not in {left for _, left, _ in links()}
