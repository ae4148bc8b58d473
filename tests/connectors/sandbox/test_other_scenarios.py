"""What the firms beside the plain demo hold: owner invoices, spending, the mess, the size, the stock company."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.amounts import take_percent
from connectors.sandbox.firm.contractor import Contractor
from connectors.sandbox.firm.scenarios import build
from connectors.sandbox.procore import ProcoreSandbox
from connectors.sandbox.qbo import QboSandbox
from connectors.sandbox.wire import encode

NAMES = ("demo", "empty", "messy", "stock", "uk", "large")


@pytest.fixture(scope="module", params=NAMES)
def sandboxes(request: pytest.FixtureRequest) -> Iterator[tuple[str, ProcoreSandbox, QboSandbox]]:
    firm = build(request.param)
    procore, books = ProcoreSandbox(firm), QboSandbox(firm)
    yield request.param, procore, books
    procore.close()
    books.close()


@pytest.fixture(scope="module")
def demo() -> Contractor:
    return build("demo")


@pytest.fixture(scope="module")
def messy() -> Contractor:
    return build("messy")


def test_stock_procore_is_a_new_development_sandbox() -> None:
    procore = ProcoreSandbox(build("stock"))
    [project] = procore.tables.iterate("projects")
    assert procore.shape_project(project)["display_name"] == "1234 - Sandbox Test Project"
    assert procore.shape_project(project)["project_stage"] == {"id": 3, "name": "Course of Construction"}
    made = [row for row in procore.tables.iterate("people") if row["email_address"].endswith("@sandbox.example")]
    assert [(row["first_name"], row["last_name"], row["is_employee"], row["employee_id"]) for row in made] == [
        ("Test", "Architect", False, None),
        ("Test", "Subcontractor", False, None),
        ("API", "Support", False, None),
    ]
    assert all(row["user_id"] for row in made)
    assert not [*procore.tables.iterate("vendors"), *procore.tables.iterate("commitments")]
    procore.close()


def count_lines(firm: Contractor) -> int:
    contracts = (*firm.commitments, *firm.prime_contracts)
    lines = sum(len(contract.lines) for contract in contracts)
    lines += sum(len(change.lines) for contract in contracts for change in contract.change_orders)
    lines += sum(len(claim.lines) for commitment in firm.commitments for claim in commitment.claims)
    lines += sum(len(claim.lines) for prime in firm.prime_contracts for claim in prime.applications)
    return lines + sum(len(cost.lines) for cost in (*firm.direct_costs, *firm.expenses))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_name_size_and_seed_give_the_same_firm(name: str) -> None:
    assert build(name, seed=5) == build(name, seed=5)


def test_every_transaction_of_the_books_sums_to_zero(sandboxes: tuple[str, ProcoreSandbox, QboSandbox]) -> None:
    _, _, books = sandboxes
    book = books.find_book()
    for kind in book.kinds.values():
        if kind.family == "transaction":
            for record in book.all(kind.name):
                assert sum(amount for _, amount in kind.postings(book, record)) == 0, (kind.name, record["Id"])


def test_a_dump_restores_to_the_same_dump(sandboxes: tuple[str, ProcoreSandbox, QboSandbox]) -> None:
    for app in sandboxes[1:]:
        text = encode(app.dump())
        twin: Any = type(app)(app.contractor, clock=app.clock, state=json.loads(text, parse_float=Decimal))
        assert encode(twin.dump()) == text
        twin.close()


def test_a_large_firm_has_a_thousand_cost_lines_per_size() -> None:
    for size in (1, 3):
        assert 1000 * size <= count_lines(build("large", size=size)) < 1600 * size


def test_owners_are_billed_no_more_than_their_contracts(demo: Contractor) -> None:
    assert len(demo.prime_contracts) == 6
    for contract in demo.prime_contracts:
        for index, line in enumerate(contract.lines):
            billed = [entry for claim in contract.applications for entry in claim.lines if entry.line == index]
            assert sum(entry.work for entry in billed) <= line.amount
            held = sum(take_percent(entry.work, contract.retainage_percent) for entry in billed)
            assert sum(entry.released for entry in billed) <= held


def test_early_payments_pay_early_claims_in_full(demo: Contractor) -> None:
    claims = {
        (commitment.key, claim.number): (claim, commitment.retainage_percent)
        for commitment in demo.commitments
        for claim in commitment.claims
    }
    issued = [payment for payment in demo.payments if (payment.contract_key, payment.claim_number) in claims]
    assert issued
    for payment in issued:
        claim, percent = claims[payment.contract_key, payment.claim_number]
        assert claim.billing_date < demo.start_date <= payment.date or payment.date < demo.start_date
        net = sum(line.work - take_percent(line.work, percent) for line in claim.lines)
        assert (payment.amount, payment.invoice_number) == (net, claim.invoice_number)


def test_books_start_with_card_charges_classes_and_no_bills(demo: Contractor) -> None:
    books = QboSandbox(demo)
    book = books.find_book()
    assert {row["Name"] for row in book.all("Class")} == set(demo.class_names)
    spent = list(book.all("Purchase"))
    assert len(spent) == len(demo.expenses)
    assert sum(row["TotalAmt"] for row in spent) == sum(line.amount for each in demo.expenses for line in each.lines)
    assert {row["PaymentType"] for row in spent} == {"CreditCard", "Check"}
    assert [row["TotalAmt"] for row in spent if row.get("Credit")] == [Decimal("84.12")]
    assert not list(book.all("Bill"))
    books.close()


def test_a_mess_leaves_every_amount_alone(demo: Contractor, messy: Contractor) -> None:
    def list_amounts(firm: Contractor) -> list[Any]:
        return [
            [(line.cost_code, line.amount) for line in commitment.lines]
            + [(entry.line, entry.work, entry.stored) for claim in commitment.claims for entry in claim.lines]
            for commitment in firm.commitments
        ]

    assert list_amounts(messy) == list_amounts(demo)
    assert messy.prime_contracts == demo.prime_contracts
    assert messy.expenses == demo.expenses


def test_a_mess_has_what_careless_years_leave(messy: Contractor) -> None:
    names = [company.procore_name for company in messy.companies if company.procore_name]
    assert len(names) > len(set(names))
    assert any(name != name.strip() for name in names)
    assert any("\u00a0" in name for name in names)
    assert any("&amp;" in name for name in names)
    assert any(ord(mark) > 0xFFFF for name in names for mark in name)
    vendors = {company.key: company for company in messy.companies}
    assert any(not vendors[commitment.vendor_key].is_active for commitment in messy.commitments)
    assert any("<p>" in (commitment.description or "") for commitment in messy.commitments)
    numbers = [claim.invoice_number for commitment in messy.commitments for claim in commitment.claims]
    assert "" in numbers
    assert any(len(number) > 21 for number in numbers)


def test_merged_vendors_are_gone_from_messy_books(messy: Contractor) -> None:
    assert messy.merged_companies
    books = QboSandbox(messy)
    names = {row["DisplayName"] for row in books.find_book().all("Vendor")}
    companies = {company.key: company for company in messy.companies}
    for kept, lost in messy.merged_companies:
        assert companies[kept].qbo_name in names
        assert companies[lost].qbo_name not in names
    books.close()


def test_the_crew_is_in_both_systems_and_some_only_in_one(demo: Contractor) -> None:
    procore, books = ProcoreSandbox(demo), QboSandbox(demo)
    book = books.find_book()
    on_payroll = {row["DisplayName"]: row.get("EmployeeNumber") for row in book.all("Employee")}
    people = {row["employee_id"] for row in procore.tables.iterate("people") if row["is_active"]}
    for employee in demo.employees:
        assert (employee.employee_id in people) == employee.is_active
        if employee.books_name and not employee.is_vendor_in_books:
            assert on_payroll.pop(employee.books_name) == employee.employee_id
    assert on_payroll == {}
    assert [row["DisplayName"] for row in book.all("Vendor") if row["DisplayName"].startswith("Boyd")]
    procore.close()
    books.close()


def test_the_crew_worked_full_weeks_and_the_last_one_waits(demo: Contractor) -> None:
    regular = [timecard for timecard in demo.timecards if timecard.time_type == "REG"]
    weeks = sorted({timecard.date.isocalendar().week for timecard in regular})
    crew = {timecard.employee_key for timecard in regular}
    assert sum(timecard.hours for timecard in regular) == 40 * len(weeks) * len(crew)
    waiting = {timecard.date.isocalendar().week for timecard in demo.timecards if timecard.status == "pending"}
    assert waiting == {weeks[-1]}


def test_one_job_is_built_in_two_parts_with_codes_of_their_own(demo: Contractor) -> None:
    procore = ProcoreSandbox(demo)
    [job_a, job_b] = procore.tables.all("sub_jobs")
    assert job_a["project_id"] == job_b["project_id"]
    codes = [row for row in procore.tables.of("cost_codes", job_a["project_id"]) if row["full_code"] == "03-300"]
    assert len({row["id"] for row in codes}) == 3
    procore.close()
