from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.sandbox.firm.contacts import TRAPS
from mapping.automap.finding import find_pairs
from mapping.automap.running import (
    BROKE,
    LONGEST_SILENCE,
    automap,
    begin_run,
    carry_out,
    claim_run,
    reject,
    running_automap,
    suggest_section,
    take_back_rejection,
)
from mapping.kinds import COST_CODE_ACCOUNT, CUSTOMER, EMPLOYEE_VENDOR, VENDOR
from mapping.links import unlink
from mapping.models import Link, LinkChange, MappingRun, RemoteItem, SuggestedPair
from mapping.screens import SECTIONS
from mapping.sides import NotConnected
from mapping.signals import mapping_changed
from mapping.undo import Undone, undo_run
from smoothx.tenants.models import AuditEntry
from tests.mapping.factories import (
    make_account,
    make_code,
    make_company,
    make_customer,
    make_link,
    make_row,
    make_vendor,
)

CONTACTS = SECTIONS["contacts"]
pytestmark = pytest.mark.usefixtures("scope")


def names_of(rows: Any) -> set[tuple[str, str, str]]:
    """(kind, left name, right name) of links or suggested pairs."""
    names = {(row.resource.split(".")[0], row.remote_id): row.name for row in RemoteItem.objects.all()}
    return {(row.kind, names["procore", row.left_id], names["qbo", row.right_id]) for row in rows}


def test_sure_pairs_are_linked_and_the_others_kept_for_review(owner: Any) -> None:
    make_company("Aspen Roofing")
    make_vendor("Aspen Roofing Inc.")
    make_company("Ridgeline Land LLC")
    make_customer("Ridgeline Land")
    make_company("Denver Door & Hardware Supply")
    make_vendor("Denver Door and Hardware")
    make_company("Elk Creek Survey")
    run = automap(CONTACTS, owner)
    assert (run.linked, run.unsure) == (2, 1)
    assert names_of(Link.objects.all()) == {
        ("vendor", "Aspen Roofing", "Aspen Roofing Inc."),
        ("customer", "Ridgeline Land LLC", "Ridgeline Land"),
    }
    assert names_of(run.pairs.all()) == {("vendor", "Denver Door & Hardware Supply", "Denver Door and Hardware")}
    made = Link.objects.get(kind="vendor")
    assert (made.chosen_by, made.run, made.actor, made.exclusive_right) == ("automap", run, owner, made.right_id)
    assert made.reason == "Same name but for legal form and punctuation, 97"
    assert AuditEntry.objects.get().action == "automap"


def test_the_traps_of_the_demo_are_never_linked(owner: Any) -> None:
    for _, procore_name, books_name in TRAPS:
        if procore_name:
            make_company(procore_name)
        if books_name:
            make_vendor(books_name)
    run = automap(CONTACTS, owner)
    assert run.linked == 0
    assert not Link.objects.exists()
    found = names_of(run.pairs.all())
    assert ("vendor", "Smith Electric LLC", "Smith Electrical Inc") in found
    assert not any("Ferris" in left for _, left, _ in found)


def test_sub_customers_and_inactive_rows_are_no_contacts(owner: Any) -> None:
    make_company("Larimer Lofts")
    make_customer("Larimer Lofts", parent_id="7")
    make_vendor("Larimer Lofts", is_active=False)
    assert automap(CONTACTS, owner).linked == 0


def test_a_company_that_fits_a_vendor_and_a_customer_is_for_a_person(owner: Any) -> None:
    make_company("Basin Concrete")
    make_vendor("Basin Concrete Inc")
    make_customer("Basin Concrete LLC")
    run = automap(CONTACTS, owner)
    assert run.linked == 0
    assert {(pair.kind, pair.reason.endswith("More than one fits")) for pair in run.pairs.all()} == {
        ("vendor", True),
        ("customer", True),
    }
    assert run.unsure == 1


def test_of_a_vendor_and_a_customer_the_equal_name_is_sure(owner: Any) -> None:
    make_company("Basin Concrete")
    make_vendor("Basin Concrete Inc")
    make_customer("Basin Concrete")
    automap(CONTACTS, owner)
    assert names_of(Link.objects.all()) == {("customer", "Basin Concrete", "Basin Concrete")}


def test_a_second_role_is_suggested_not_linked(owner: Any) -> None:
    company = make_company("Basin Concrete")
    make_link(VENDOR, company, make_vendor("Basin Concrete Inc"))
    make_customer("Basin Concrete LLC")
    run = automap(CONTACTS, owner)
    assert (run.linked, names_of(run.pairs.all())) == (0, {("customer", "Basin Concrete", "Basin Concrete LLC")})


