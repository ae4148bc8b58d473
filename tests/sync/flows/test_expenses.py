"""The rule for costs entered in QuickBooks: what becomes a direct cost, of which project, on which budget code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.qbo.records_costs import BookedCost
from mapping.budgets import BudgetLine, ProjectBudget, make_budget
from mapping.defaults import (
    CLASS_TYPE,
    FOLLOW_DELETED_COSTS,
    JOURNAL_COSTS,
    LOCK_OUR_RECORDS,
    MISSING_BUDGET_CODES,
    PAYEE_VENDOR,
)
from mapping.kinds import COST_CODE_ACCOUNT, COST_TYPE_CLASS, PROJECT, SUB_JOB, VENDOR
from mapping.maps import CodeRef, LeftSide, Maps, Target
from sync.flows._booked import ExpensePart, Gone
from sync.flows.expenses import describe_expense, split_by_customer
from tests.sync.flows.booked import (
    BUDGETS,
    CHOICES,
    CODES,
    CONCRETE,
    LEFTS,
    LOFTS,
    MAPS,
    PLAZA,
    RETENTION,
    STEEL,
    TOWER,
    UNUSED,
    booked,
    choose,
    codes,
    document,
    line,
    part_of,
    plan,
    removal,
    warnings,
    wire,
)

CARD: dict[str, Any] = {"PaymentType": "CreditCard", "EntityRef": {"value": "56", "name": "Acme", "type": "Vendor"}}


def rows(part: ExpensePart, maps: Maps = MAPS, **more: Any) -> list[tuple[str, str, str]]:
    """(budget code, amount, rule) of each line."""
    made = document(part, maps, choose(*CHOICES, **more)).lines
    return [(each.wbs_code_id, str(each.amount), each.chosen_by) for each in made]


def test_a_bill_becomes_an_invoice_on_the_codes_its_accounts_mean() -> None:
    made = document(part_of(booked(line("100.00"), line("40.50", STEEL), PrivateNote="Order 7.")))
    assert [(each.wbs_code_id, str(each.amount)) for each in made.lines] == [("w1", "100.00"), ("w2", "40.50")]
    assert (made.kind, made.number, made.vendor_id, made.project_id) == ("invoice", "4402", "518", "1001")
    assert (made.date, made.payment_date, str(made.total)) == (date(2026, 8, 14), None, "140.50")
    assert made.is_locked
    assert made.memo.startswith("QuickBooks bill 4402. Order 7. Smoothx ")
    assert made.to_wire()["head"]["status"] == "approved"


@pytest.mark.parametrize(
    ("kind", "more", "name", "sign", "paid"),
    [
        ("Purchase", CARD, "Card charge 4402", 1, "2026-08-14"),
        ("Purchase", {**CARD, "Credit": True}, "Card credit 4402", -1, "2026-08-14"),
        ("Purchase", {**CARD, "PaymentType": "Check"}, "Check 4402", 1, "2026-08-14"),
        ("Purchase", {**CARD, "PaymentType": "Cash"}, "Expense 4402", 1, "2026-08-14"),
        ("VendorCredit", {}, "Vendor credit 4402", -1, ""),
    ],
)
def test_each_kind_has_its_sign_and_name(kind: Any, more: dict[str, Any], name: str, sign: int, paid: str) -> None:
    part = part_of(booked(line("75.25"), line("-5.25"), kind=kind, **more))
    made = document(part)
    assert made.total == sign * Decimal("70.00")
    assert describe_expense(part).number == name
    assert describe_expense(part).amount == made.total
    assert str(made.payment_date or "") == paid
    assert made.kind == ("invoice" if kind == "VendorCredit" else "expense")


def test_a_bill_over_three_projects_has_a_part_for_each_and_overhead_has_none() -> None:
    cost = booked(
        line("10.00"), line("20.00", customer=PLAZA), line("30.00", customer=TOWER), line("9.99", customer="")
    )
    assert split_by_customer(cost) == (LOFTS, PLAZA, TOWER)
    lofts, plaza, tower = (part_of(cost, part) for part in split_by_customer(cost))
    assert (str(document(lofts).total), document(lofts).number) == ("10.00", "4402")
    assert (str(document(plaza).total), document(plaza).number) == ("20.00", "4402-2")
    found = plan(tower)
    assert codes(found) == ["customer_not_a_project"]
    assert found.blockers[0].waits_for == "linked:project:99"
    assert found.blockers[0].subject == "Customer 99"


def test_a_number_once_given_stays_and_is_never_given_twice() -> None:
    cost = booked(line("20.00", customer=PLAZA), line("10.00"))
    posted = replace(MAPS, posted={"number": "4402", "project_id": "1001"})
    assert document(part_of(cost, LOFTS), posted).number == "4402"
    taken = replace(MAPS, taken_numbers=frozenset({"4402"}))
    assert document(part_of(cost, PLAZA), taken).number == "4402-2"
    both = replace(MAPS, taken_numbers=frozenset({"4402", "4402-2"}))
    assert document(part_of(cost, PLAZA), both).number == "4402-3"


@pytest.mark.parametrize(
    ("kind", "more", "number"),
    [("Bill", {}, "QB-145"), ("VendorCredit", {}, "QB-145-CR"), ("Purchase", CARD, "")],
)
def test_a_document_without_a_number_gets_a_stable_one_where_it_needs_one(
    kind: Any, more: dict[str, Any], number: str
) -> None:
    assert document(part_of(booked(line("1.00"), kind=kind, DocNumber=None, **more))).number == number


def test_an_unmapped_account_takes_the_bill_code_with_a_warning() -> None:
    found = plan(part_of(booked(line("12.00", UNUSED))))
    assert found.document is not None
    assert [each.wbs_code_id for each in found.document.lines] == ["w9"]
    assert warnings(found) == ["procore_code_used"]
    assert found.warnings[0].detail["amount"] == "12.00"


def test_without_a_bill_code_an_unmapped_account_stops_the_document() -> None:
    found = plan(part_of(booked(line("12.00", UNUSED))), defaults=choose(CHOICES[0], CHOICES[2]))
    assert codes(found) == ["procore_code_unclear"]
    assert found.blockers[0].waits_for == "default:procore_bill_code"
    assert "linked:cost_code_account:299" in found.blockers[0].also_lifted_by


def test_an_account_that_two_budget_codes_use_decides_nothing() -> None:
    shared = replace(MAPS, links={**MAPS.links, (COST_CODE_ACCOUNT.key, "12"): Target(CONCRETE, "Concrete")})
    found = plan(part_of(booked(line("12.00"))), shared)
    assert warnings(found) == ["procore_code_used"]
    assert found.document is not None
    assert found.document.lines[0].wbs_code_id == "w9"


def test_no_cost_type_nothing_goes() -> None:
    part = part_of(booked(line("5.00", ClassRef="31")))
    assert codes(plan(part, defaults=choose(*CHOICES[:2]))) == ["cost_type_not_set"]
    by_class = choose(*CHOICES[:2], (CLASS_TYPE, "cost_type", "Cost Type"))
    maps = replace(MAPS, links={**MAPS.links, (COST_TYPE_CLASS.key, "7"): Target("31", "Field")})
    assert document(part, maps, by_class).lines[0].cost_type_id == "7"
    assert codes(plan(part, MAPS, by_class)) == ["cost_type_not_set"]


def without(*line_ids: str) -> Maps:
    """The first project without these budget codes."""
    kept = tuple(each for each in BUDGETS["1001"].lines if each.id not in line_ids)
    return replace(MAPS, budgets={"1001": make_budget("1001", kept, BUDGETS["1001"].codes)})


def test_a_missing_budget_code_is_made_where_that_is_allowed() -> None:
    part = part_of(booked(line("5.00", UNUSED)))
    found = plan(part, without("w9"))
    assert found.document is not None
    assert (found.document.lines[0].wbs_code_id, found.document.lines[0].cost_code_id) == ("", "809")
    assert warnings(found) == ["budget_code_made", "procore_code_used"]
    refused = choose(*CHOICES, (MISSING_BUDGET_CODES, "no", "No"))
    assert codes(plan(part, without("w9"), refused)) == ["budget_code_missing"]


def test_where_none_may_be_made_the_bill_code_is_taken() -> None:
    lines = (BudgetLine("w1", "801", "7", "M", is_active=False), *BUDGETS["1001"].lines[1:])
    other = BudgetLine("w1s", "801", "8", "L")
    maps = replace(MAPS, budgets={"1001": make_budget("1001", (*lines, other), BUDGETS["1001"].codes)})
    found = plan(part_of(booked(line("5.00"))), maps)
    assert found.document is not None
    assert found.document.lines[0].wbs_code_id == "w9"
    assert warnings(found) == ["other_code_used"]


def test_a_project_without_the_code_and_without_the_bill_code_is_stopped() -> None:
    maps = replace(MAPS, budgets={"1002": make_budget("1002", (), ())}, codes={})
    assert codes(plan(part_of(booked(line("5.00", customer=PLAZA)), PLAZA), maps)) == ["code_not_in_project"]


def test_a_sub_job_takes_its_own_copy_of_the_code() -> None:
    own = {**CODES, "871": CodeRef("11", "03-300", "Concrete", sub_job_id="44")}
    budget = make_budget("1001", (*BUDGETS["1001"].lines, BudgetLine("j1", "871", "7", "M")), ("801", "871"))
    lefts = {**LEFTS, (SUB_JOB.key, "120"): LeftSide("44", "Tower A", True, "1001")}
    maps = replace(MAPS, codes=own, budgets={"1001": budget}, lefts=lefts)
    made = document(part_of(booked(line("5.00", customer="120")), "120"), maps)
    assert (made.project_id, made.lines[0].wbs_code_id) == ("1001", "j1")
    assert document(part_of(booked(line("5.00"))), maps).lines[0].wbs_code_id == "w1"


@pytest.mark.parametrize(
    ("lefts", "budgets", "code"),
    [
        ({(PROJECT.key, LOFTS): LeftSide("1001", "Lofts", False)}, BUDGETS, "procore_project_inactive"),
        ({}, {"1001": ProjectBudget("1001", is_visible=False)}, "procore_project_hidden"),
        ({(VENDOR.key, "56"): LeftSide("518", "Acme", False)}, BUDGETS, "procore_vendor_inactive"),
    ],
)
def test_targets_that_cannot_be_used_stop_the_document(lefts: Any, budgets: Any, code: str) -> None:
    maps = replace(MAPS, lefts={**LEFTS, **lefts}, budgets=budgets)
    found = plan(part_of(booked(line("5.00"))), maps)
    assert codes(found) == [code]
    assert found.document is None


def test_an_unmapped_vendor_waits_for_its_link() -> None:
    found = plan(part_of(booked(line("5.00"), VendorRef={"value": "57", "name": "Bolt Co"})))
    assert codes(found) == ["vendor_not_mapped"]
    assert (found.blockers[0].subject, found.blockers[0].waits_for) == ("Bolt Co", "linked:vendor:57")


@pytest.mark.parametrize("payee", [None, {"value": "9", "name": "Ann Lee", "type": "Employee"}])
def test_a_card_charge_without_a_vendor_takes_the_chosen_one(payee: Any) -> None:
    cost = booked(line("5.00"), kind="Purchase", PaymentType="CreditCard", EntityRef=payee)
    found = plan(part_of(cost))
    assert codes(found) == ["payee_missing"]
    assert found.blockers[0].waits_for == "default:payee_vendor"
    made = document(part_of(cost), defaults=choose(*CHOICES, (PAYEE_VENDOR, "600", "Various")))
    assert (made.vendor_id, made.has_payee) == ("600", False)


def test_retention_lines_are_no_cost() -> None:
    part = part_of(booked(line("100.00"), line("-10.00", RETENTION)), left_out_accounts=(RETENTION,))
    assert str(document(part).total) == "100.00"
    alone = part_of(booked(line("-10.00", RETENTION), line("10.00", customer="")), left_out_accounts=(RETENTION,))
    assert removal(plan(alone)) == "no_cost_here"


@pytest.mark.parametrize(
    ("facts", "more", "reason"),
    [
        ({"is_ours": True}, {}, "cost_is_ours"),
        ({"orders": ("90",)}, {"LinkedTxn": [{"TxnType": "PurchaseOrder", "TxnId": "90"}]}, "cost_of_order"),
        ({}, {"TxnDate": "2026-06-30"}, "cost_before_start"),
        ({"part": PLAZA}, {}, "no_cost_here"),
    ],
)
def test_what_is_no_cost_by_this_way(facts: dict[str, Any], more: dict[str, Any], reason: str) -> None:
    maps = replace(MAPS, start_date=date(2026, 7, 1))
    assert removal(plan(part_of(booked(line("5.00"), **more), **facts), maps)) == reason


def test_only_lines_against_an_order_of_ours_are_left_out() -> None:
    ordered = line("5.00") | {"LinkedTxn": [{"TxnType": "PurchaseOrder", "TxnId": "90", "TxnLineId": "1"}]}
    part = part_of(booked(ordered, line("7.00")), orders=("90",))
    assert str(document(part).total) == "7.00"
    assert removal(plan(part_of(booked(ordered), orders=("90",)))) == "cost_of_order"
    # QuickBooks names the orders of lines on the document as a whole too.
    headed = booked(ordered, line("7.00"), LinkedTxn=[{"TxnType": "PurchaseOrder", "TxnId": "90"}])
    assert plan(part_of(headed, orders=("90",))).document == plan(part).document


def test_what_receives_an_order_is_never_lost_without_a_word() -> None:
    ordered = line("5.00") | {"LinkedTxn": [{"TxnType": "PurchaseOrder", "TxnId": "90", "TxnLineId": "1"}]}
    off = {"orders": ("90",), "orders_are_carried": False}
    alone = plan(part_of(booked(ordered), **off))
    assert [(notice.code, notice.waits_for) for notice in alone.blockers] == [
        ("cost_of_order_not_carried", "flow:order_bills")
    ]
    mixed = plan(part_of(booked(ordered, line("7.00")), **off))
    assert [notice.code for notice in mixed.warnings] == ["order_lines_not_carried"]
    assert mixed.warnings[0].detail["amount"] == "5.00"
    for lines in ((ordered,), (ordered, line("7.00"))):
        card = plan(part_of(booked(*lines, kind="Purchase"), orders=("90",)))
        assert "expense_of_order" in [notice.code for notice in card.blockers]


def test_a_project_taken_off_the_document_loses_its_direct_cost() -> None:
    posted = replace(MAPS, posted={"number": "4402", "project_id": "1001"})
    assert removal(plan(part_of(booked(line("5.00", customer=PLAZA))), posted)) == "cost_part_gone"


def test_a_posted_cost_stays_when_its_day_moves_before_the_start() -> None:
    maps = replace(MAPS, start_date=date(2026, 7, 1), posted={"number": "4402", "project_id": "1001"})
    assert document(part_of(booked(line("5.00"), TxnDate="2026-06-30")), maps).date == date(2026, 6, 30)


def test_a_customer_mapped_to_another_project_is_for_a_person() -> None:
    posted = replace(MAPS, posted={"number": "4402", "project_id": "1009", "project_name": "Old"})
    assert codes(plan(part_of(booked(line("5.00"))), posted)) == ["cost_moved_project"]


def test_a_deleted_document_takes_its_direct_cost_along_unless_told_not_to() -> None:
    gone = Gone("Bill 4402", "Acme, Bill 4402", "Acme", "56", date(2026, 8, 14), Decimal("5.00"), is_posted=True)
    part = ExpensePart("145", LOFTS, None, gone=gone)
    assert removal(plan(part)) == "deleted_in_quickbooks"
    keep = choose(*CHOICES, (FOLLOW_DELETED_COSTS, "no", "No"))
    assert codes(plan(part, defaults=keep)) == ["cost_source_deleted"]
    assert removal(plan(replace(part, gone=replace(gone, is_posted=False)), defaults=keep)) == "deleted_in_quickbooks"
    assert describe_expense(part).number == "Bill 4402"


def test_a_foreign_currency_is_not_posted() -> None:
    assert codes(plan(part_of(booked(line("5.00"), CurrencyRef={"value": "CAD"})))) == ["cost_currency_differs"]


def test_a_locked_record_is_a_choice() -> None:
    made = document(part_of(booked(line("5.00"))), defaults=choose(*CHOICES, (LOCK_OUR_RECORDS, "no", "No")))
    assert not made.is_locked


# --- tax


def test_sales_tax_is_cost_and_shared_over_all_lines() -> None:
    part = part_of(booked(line("100.00"), line("50.00", STEEL), line("50.00", customer=""), tax="16.50"))
    assert rows(part) == [("w1", "108.25", "Account"), ("w2", "54.13", "Account")]


def test_tax_that_is_taken_back_is_no_cost() -> None:
    part = part_of(booked(line("100.00"), tax="20.00"), is_tax_cost=False)
    assert str(document(part).total) == "100.00"


def test_tax_inside_the_lines_is_taken_out_where_it_is_taken_back() -> None:
    inside = {"TotalAmt": "120.00", "TxnTaxDetail": {"TotalTax": "20.00"}}
    one = part_of(booked(line("120.00", TaxCodeRef="20"), **inside), is_tax_cost=False)
    assert str(document(one).total) == "100.00"
    two = booked(line("60.00", TaxCodeRef="20"), line("60.00", TaxCodeRef="5"), **inside)
    assert codes(plan(part_of(two, is_tax_cost=False))) == ["cost_tax_unclear"]


def test_an_expense_states_the_tax_of_each_rate_alone() -> None:
    taxes = {"TaxLine": [{"Amount": "2.00"}, {"Amount": "1.00"}]}
    cost = booked(line("30.00"), kind="Purchase", TxnTaxDetail=taxes, TotalAmt="33.00", **CARD)
    assert (str(cost.tax), str(document(part_of(cost)).total)) == ("3.00", "33.00")


def test_lines_that_do_not_come_to_the_total_stop_the_document() -> None:
    found = plan(part_of(booked(line("5.00"), TotalAmt="6.00")))
    assert codes(found) == ["cost_totals_differ"]
    assert found.blockers[0].detail == {"lines": "5.00", "figure": "6.00"}


# --- journal entries


def journal(*lines: tuple[str, str, str, str]) -> BookedCost:
    """(posting type, amount, account, customer) of each line."""
    details = [
        {
            "Id": str(number),
            "Amount": amount,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {
                "PostingType": side,
                "AccountRef": {"value": account, "name": "An account"},
                **({"Entity": {"Type": "Customer", "EntityRef": {"value": customer}}} if customer else {}),
            },
        }
        for number, (side, amount, account, customer) in enumerate(lines)
    ]
    return BookedCost.from_wire({**wire(), "TotalAmt": "0", "VendorRef": None, "Line": details}, "JournalEntry")


def test_journal_lines_cross_only_when_wanted_and_only_from_cost_accounts() -> None:
    cost = journal(
        ("Debit", "40.00", CONCRETE, LOFTS), ("Credit", "15.00", STEEL, LOFTS), ("Credit", "25.00", "1", "")
    )
    part = part_of(cost, cost_accounts=(CONCRETE, STEEL))
    assert removal(plan(part)) == "journals_off"
    wanted = choose(*CHOICES, (JOURNAL_COSTS, "yes", "Yes"), (PAYEE_VENDOR, "600", "Various"))
    made = document(part, defaults=wanted)
    assert [(each.wbs_code_id, str(each.amount)) for each in made.lines] == [("w1", "40.00"), ("w2", "-15.00")]
    assert removal(plan(replace(part, cost_accounts=()), defaults=wanted)) == "no_cost_here"
