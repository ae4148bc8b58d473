"""Retention per contract: what Procore says, what the books hold, and the accounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mapping.models import DefaultChoice
from smoothx.tenants.models import Tenant
from sync.pages.retention import RECEIVABLE, books_retention, load_retention, retention_card
from tests.factories import figures, make_account, make_entry, make_opening, notice

FIRST = figures("10000.00", "1000.00", "0.00", completed="10000.00", retainage="1000.00")
SECOND = figures("20000.00", "2000.00", "500.00", completed="30000.00", retainage="2500.00")


def choose_accounts(retained: str, released: str) -> None:
    DefaultChoice.objects.create(key="retention_payable_retained", value=retained)
    DefaultChoice.objects.create(key="retention_payable_released", value=released)


def figures_of(contract: Any) -> tuple[Decimal, ...]:
    return (contract.held, contract.released, contract.balance, contract.books_balance, contract.difference)


def test_posted_claims_agree_on_both_sides(scope: Tenant) -> None:
    make_entry(group="1", position=1, facts=FIRST)
    make_entry(group="1", position=2, facts=SECOND)
    (contract,) = load_retention().contracts
    assert figures_of(contract) == tuple(map(Decimal, ("3000.00", "500.00", "2500.00", "2500.00", "0.00")))


def test_a_claim_that_is_not_posted_is_the_difference(scope: Tenant) -> None:
    make_entry(group="1", position=1, facts=FIRST)
    make_entry("blocked", group="1", position=2, facts=SECOND, notices=[notice("vendor_not_mapped", "A")])
    (contract,) = load_retention().contracts
    assert figures_of(contract) == tuple(map(Decimal, ("3000.00", "500.00", "2500.00", "1000.00", "-1500.00")))


def test_a_confirmed_opening_balance_is_in_the_books(scope: Tenant) -> None:
    opening = make_opening(commitment_id="1", number=5, retainage=Decimal("700.00"))
    (before,) = load_retention().contracts
    assert figures_of(before) == tuple(map(Decimal, ("700.00", "0.00", "700.00", "0.00", "-700.00")))
    opening.confirmed_at = timezone.now()
    opening.save()
    later = figures("5000.00", "300.00", "0.00", completed="15000.00", retainage="1000.00")
    make_entry(group="1", position=6, facts=later)
    (after,) = load_retention().contracts
    assert figures_of(after) == tuple(map(Decimal, ("1000.00", "0.00", "1000.00", "1000.00", "0.00")))
    assert after.name == "SC-2417-014"


def test_a_posted_claim_changed_in_procore_differs_until_it_is_updated(scope: Tenant) -> None:
    changed = figures("10000.00", "1200.00", "0.00", completed="10000.00", retainage="1200.00")
    make_entry("held", group="1", target_id="9", facts=FIRST, planned={"facts": changed},
               notices=[notice("paid_and_changed", "Bill 9")])  # fmt: skip
    (contract,) = load_retention().contracts
    assert figures_of(contract) == tuple(map(Decimal, ("1200.00", "0.00", "1200.00", "1000.00", "-200.00")))


def test_an_unapproved_claim_counts_in_the_books_only_and_a_deleted_bill_in_procore_only(scope: Tenant) -> None:
    make_entry("held", group="1", target_id="9", facts=FIRST, notices=[notice("unapproved_after_posting", "Bill 9")])
    make_entry("held", group="2", target_id="10", facts=FIRST, notices=[notice("target_deleted", "Bill 10")])
    make_entry("ineligible", group="3", facts=FIRST, notices=[notice("not_approved")])
    found = {contract.group: figures_of(contract) for contract in load_retention().contracts}
    assert found == {
        "1": tuple(map(Decimal, ("0.00", "0.00", "0.00", "1000.00", "1000.00"))),
        "2": tuple(map(Decimal, ("1000.00", "0.00", "1000.00", "0.00", "-1000.00"))),
    }


def test_retention_made_up_for_counts_once(scope: Tenant) -> None:
    caught_up = figures(
        "20000.00", "2200.00", "0.00", completed="30000.00", retainage="3200.00", catch_up_retention="200.00"
    )
    make_entry(group="1", position=1, facts=FIRST)
    make_entry(group="1", position=2, facts=caught_up)
    (contract,) = load_retention().contracts
    assert contract.held == Decimal("3200.00")
    assert contract.books_balance == contract.balance == Decimal("3200.00")


def test_two_accounts_tie_to_the_contracts(scope: Tenant) -> None:
    make_account("33", "2110", "Retention payable, held", balance="-3000.00")
    make_account("34", "2115", "Retention payable, released", balance="450.00")
    choose_accounts("33", "34")
    make_entry(group="1", position=1, facts=FIRST)
    make_entry(group="1", position=2, facts=SECOND)
    accounts = load_retention().accounts
    assert [(a.label, a.ledger, a.books, a.difference) for a in accounts] == [
        ("2110 Retention payable, held", Decimal("3000.00"), Decimal("3000.00"), Decimal("0.00")),
        ("2115 Retention payable, released", Decimal("-500.00"), Decimal("-450.00"), Decimal("50.00")),
    ]
    assert books_retention() == Decimal("2550.00")


def test_one_account_for_both_is_tied_once(scope: Tenant) -> None:
    make_account("33", "2110", "Retention payable", balance="-2500.00")
    choose_accounts("33", "33")
    make_entry(group="1", position=2, facts=SECOND)
    make_entry(group="1", position=1, facts=FIRST)
    (account,) = load_retention().accounts
    assert (account.ledger, account.books, account.difference) == (
        Decimal("2500.00"), Decimal("2500.00"), Decimal("0.00"),
    )  # fmt: skip


def test_a_balance_that_was_never_read_is_not_made_up(scope: Tenant) -> None:
    choose_accounts("33", "34")
    make_entry(group="1", facts=FIRST)
    assert [(account.label, account.books, account.difference) for account in load_retention().accounts] == [
        ("Account 33", None, None),
        ("Account 34", None, None),
    ]
    assert books_retention() is None


def test_no_retention_is_no_card(scope: Tenant) -> None:
    make_entry(group="1", facts=figures("100.00", "0.00", "0.00", completed="100.00", retainage="0.00"))
    assert retention_card([load_retention()], "/reconcile/") is None


def test_the_card_shows_both_sides_and_says_what_differs(scope: Tenant) -> None:
    make_entry(group="1", position=1, facts=FIRST)
    make_entry("blocked", group="1", position=2, facts=SECOND)
    card = retention_card([load_retention()], "/reconcile/?tab=retention")
    assert card is not None
    rows = [(row["label"], row["procore"], row["quickbooks"], row["is_total"]) for row in card["blocks"][0]["rows"]]
    assert rows == [
        ("Held", Decimal("3000.00"), Decimal("1000.00"), False),
        ("Released", Decimal("-500.00"), Decimal("0.00"), False),
        ("Balance", Decimal("2500.00"), Decimal("1000.00"), True),
    ]
    assert card["note"] == "1 contract differs"


def test_the_queries_do_not_grow_with_the_contracts(scope: Tenant) -> None:
    choose_accounts("33", "34")
    make_entry(group="1", facts=FIRST)
    with CaptureQueriesContext(connection) as few:
        load_retention()
    for group in range(2, 12):
        make_entry(group=str(group), facts=FIRST)
    with CaptureQueriesContext(connection) as many:
        load_retention()
    assert len(many) == len(few) <= 5


OWNER: dict[str, Any] = {"flow": "owner_invoices", "group": "prime-9001", "target_type": "Invoice"}


def test_what_owners_hold_is_a_side_of_its_own(scope: Tenant) -> None:
    make_account("35", "1200", "Retention receivable", balance="2500.00")
    for key in ("retention_receivable_retained", "retention_receivable_released"):
        DefaultChoice.objects.create(key=key, value="35")
    make_entry(group="1", position=1, facts=FIRST)
    make_opening(commitment_id="prime-7", number=2, retainage=Decimal("700.00"), confirmed_at=timezone.now())
    make_entry(**OWNER, position=1, facts=FIRST)
    make_entry(**OWNER, position=2, facts=SECOND)
    owed, owing = load_retention(side=RECEIVABLE), load_retention()
    assert {each.group: figures_of(each) for each in owed.contracts} == {
        "prime-7": tuple(map(Decimal, ("700.00", "0.00", "700.00", "700.00", "0.00"))),
        "prime-9001": tuple(map(Decimal, ("3000.00", "500.00", "2500.00", "2500.00", "0.00"))),
    }
    assert [each.group for each in owing.contracts] == ["1"]
    (account,) = owed.accounts
    # An asset's balance is what is held, with its own sign.
    assert (account.ledger, account.books, account.difference) == tuple(
        map(Decimal, ("3200.00", "2500.00", "-700.00"))
    )
    card = retention_card([owing, owed], "/reconcile/?tab=retention")
    assert card is not None
    assert [block["title"] for block in card["blocks"]] == ["Payable, to subcontractors", "Receivable, from owners"]