def test_rows_linked_already_are_left_alone(owner: Any) -> None:
    taken = make_vendor("Aspen Roofing")
    make_link(VENDOR, make_company("Something Else"), taken)
    make_company("Aspen Roofing")
    assert automap(CONTACTS, owner).linked == 0


def test_cost_codes_share_accounts(owner: Any) -> None:
    make_account("Permits", code="5100")
    make_account("Sales of permits", subtype="Income")
    make_code("01-100", "Permits")
    make_code("02-100", "Permits")
    run = automap(SECTIONS["account-codes"], owner)
    assert run.linked == 2
    assert set(Link.objects.values_list("kind", "exclusive_right")) == {(COST_CODE_ACCOUNT.key, None)}


def test_codes_under_a_linked_division_need_no_review(owner: Any) -> None:
    make_account("Concrete")
    make_account("Existing conditions")
    make_code("03", "Concrete", remote_id="3")
    make_code("03-100", "Concrete forming", parent_id="3")
    make_code("02-220", "Existing conditions assessment")
    run = automap(SECTIONS["account-codes"], owner)
    assert names_of(Link.objects.all()) == {("cost_code_account", "Concrete", "Concrete")}
    assert names_of(run.pairs.all()) == {
        ("cost_code_account", "Existing conditions assessment", "Existing conditions")
    }


def test_cost_codes_are_twins_of_items(owner: Any) -> None:
    make_code("03-300", "Cast-in-place concrete")
    make_row(qbo.ITEMS, "03-300 Cast in place concrete", subtype="Service")
    make_row(qbo.ITEMS, "Concrete", subtype="Category")
    assert automap(SECTIONS["item-codes"], owner).linked == 1


def test_a_run_is_undone_as_a_whole(owner: Any, django_capture_on_commit_callbacks: Any) -> None:
    company = make_company("Aspen Roofing")
    make_vendor("Aspen Roofing")
    by_hand = make_link(CUSTOMER, make_company("Ridgeline Land"), make_customer("Ridgeline"))
    run = automap(CONTACTS, owner)
    heard: list[str] = []

    def note(*, subjects: list[str], **_: Any) -> None:
        heard.extend(subjects)

    mapping_changed.connect(note)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert undo_run(run, owner) == Undone(unlinked=1)
    finally:
        mapping_changed.disconnect(note)
    assert list(Link.objects.all()) == [by_hand]
    assert heard == [f"link:vendor:{company.remote_id}"]
    run.refresh_from_db()
    assert run.undone_at is not None
    assert run.closed_at is not None
    assert automap(CONTACTS, owner).linked == 1


def test_what_was_rejected_is_not_offered_again_until_allowed(owner: Any) -> None:
    make_company("Smith Electric LLC")
    make_vendor("Smith Electrical Inc")
    pair = automap(CONTACTS, owner).pairs.get()
    reject(pair, owner)
    assert automap(CONTACTS, owner).unsure == 0
    take_back_rejection(pair, owner)
    run = automap(CONTACTS, owner)
    again = run.pairs.get()
    assert (again.left_id, again.right_id, again.rejected_at) == (pair.left_id, pair.right_id, None)
    assert SuggestedPair.objects.count() == 1


def test_a_new_run_closes_the_review_of_the_last(owner: Any) -> None:
    make_company("Aspen Roofing")
    make_vendor("Aspen Roofing")
    first = automap(CONTACTS, owner)
    second = automap(CONTACTS, owner)
    first.refresh_from_db()
    assert first.closed_at is not None
    assert list(MappingRun.objects.filter(closed_at__isnull=True)) == [second]


def test_without_accounts_there_is_nothing_to_map(owner: Any) -> None:
    with pytest.raises(NotConnected) as caught:
        automap(CONTACTS, owner)
    assert caught.value.sentence == "Procore is not connected. Connect it in Settings."


def test_up_to_three_alternatives_are_kept_for_a_row(owner: Any) -> None:
    make_company("Alder Electric LLC")
    for name in (
        "Alder Electrical Inc",
        "Alder Electrical Supply",
        "Alder Electrical Design",
        "Alder Electrical West",
    ):
        make_vendor(name)
    run = automap(CONTACTS, owner)
    assert (run.linked, run.unsure) == (0, 1)
    assert run.pairs.count() == 3


