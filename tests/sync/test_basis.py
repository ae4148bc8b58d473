"""What a posted document was made of, and whether another plan comes of mapping and settings alone. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connectors.procore.records import Requisition
from mapping.defaults import BILL_NUMBER, BILL_STATUSES, RETENTION_PAYABLE_RETAINED
from mapping.kinds import COST_CODE_ACCOUNT, VENDOR
from mapping.maps import Target
from sync.basis import differs_by_mapping_alone, mapped_at_for, to_text, with_basis
from sync.merge import fingerprint
from sync.models import Entry
from sync.plan import Plan
from tests.sync.flows.contracts import DEFAULTS, LINKS, VENDOR_ID, Books, choose
from tests.sync.flows.test_bill_properties import contracts

READ_AT = datetime(2026, 9, 15, 12, tzinfo=UTC)
RESEND, CATCH_UP = "resend:any", "catch_up"
# Each moves some bills and leaves others alone; the last says whether one crosses at all.
LINKS_OF_TODAY: tuple[dict[Any, Target], ...] = (
    {},
    {(COST_CODE_ACCOUNT.key, "11"): Target("311", "Concrete, new")},
    {(COST_CODE_ACCOUNT.key, "13"): Target("213", "Drywall", is_active=False)},
    {(VENDOR.key, VENDOR_ID): Target("57", "Example Concrete Inc")},
)
SETTINGS_OF_TODAY = (
    choose(),
    choose((RETENTION_PAYABLE_RETAINED, "2119", "Another")),
    choose((BILL_NUMBER, "contract", "Contract and number")),
    choose((BILL_STATUSES, "approved_as_noted", "Approved as noted")),
)


def posted(books: Books, claim: Requisition) -> Entry:
    """The ledger's entry of a claim that was posted."""
    plan = with_basis(books.plan(claim), fingerprint(claim), READ_AT)
    print_ = fingerprint(plan.document)
    return Entry(target_id="1", fingerprint=print_, source_fingerprint=fingerprint(claim), facts=dict(plan.facts))


def change_earlier(books: Books, claim: Requisition, how: str, amount: Decimal) -> Books:
    """The books as they are when a claim before this one was edited, deleted, or left out meanwhile."""
    earlier = [each for each in books.claims.values() if each.number < claim.number]
    if not earlier or how == "as it was":
        return books
    last = max(earlier, key=lambda each: each.number)
    claims, left_out = dict(books.claims), {}
    if how == "edited":
        claims[last.source_id] = replace(last, completed=last.completed + amount, earned=last.earned + amount)
    else:
        del claims[last.source_id]
        left_out = {last.source_id: last} if how == "left out" else {}
    return replace(books, claims=claims, left_out=left_out)


@given(contracts(), st.data())
@settings(max_examples=60)
def test_by_mapping_alone_is_told_exactly_when_all_else_is_as_it_was(claims: list[Requisition], data: Any) -> None:
    then = Books()
    then.offer_all(claims)
    assume(then.bills)
    claim = data.draw(st.sampled_from([each for each in claims if each.id in then.bills]))
    entry = posted(then, claim)

    changed = data.draw(st.sampled_from([claim, replace(claim, invoice_number="X-9"), replace(claim, number=99)]))
    how = data.draw(st.sampled_from(["as it was", "as it was", "edited", "deleted", "left out"]))
    since = change_earlier(then, claim, how, data.draw(st.sampled_from([Decimal("0.01"), Decimal(-500)])))
    links, chosen = data.draw(st.sampled_from(LINKS_OF_TODAY)), data.draw(st.sampled_from(SETTINGS_OF_TODAY))
    approvals = data.draw(st.sampled_from([(), (RESEND,), (CATCH_UP,), (CATCH_UP, RESEND)]))
    today = replace(
        since,
        maps=replace(then.maps, links={**LINKS, **links}),
        defaults=replace(DEFAULTS, choices={**DEFAULTS.choices, **chosen.choices}),
    )
    entry.source_fingerprint, entry.approvals = fingerprint(changed), list(approvals)

    plan, by_then = today.plan(changed, *approvals), since.plan(changed, *approvals)
    if plan.document is None:
        return
    print_ = fingerprint(plan.document)
    is_told = differs_by_mapping_alone(entry, print_)
    # The mapping and settings of then would still make what is posted: whatever differs comes of today's.
    comes_of_mapping = by_then.document is not None and fingerprint(by_then.document) == entry.fingerprint
    is_as_it_was = changed is claim and CATCH_UP not in approvals
    if is_told:
        assert comes_of_mapping
    assert is_told == (print_ != entry.fingerprint and is_as_it_was)


def test_what_was_never_posted_differs_from_nothing() -> None:
    entry = Entry(fingerprint="", source_fingerprint="a", facts={"written_from": "a"})
    assert not differs_by_mapping_alone(entry, "b")


def test_only_money_documents_keep_what_they_were_made_of() -> None:
    assert with_basis(Plan(None, facts={"net": "1.00"}), "print", READ_AT).facts == {"net": "1.00"}


OLDER = READ_AT - timedelta(days=3)


@pytest.mark.parametrize(
    ("more", "keeps_codes", "expected"),
    [
        ({}, True, OLDER),
        ({}, False, READ_AT),
        ({"approvals": ["resend:print"]}, True, READ_AT),
        ({"approvals": ["post_anyway"]}, True, OLDER),
        ({"target_id": ""}, True, READ_AT),
        ({"facts": {}, "posted_at": OLDER - timedelta(days=1)}, True, OLDER - timedelta(days=1)),
    ],
)
def test_what_keeps_its_codes_is_made_by_the_older_mapping(
    more: dict[str, Any], keeps_codes: bool, expected: datetime
) -> None:
    known: dict[str, Any] = {"target_id": "1", "facts": {"mapped_at": to_text(OLDER)}, **more}
    assert mapped_at_for(Entry(**known), READ_AT, keeps_codes=keeps_codes) == expected
