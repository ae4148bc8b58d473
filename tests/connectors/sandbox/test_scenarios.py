"""What every seed and size of the demo has to hold, so that whoever uses it may rely on it."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal

import pytest

from connectors.sandbox.amounts import take_percent
from connectors.sandbox.firm.contractor import Commitment, Company, Contractor
from connectors.sandbox.firm.names import fold_accents
from connectors.sandbox.firm.scenarios import START_DATE, build
from connectors.sandbox.procore import ProcoreSandbox

SEEDS = (1, 2, 3, 7, 42)
LEGAL_FORMS = ("llc", "inc", "co", "company", "corp", "corporation", "incorporated")


@pytest.fixture(scope="module", params=SEEDS)
def demo(request: pytest.FixtureRequest) -> Contractor:
    return build("demo", seed=request.param)


def normalise(name: str) -> str:
    """Lower case, no accents, & as and, no punctuation, no leading "the", no trailing legal form."""
    text = fold_accents(name).lower().replace("&", " and ")
    words = re.sub(r"[^a-z0-9 ]", "", text).split()
    if words[0] == "the":
        words = words[1:]
    while words[-1] in LEGAL_FORMS:
        words.pop()
    return " ".join(words)


def list_traps(firm: Contractor) -> set[str]:
    return set(firm.facts["trap_companies"].split(","))


def find(firm: Contractor, key: str) -> Company:
    return next(company for company in firm.companies if company.key == key)


def find_commitment(firm: Contractor, fact: str) -> Commitment:
    return next(commitment for commitment in firm.commitments if commitment.key == firm.facts[fact])


def test_same_name_size_and_seed_give_the_same_firm() -> None:
    assert build("demo", size=2, seed=5) == build("demo", size=2, seed=5)
    assert build("demo", seed=5) != build("demo", seed=6)


def test_unknown_scenario_is_named_in_the_refusal() -> None:
    with pytest.raises(ValueError, match="no scenario named 'nothing', there are demo, empty"):
        build("nothing")
    with pytest.raises(ValueError, match="size is 1 or more"):
        build("demo", size=0)


def test_empty_has_books_and_codes_but_nobody_in_them() -> None:
    firm = build("empty")
    assert (firm.companies, firm.projects, firm.commitments) == ((), (), ())
    assert len(firm.accounts) == 48
    assert len(firm.cost_codes) == 123


def test_names_known_to_both_sides_are_found_again_and_only_once(demo: Contractor) -> None:
    for side in ("procore_name", "qbo_name"):
        names = Counter(normalise(name) for company in demo.companies if (name := getattr(company, side)))
        taken_twice = {name for name, count in names.items() if count > 1}
        assert taken_twice == ({"keystone fence"} if side == "procore_name" else set())
    both = [company for company in demo.companies if company.procore_name and company.qbo_name]
    apart = {company.key for company in both if normalise(company.procore_name) != normalise(company.qbo_name)}
    assert apart == {"rosales", "right_cut"}
    assert len(both) - len(apart) >= 60


def test_spelling_differs_between_the_two_systems(demo: Contractor) -> None:
    both = [company for company in demo.companies if company.procore_name and company.qbo_name]
    assert sum(company.procore_name != company.qbo_name for company in both) >= 30


def test_names_of_the_books_are_unique_as_the_books_demand(demo: Contractor) -> None:
    names = [company.qbo_name.lower() for company in demo.companies if company.qbo_name]
    names += [project.name.lower() for project in demo.projects if project.in_books]
    assert len(names) == len(set(names))
    assert all(len(name) <= 100 and ":" not in name for name in names)


def test_numbers_of_contacts(demo: Contractor) -> None:
    roles = Counter(company.role for company in demo.companies)
    assert roles == {"customer": 12, "vendor": 69}
    assert sum(company.procore_name is None for company in demo.companies) == 7
    assert sum(company.qbo_name is None for company in demo.companies) == 9


def test_contracts_are_with_vendors_that_match_except_for_one(demo: Contractor) -> None:
    used = {commitment.vendor_key for commitment in demo.commitments}
    assert not used & (list_traps(demo) | {"rosales", "right_cut", "inactive_vendor"})
    assert {key for key in used if find(demo, key).qbo_name is None} == {"pushed_vendor"}
    assert all(find(demo, key).role == "vendor" for key in used)


def test_projects_have_the_customers_they_should(demo: Contractor) -> None:
    by_key = {project.key: project for project in demo.projects}
    unset = by_key.pop(demo.facts["projects_without_customer"])
    wrong = by_key.pop(demo.facts["projects_with_vendor_as_customer"])
    assert unset.customer_key is None
    assert find(demo, wrong.customer_key).role == "vendor"
    assert len(by_key) == 6
    for project in by_key.values():
        customer = find(demo, project.customer_key)
        assert customer.role == "customer"
        assert customer.procore_name and customer.qbo_name
    assert {key for key, project in by_key.items() if project.in_books} == set(
        demo.facts["projects_in_books"].split(",")
    )
    assert sum(project.in_books for project in demo.projects) == 2
    assert [project.key for project in demo.projects if project.is_taxed] == [demo.facts["taxed_projects"]]
    assert demo.facts["taxed_projects"] in by_key


def test_projects_that_cannot_be_kept_in_step_are_billed_as_well(demo: Contractor) -> None:
    for fact in ("projects_without_customer", "projects_with_vendor_as_customer"):
        claims = [
            claim
            for commitment in demo.commitments
            if commitment.project_key == demo.facts[fact]
            for claim in commitment.claims
        ]
        assert {claim.status for claim in claims} == {"approved"}


def test_every_division_has_an_account_of_its_name(demo: Contractor) -> None:
    accounts = {normalise(account.name): account for account in demo.accounts}
    assert len(accounts) == len(demo.accounts)
    divisions = [code for code in demo.cost_codes if code.parent_code is None]
    assert len(divisions) == 16
    assert {accounts[normalise(code.name)].account_type for code in divisions} == {"Cost of Goods Sold"}
    children = {normalise(code.name) for code in demo.cost_codes if code.parent_code}
    assert not children & set(accounts)


def test_half_of_the_codes_are_items(demo: Contractor) -> None:
    items = [code for code in demo.cost_codes if code.item_name]
    assert len(items) == 57
    assert all(code.item_name == f"{code.code} {code.name}" for code in items)


def test_retention_accounts_have_the_types_they_need(demo: Contractor) -> None:
    found = {account.name: (account.account_type, account.account_sub_type) for account in demo.accounts}
    assert found["Retention Payable"][0] == found["Retention Payable Released"][0] == "Other Current Liability"
    assert (
        found["Retention Receivable"] == found["Retention Receivable Released"] == ("Other Current Asset", "Retainage")
    )
    assert found["Job Costs, Unassigned"][0] == "Cost of Goods Sold"
    assert found["Contract Revenue"][0] == "Income"


def test_every_project_has_two_to_five_contracts(demo: Contractor) -> None:
    counts = Counter(commitment.project_key for commitment in demo.commitments)
    assert set(counts) == {project.key for project in demo.projects}
    assert all(2 <= count <= 5 for count in counts.values())
    orders = [commitment for commitment in demo.commitments if commitment.kind == "purchase_order"]
    assert len(orders) >= 3
    assert {commitment.retainage_percent for commitment in orders} == {Decimal(0)}
    others = {commitment.retainage_percent for commitment in demo.commitments if commitment.kind == "work_order"}
    assert others == {Decimal(5), Decimal(10)}


def test_contract_lines_use_codes_that_exist(demo: Contractor) -> None:
    codes = {code.code for code in demo.cost_codes}
    lines = [
        line
        for commitment in demo.commitments
        for line in (*commitment.lines, *(line for change in commitment.change_orders for line in change.lines))
    ]
    assert {line.cost_code for line in lines} <= codes
    assert all(line.amount == line.amount.quantize(Decimal("0.01")) for line in lines)
    assert sum(line.amount % 1 != 0 for line in lines) > len(lines) / 3


def test_only_the_taxed_project_is_taxed(demo: Contractor) -> None:
    for commitment in demo.commitments:
        expected = {Decimal(8)} if commitment.project_key == demo.facts["taxed_projects"] else {None}
        assert {line.tax_rate for line in commitment.lines} == expected


def test_invoice_numbers_are_unique_per_vendor(demo: Contractor) -> None:
    numbers = [
        (commitment.vendor_key, claim.invoice_number) for commitment in demo.commitments for claim in commitment.claims
    ]
    assert len(numbers) == len(set(numbers))
    assert all(0 < len(number) <= 21 for _, number in numbers)


def test_claims_run_from_july_to_october_and_half_of_one_contract_before(demo: Contractor) -> None:
    early = {
        commitment.key
        for commitment in demo.commitments
        for claim in commitment.claims
        if claim.billing_date < START_DATE
    }
    assert early == {demo.facts["half_billed"]}
    half = find_commitment(demo, "half_billed")
    assert [claim.billing_date.month for claim in half.claims] == [5, 6, 7, 8, 9, 10]
    billed = sum(line.work for claim in half.claims[:2] for line in claim.lines)
    assert abs(billed / sum(line.amount for line in half.lines) - Decimal("0.5")) < Decimal("0.001")
    months = Counter(claim.billing_date.month for commitment in demo.commitments for claim in commitment.claims)
    assert all(months[month] >= 8 for month in (7, 8, 9, 10))


def test_only_the_last_claim_of_a_contract_can_be_open(demo: Contractor) -> None:
    statuses: Counter[str] = Counter()
    for commitment in demo.commitments:
        for claim in commitment.claims[:-1]:
            assert claim.status == "approved"
        statuses[commitment.claims[-1].status] += 1
    assert statuses["under_review"] >= 2
    assert sum(statuses[status] for status in ("draft", "under_review", "revise_and_resubmit")) == len(
        demo.facts["open_claims"].split(",")
    )


def test_demo_has_every_turn_a_contract_can_take(demo: Contractor) -> None:
    claims = [(commitment, claim) for commitment in demo.commitments for claim in commitment.claims]
    assert sum(any(line.stored for line in claim.lines) for _, claim in claims) >= 3
    releases = [claim for _, claim in claims if any(line.released for line in claim.lines)]
    assert any(any(line.work for line in claim.lines) for claim in releases)
    assert any(not any(line.work or line.stored for line in claim.lines) for claim in releases)
    assert any(
        commitment.change_orders and commitment.change_orders[0].first_claim > 1 for commitment in demo.commitments
    )
    credit = find_commitment(demo, "deductive_change").change_orders[0].lines[0].amount
    assert credit < 0


def test_nothing_is_billed_stored_or_released_that_is_not_there(demo: Contractor) -> None:
    for commitment in demo.commitments:
        lines = [*commitment.lines, *(line for change in commitment.change_orders for line in change.lines)]
        done, held = [Decimal(0)] * len(lines), [Decimal(0)] * len(lines)
        for claim in commitment.claims:
            net = Decimal(0)
            for line in claim.lines:
                retained = take_percent(line.work, commitment.retainage_percent)
                assert abs(line.released) <= abs(held[line.line])
                done[line.line] += line.work
                held[line.line] += retained - line.released
                net += line.work + line.stored - retained + line.released
                assert abs(done[line.line] + line.stored) <= abs(lines[line.line].amount)
            assert net > 0


@pytest.mark.parametrize("size", [2, 4])
def test_size_multiplies_contacts_projects_and_contracts(size: int) -> None:
    firm = build("demo", size=size)
    vendors = [company for company in firm.companies if company.role == "vendor"]
    assert len(vendors) == 50 * size + 19
    assert len(firm.projects) == 8 * size
    assert len(firm.commitments) >= 16 * size
    assert len(firm.cost_codes) == 123
    assert sum(project.customer_key is None for project in firm.projects) == size
    assert sum(project.in_books for project in firm.projects) == 2 * size
    unpushed = {
        commitment.vendor_key for commitment in firm.commitments if not find(firm, commitment.vendor_key).qbo_name
    }
    assert unpushed == {"pushed_vendor"}
    names = Counter(normalise(company.qbo_name) for company in firm.companies if company.qbo_name)
    assert max(names.values()) == 1


def test_large_firms_keep_names_apart() -> None:
    firm = build("demo", size=60)
    names = Counter(normalise(company.procore_name) for company in firm.companies if company.procore_name)
    assert {name for name, count in names.items() if count > 1} == {"keystone fence"}
    assert len({project.name for project in firm.projects}) == 480


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_books_hold_the_retention_of_what_was_billed_before_the_start(seed: int) -> None:
    contractor = build("demo", seed=seed)
    state = ProcoreSandbox(contractor).dump()
    before = [c for c in state["requisitions"] if c["billing_date"] < contractor.start_date.isoformat()]
    last = max(before, key=lambda claim: claim["number"])
    payable = next(account for account in contractor.accounts if account.key == "retention_payable")
    assert payable.balance == -Decimal(last["summary"]["total_retainage"])
    assert payable.balance < 0