def test_a_look_after_a_reading_links_nothing_and_replaces_what_the_last_one_found() -> None:
    company, vendor = make_company("Aspen Roofing"), make_vendor("Aspen Roofing Inc.")
    gone = make_vendor("Aspen Roofing Supply")
    assert suggest_section(CONTACTS) >= 1
    assert not Link.objects.exists()
    assert set(SuggestedPair.objects.filter(band="sure").values_list("left_id", "right_id")) == {
        (company.remote_id, vendor.remote_id)
    }
    RemoteItem.objects.filter(pk__in=[vendor.pk, gone.pk]).update(is_active=False)
    suggest_section(CONTACTS)
    assert not SuggestedPair.objects.exists()


def test_what_was_rejected_survives_another_look(owner: Any) -> None:
    make_company("Smith Electric LLC")
    make_vendor("Smith Electrical Inc")
    reject(automap(CONTACTS, owner).pairs.get(), owner)
    suggest_section(CONTACTS)
    assert SuggestedPair.objects.get().rejected_by == owner


def test_a_pair_that_somebody_linked_meanwhile_is_left_out_and_the_rest_stands(
    owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, vendor = make_company("Aspen Roofing"), make_vendor("Aspen Roofing")
    make_company("Basin Concrete")
    make_vendor("Basin Concrete")

    def find_then_link(*args: Any, **options: Any) -> Any:
        found = find_pairs(*args, **options)
        make_link(VENDOR, taken, vendor)
        return found

    monkeypatch.setattr("mapping.automap.running.find_pairs", find_then_link)
    run = automap(CONTACTS, owner)
    assert (run.state, run.linked) == ("done", 1)
    assert names_of(run.links.all()) == {("vendor", "Basin Concrete", "Basin Concrete")}
    assert set(Link.objects.values_list("left_id", "chosen_by")) >= {(taken.remote_id, "hand")}
    assert [change.left_name for change in run.changes.all()] == ["Basin Concrete"]


def test_a_run_that_breaks_links_nothing_and_says_so(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_company("Aspen")
    make_vendor("Aspen")

    def fall(*args: Any, **options: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("mapping.automap.running.store_suggestions", fall)
    with pytest.raises(ZeroDivisionError):
        automap(CONTACTS, owner)
    assert not Link.objects.exists()
    assert not LinkChange.objects.exists()
    run = MappingRun.objects.get()
    assert (run.state, run.message) == ("failed", BROKE)


def test_an_employee_paid_as_a_vendor_has_no_second_role(owner: Any) -> None:
    person = make_row(procore.EMPLOYEES, "Dana Whitfield", email="dana@ridgeline.example")
    vendor = make_vendor("Dana Whitfield", email="dana@ridgeline.example")
    make_link(EMPLOYEE_VENDOR, person, vendor)
    make_row(qbo.EMPLOYEES, "Dana Whitfield", email="dana@ridgeline.example")
    run = automap(SECTIONS["employees"], owner)
    assert (run.linked, run.pairs.count()) == (0, 0)


def test_a_run_is_taken_up_by_one_worker_only(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_company("Aspen")
    make_vendor("Aspen")
    run, is_new = begin_run(CONTACTS, owner)
    assert is_new
    assert claim_run(run.pk) == run
    # Another worker's clock is an hour ahead: what counts is the database's.
    with monkeypatch.context() as patch:
        ahead = timezone.now() + timedelta(hours=1)
        patch.setattr(timezone, "now", lambda: ahead)
        assert claim_run(run.pk) is None
        assert running_automap(CONTACTS) == run
    MappingRun.objects.update(beat_at=timezone.now() - LONGEST_SILENCE - timedelta(seconds=1))
    assert claim_run(run.pk) == run
    assert carry_out(run).linked == 1
    assert claim_run(run.pk) is None


def test_what_a_person_unlinked_is_offered_and_never_linked_by_itself_again(owner: Any) -> None:
    make_company("Aspen Roofing")
    make_vendor("Aspen Roofing Inc.")
    automap(CONTACTS, owner)
    unlink(Link.objects.get(), owner)
    offered = SuggestedPair.objects.get()
    assert (offered.band, offered.score, offered.reason) == (
        "unsure",
        97,
        "Same name but for legal form and punctuation",
    )
    run = automap(CONTACTS, owner)
    assert (run.linked, run.unsure, Link.objects.count()) == (0, 1, 0)
    assert SuggestedPair.objects.get().reason == (
        "Same name but for legal form and punctuation. It was unlinked before"
    )


def test_a_run_taken_back_whole_can_be_made_again(owner: Any) -> None:
    make_company("Aspen Roofing")
    make_vendor("Aspen Roofing Inc.")
    undo_run(automap(CONTACTS, owner), owner)
    assert SuggestedPair.objects.get().score == 97
    assert automap(CONTACTS, owner).linked == 1
