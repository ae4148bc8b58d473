"""What becomes of a row that QuickBooks merged into another."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from connectors.qbo import resources as qbo
from mapping.directory.alike import Alike, find_alike
from mapping.directory.merges import Survivor, find_survivors, note_merge
from mapping.directory.refreshing import absorb_qbo_changes
from mapping.kinds import VENDOR
from mapping.links import LinkRefused
from mapping.matching.evidence import MOST_SHARING
from mapping.models import Link, LinkChange, RefreshChange, RemoteItem
from mapping.repoint import repoint
from mapping.signals import ask_survivors
from tests.factories import connections
from tests.mapping.factories import make_account, make_company, make_customer, make_link, make_vendor
from tests.mapping.vendors import at_quickbooks, both, reading
from tests.worlds import act

GONE = {"is_active": False, "vanished_at": timezone.now()}


@pytest.fixture
def told() -> Any:
    """What sync would answer: {lost id: kept id}, filled by the test."""
    answer: dict[str, str] = {}
    before = ask_survivors._answer
    ask_survivors.register(lambda connection, resource, ids: {key: answer[key] for key in ids if key in answer})
    yield answer
    ask_survivors.register(before)


@pytest.mark.usefixtures("scope")
class TestSurvivors:
    def test_a_merge_that_is_known_is_certain(self) -> None:
        kept = make_vendor("Northwest Crane Service LLC")
        lost = make_vendor("NW Crane", **GONE)
        note_merge(lost.connection, qbo.VENDORS, lost_id=lost.remote_id, kept_id=kept.remote_id)
        lost.refresh_from_db()
        assert lost.merged_into == kept.remote_id
        assert find_survivors([lost, kept, None]) == {lost.pk: Survivor(kept, is_certain=True)}

    def test_a_chain_of_merges_is_followed_to_its_end_and_a_circle_to_none(self) -> None:
        last = make_vendor("Cedar")
        second = make_vendor("Birch", merged_into=last.remote_id, **GONE)
        first = make_vendor("Aspen", merged_into=second.remote_id, **GONE)
        one = make_vendor("One", remote_id="91", merged_into="92", **GONE)
        two = make_vendor("Two", remote_id="92", merged_into="91", **GONE)
        found = find_survivors([first, second, one, two])
        assert found == {row.pk: Survivor(last, is_certain=True) for row in (first, second)}

    def test_the_same_id_of_another_list_is_no_survivor(self) -> None:
        make_customer("Cedar", remote_id="7")
        lost = make_vendor("Aspen", merged_into="7", **GONE)
        assert find_survivors([lost]) == {}

    def test_one_row_alike_is_only_likely(self) -> None:
        named = make_vendor("Aspen Roofing, Inc.")
        mailed = make_vendor("Birch Group", email="AP@birch.example")
        rows = [
            make_vendor("Aspen Roofing", **GONE),
            make_vendor("Birch Paving", email="ap@birch.example", **GONE),
            make_vendor("Cedar", **GONE),
        ]
        found = find_survivors(rows)
        assert found == {
            rows[0].pk: Survivor(named, is_certain=False),
            rows[1].pk: Survivor(mailed, is_certain=False),
        }

    def test_of_two_alike_neither_is_named(self) -> None:
        make_vendor("Aspen Roofing, Inc.")
        make_vendor("Aspen Roofing LLC")
        assert find_survivors([make_vendor("Aspen Roofing", **GONE)]) == {}

    def test_what_a_row_shares_with_one_other_tells_who_it_may_be(self) -> None:
        place = {"street": "1200 Larimer St", "zip": "80204", "state_code": "CO"}
        facts = {"phone": "(303) 555-0142", "email": "ap@bluebird.example", "data": place}
        lost = make_vendor("Bluebird Holdings", **facts, **GONE)
        assert find_alike(lost) is None
        make_customer("Bluebird Homes", **facts)
        make_vendor("Elsewhere", data={**place, "zip": "90210"})
        by_domain = make_vendor("Heron", email="office@bluebird.example")
        assert find_alike(lost) == Alike(by_domain, ("e-mail domain",))
        by_phone = make_vendor("Crane", phone="1-303-555-0142 x12")
        assert find_alike(lost) is None, "two share as much"
        RemoteItem.objects.filter(pk=by_phone.pk).update(data={**place, "street": "1200 LARIMER STREET"})
        assert find_alike(lost) == Alike(by_phone, ("phone", "address"))
        for number in range(MOST_SHARING):
            make_vendor(f"Tenant {number}", data=place)
        assert find_alike(lost) is None, "an address of so many tells nothing, and the phone is one of two"

    def test_a_row_without_facts_is_like_none(self) -> None:
        make_vendor("Other")
        assert find_alike(make_vendor("Aspen", phone="000-000-0000", **GONE)) is None

    def test_an_inactive_row_was_not_merged(self) -> None:
        make_vendor("Aspen Roofing, Inc.")
        assert find_survivors([make_vendor("Aspen Roofing", is_active=False)]) == {}


@pytest.mark.usefixtures("connected", "without_limits")
class TestReadings:
    def merge(self, sandboxes: Any, kept: str, lost: str) -> tuple[str, str]:
        ids = [at_quickbooks("Vendor", DisplayName=name)["Id"] for name in (kept, lost)]
        reading("contacts", "quickbooks")
        act(sandboxes.qbo, "merge_vendors", kept_id=ids[0], lost_id=ids[1])
        return ids[0], ids[1]

    def test_a_merge_the_documents_tell_of_is_counted_as_one(self, sandboxes: Any, told: dict[str, str]) -> None:
        kept, lost = self.merge(sandboxes, "Northwest Crane Service LLC", "NW Crane")
        told[lost] = kept
        done = reading("contacts", "quickbooks")
        assert (done.merged, done.inactivated, done.added) == (1, 0, 0)
        row = RemoteItem.objects.get(resource=qbo.VENDORS.key, remote_id=lost)
        assert (row.merged_into, row.is_active, row.vanished_at is None) == (kept, False, False)
        change = RefreshChange.objects.get(refresh=done)
        assert (change.what, change.name, change.remote_id) == ("merged", "NW Crane", lost)

    def test_without_word_it_is_gone_and_nothing_is_guessed(self, sandboxes: Any, told: dict[str, str]) -> None:
        _, lost = self.merge(sandboxes, "Northwest Crane Service LLC", "NW Crane")
        done = reading("contacts", "quickbooks")
        assert (done.merged, done.inactivated) == (0, 1)
        assert RemoteItem.objects.get(resource=qbo.VENDORS.key, remote_id=lost).merged_into == ""

    def test_what_a_poll_found_merged_is_told_by_the_next_reading(self, sandboxes: Any, told: dict[str, str]) -> None:
        kept, lost = self.merge(sandboxes, "Northwest Crane Service LLC", "NW Crane")
        told[lost] = kept
        absorb_qbo_changes(both()[1], {"Vendor": [{"Id": lost, "status": "Deleted"}]})
        first, second = reading("contacts", "quickbooks"), reading("contacts", "quickbooks")
        assert (first.merged, first.inactivated) == (1, 0)
        assert (second.merged, second.inactivated) == (0, 0)


@pytest.mark.usefixtures("scope")
def test_repointing_replaces_the_link_or_changes_nothing(owner: Any) -> None:
    connections()
    company, other = make_company("Aspen"), make_company("Birch")
    lost, kept, taken = make_vendor("Aspen", **GONE), make_vendor("Aspen Inc"), make_vendor("Birch")
    standing = make_link(VENDOR, company, lost)
    make_link(VENDOR, other, taken)
    for target in (taken, make_account("Concrete"), make_vendor("Old", is_active=False)):
        with pytest.raises(LinkRefused):
            repoint(standing, target, owner)
        assert Link.objects.get(left_id=company.remote_id).right_id == lost.remote_id
        assert not LinkChange.objects.exists()
    made = repoint(standing, kept, owner, reason="Merged in QuickBooks")
    assert (made.left_id, made.right_id, made.reason) == (company.remote_id, kept.remote_id, "Merged in QuickBooks")
    changes = [(change.action, change.right_name, change.actor) for change in LinkChange.objects.order_by("pk")]
    assert changes == [("unlinked", "Aspen", owner), ("linked", "Aspen Inc", owner)]
    assert repoint(made, kept, owner) == made
    assert LinkChange.objects.count() == 2
    moved = repoint(made, make_company("Cedar"), owner)
    assert (moved.left_id != company.remote_id, moved.right_id) == (True, kept.remote_id)
