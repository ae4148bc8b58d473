"""The tax of a bill where purchases carry tax codes: on the lines, on retention, and against Procore's own figure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.procore.records import Requisition
from mapping.defaults import PURCHASE_TAX_CODE, RETENTION_TAX_CODE, TAX_BASE, Choice, Defaults
from mapping.kinds import TAX_PURCHASE
from mapping.maps import Maps, Target
from sync.codes import CODES, sentence_for
from tests.sync.flows.contracts import CODES as COST_CODES
from tests.sync.flows.contracts import DEFAULTS, LINKS, Billed, Books, Contract, amount, codes_of

STANDARD, REDUCED = ("70", "20% S"), ("71", "5% R")
RATES = {("purchase", "70"): Decimal(20), ("purchase", "71"): Decimal(5), ("purchase", "72"): Decimal(0)}
TAX_LINKS = {(TAX_PURCHASE.key, "11"): Target(*STANDARD), (TAX_PURCHASE.key, "12"): Target(*REDUCED)}
MAPS = Maps(links={**LINKS, **TAX_LINKS}, codes=COST_CODES, tax_rates=RATES)


def british(**choices: str) -> Defaults:
    """Books with VAT; each choice as default key and id, the purchase default a code of 20%."""
    chosen = {PURCHASE_TAX_CODE.key: "70", **choices}
    named = {key: Choice(id_, f"Code {id_}") for key, id_ in chosen.items() if id_}
    return replace(
        DEFAULTS, choices={**DEFAULTS.choices, **named}, home_currency="USD", books_country="GB", uses_sales_tax=True
    )


def taxed(requisition_wire: dict[str, Any], **codes: str) -> Requisition:
    """`codes`: the Procore tax code of each line by its name."""
    for item in requisition_wire["items"]:
        name = item["id"][-1]
        if name in codes:
            item["taxes"] = [{"tax_code_id": int(codes[name]), "tax_code_name": f"VAT {codes[name]}"}]
    return Requisition.from_wire(requisition_wire)


def books(defaults: Defaults | None = None) -> Books:
    return Books(defaults=defaults or british(), maps=MAPS)


def lines_of(bill: Any) -> list[tuple[str, str, Decimal]]:
    return [(line.role, line.tax_code_id, line.amount) for line in bill.lines]


def test_lines_carry_their_codes_and_the_tax_stands_beside_them() -> None:
    wire = Contract().wire([Billed("A", work=1000), Billed("B", work=400)], tax=220)
    plan = books().plan(taxed(wire, A="11", B="12"))
    bill = plan.document
    assert bill is not None
    assert codes_of(plan) == []
    assert lines_of(bill) == [("cost", "70", amount(1000)), ("cost", "71", amount(400))]
    assert (bill.has_tax_codes, bill.tax, bill.total) == (True, amount(220), amount(1620))
    assert (plan.facts["tax"], plan.facts["coded_tax"], plan.facts["net"]) == ("220.00", "220.00", "1400.00")
    assert (plan.facts["tax_beside"], plan.facts["tax_codes"]) == ("0.00", "11 12")
    sent = bill.to_wire()
    assert sent["GlobalTaxCalculation"] == "TaxExcluded"
    assert [line["AccountBasedExpenseLineDetail"]["TaxCodeRef"] for line in sent["Line"]] == [
        {"value": "70"}, {"value": "71"},
    ]  # fmt: skip
    assert "part of the cost" not in bill.memo


def test_tax_after_retention_falls_on_retention_by_the_code_of_the_work() -> None:
    rows = [Billed("A", work=1000, retained=100), Billed("B", work=400, retained=40)]
    # 20% of 900 and 5% of 360.
    plan = books().plan(taxed(Contract().wire(rows, tax=198), A="11", B="12"))
    bill = plan.document
    assert bill is not None, codes_of(plan)
    assert lines_of(bill) == [
        ("cost", "70", amount(1000)),
        ("cost", "71", amount(400)),
        ("retained", "70", amount(-100)),
        ("retained", "71", amount(-40)),
    ]
    assert (bill.tax, bill.total) == (amount(198), amount(1458))


def test_one_code_makes_one_retention_line() -> None:
    rows = [Billed("A", work=1000, retained=100), Billed("B", work=400, retained=40)]
    bill = books().plan(taxed(Contract().wire(rows, tax=252), A="11", B="11")).document
    assert bill is not None
    assert lines_of(bill)[2:] == [("retained", "70", amount(-140))]


def test_tax_before_retention_needs_a_code_for_retention_and_then_taxes_the_work_alone() -> None:
    rows = [Billed("A", work=1000, retained=100)]
    stopped = books(british(tax_base="gross")).plan(taxed(Contract().wire(rows, tax=200), A="11"))
    assert codes_of(stopped) == ["retention_tax_not_set"]
    assert stopped.blockers[0].waits_for == "default:retention_tax_code"
    # A claim that holds nothing back has no line that the code is for.
    whole = books(british(tax_base="gross")).plan(taxed(Contract().wire([Billed("A", work=1000)], tax=200), A="11"))
    assert whole.document is not None, codes_of(whole)
    assert lines_of(whole.document) == [("cost", "70", amount(1000))]
    plan = books(british(tax_base="gross", retention_tax_code="72")).plan(
        taxed(Contract().wire(rows, tax=200), A="11")
    )
    assert plan.document is not None, codes_of(plan)
    assert lines_of(plan.document) == [("cost", "70", amount(1000)), ("retained", "72", amount(-100))]
    assert plan.document.total == amount(1100)


def test_released_retention_is_taxed_when_it_is_released() -> None:
    contract, held = Contract(), books()
    held.offer(taxed(contract.wire([Billed("A", work=1000, retained=100)], tax=180), A="11"))
    plan = held.offer(taxed(contract.wire([Billed("A", released=100)], tax=20), A="11"))
    assert plan.document is not None, codes_of(plan)
    assert lines_of(plan.document) == [("released", "70", amount(100))]
    assert plan.document.total == amount(120)


def test_a_negative_claim_is_a_credit_with_its_tax() -> None:
    contract, credited = Contract(), books()
    credited.offer(taxed(contract.wire([Billed("A", work=1000)], tax=200), A="11"))
    plan = credited.offer(taxed(contract.wire([Billed("A", work=-300)], tax=-60), A="11"))
    assert plan.document is not None, codes_of(plan)
    assert (plan.document.entity, plan.document.total, plan.document.tax) == (
        "VendorCredit", amount(-360), amount(-60),
    )  # fmt: skip
    assert [line["Amount"] for line in plan.document.to_wire()["Line"]] == [amount(300)]


def test_a_line_without_a_code_takes_the_default() -> None:
    wire = Contract().wire([Billed("A", work=100), Billed("B", work=100)], tax=25)
    bill = books().plan(taxed(wire, B="12")).document
    assert bill is not None
    assert lines_of(bill) == [("cost", "70", amount(100)), ("cost", "71", amount(100))]


def test_a_firm_without_tax_in_procore_leaves_it_to_quickbooks() -> None:
    plan = books().plan(Contract().bill(Billed("A", work=100)))
    assert plan.document is not None
    assert (plan.document.tax, plan.document.total, plan.facts["tax"]) == (amount(20), amount(120), "0.00")


@pytest.mark.parametrize(
    ("code", "waits_for", "also", "defaults", "links", "procore_code"),
    [
        ("tax_code_not_mapped", "link:tax_purchase:13", (), british(), {}, "13"),
        (
            "tax_code_inactive",
            "",
            ("link:tax_purchase:11",),
            british(),
            {(TAX_PURCHASE.key, "11"): Target("70", "Old", is_active=False)},
            "11",
        ),
        ("tax_code_not_set", "default:purchase_tax_code", (), british(purchase_tax_code=""), {}, ""),
    ],
)
def test_a_code_that_is_missing_stops(
    code: str, waits_for: str, also: tuple[str, ...], defaults: Defaults, links: Any, procore_code: str
) -> None:
    stopped = Books(defaults=defaults, maps=replace(MAPS, links={**MAPS.links, **links}))
    codes = {"A": procore_code} if procore_code else {}
    plan = stopped.plan(taxed(Contract().wire([Billed("A", work=100)], tax=20), **codes))
    assert plan.document is None
    (notice,) = plan.blockers
    assert (notice.code, notice.waits_for, notice.also_lifted_by) == (code, waits_for, also)
    assert CODES[code].state == "blocked"
    assert "…" not in sentence_for(code, notice.subject, notice.detail)


def test_two_taxes_on_one_line_are_no_code_that_could_be_mapped() -> None:
    wire = Contract().wire([Billed("A", work=100)], tax=15)
    wire["items"][0]["taxes"] = [
        {"tax_code_id": 11, "tax_code_name": "GST"}, {"tax_code_id": 14, "tax_code_name": "PST"},
    ]  # fmt: skip
    plan = books().plan(Requisition.from_wire(wire))
    assert [(n.code, n.subject) for n in plan.blockers] == [("tax_code_not_mapped", "GST and PST")]


def test_another_tax_than_procores_is_held_until_allowed() -> None:
    requisition = taxed(Contract().wire([Billed("A", work=1000, retained=100)], tax=200), A="11")
    plan = books().plan(requisition)
    assert [(n.code, dict(n.detail)) for n in plan.blockers] == [
        ("tax_differs", {"computed": "180.00", "stated": "200.00"})
    ]
    assert plan.blockers[0].also_lifted_by == (
        "default:tax_base", "default:purchase_tax_code", "default:retention_tax_code",
    )  # fmt: skip
    assert CODES["tax_differs"].state == "held"
    allowed = books().plan(requisition, "tax").document
    assert allowed is not None
    assert allowed.total == amount(1100)


@pytest.mark.parametrize(("stated", "is_held"), [("20.05", False), ("19.95", False), ("20.06", True), ("19.94", True)])
def test_what_rounding_comes_to_is_no_difference(stated: str, is_held: bool) -> None:
    wire = Contract().wire([Billed("A", work=100)])
    wire["summary"]["tax_applicable_to_this_payment"] = stated
    assert (codes_of(books().plan(taxed(wire, A="11"))) == ["tax_differs"]) is is_held


def test_a_rate_that_is_not_known_is_left_to_the_comparison_after_posting() -> None:
    unknown = Books(defaults=british(), maps=replace(MAPS, tax_rates={}))
    plan = unknown.plan(taxed(Contract().wire([Billed("A", work=100)], tax=33), A="11"))
    assert plan.document is not None
    assert plan.document.total == amount(133)


def test_a_posted_bill_is_not_held_again_for_its_tax() -> None:
    posted, requisition = books(), taxed(Contract().wire([Billed("A", work=100)], tax=33), A="11")
    first = posted.offer(requisition, "tax").document
    assert posted.plan(requisition).document == first


def test_a_difference_made_up_for_carries_its_own_tax() -> None:
    found, edited = books(), Contract()
    found.offer(taxed(Contract().wire([Billed("A", work=1000)], tax=200), A="11"))
    edited.wire([Billed("A", work=2000)], tax=400)
    plan = found.plan(taxed(edited.wire([Billed("A", work=500)], tax=100), A="11"), "catch_up")
    assert plan.document is not None, codes_of(plan)
    assert lines_of(plan.document) == [("cost", "70", amount(500)), ("catch_up", "70", amount(1000))]
    assert (plan.document.tax, plan.document.total) == (amount(300), amount(1800))


@pytest.mark.parametrize("country", ["AU", "US"])
def test_books_without_sales_tax_take_tax_as_cost(country: str) -> None:
    bill = Books(defaults=replace(DEFAULTS, books_country=country)).plan(
        Contract().bill(Billed("A", work=1000), tax=90)
    ).document  # fmt: skip
    assert bill is not None
    assert lines_of(bill) == [("cost", "", amount(1090))]
    assert (bill.has_tax_codes, bill.total) == (False, amount(1090))
    assert "GlobalTaxCalculation" not in bill.to_wire()


pence = st.integers(min_value=0, max_value=500_000).map(lambda value: Decimal(value) / 100)


@given(works=st.lists(pence, min_size=3, max_size=3), percent=st.integers(0, 15), code=st.sampled_from(["11", "12"]))
def test_net_and_tax_are_each_procores(works: list[Decimal], percent: int, code: str) -> None:
    rows = [
        Billed(name, work=work, retained=(work * percent / 100).quantize(Decimal("0.01")))
        for name, work in zip("ABC", works, strict=True)
    ]
    wire = Contract().wire(rows)
    codes = dict(zip("ABC", [code, "11", "12"], strict=True))
    untaxed = taxed(wire, **codes)
    rate = {"11": Decimal("0.20"), "12": Decimal("0.05")}
    bases: dict[str, Decimal] = {}
    for row in rows:
        bases[codes[row.line]] = bases.get(codes[row.line], Decimal(0)) + Decimal(row.work) - Decimal(row.retained)
    tax = sum((amount(base * rate[name]) for name, base in bases.items()), amount(0))
    plan = books().plan(replace(untaxed, tax=tax))
    if not any(works):
        assert codes_of(plan) == ["nothing_to_post"]
        return
    assert plan.document is not None, codes_of(plan)
    assert sum(line.amount for line in plan.document.lines) == untaxed.due
    assert plan.document.total == untaxed.due + tax
    assert {line.tax_code_id for line in plan.document.lines} <= {"70", "71"}


def test_the_settings_are_what_they_say() -> None:
    assert (TAX_BASE.preset, PURCHASE_TAX_CODE.gate, RETENTION_TAX_CODE.account_types) == (
        "net", "purchase_tax", TAX_PURCHASE.right_types,
    )  # fmt: skip
