"""The demo firm as a British one: pounds, VAT on every line, British companies, places and accounts.

Amounts stay, so whatever holds for the demo's sums holds here, before the tax.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from connectors.sandbox.firm.contractor import (
    Address,
    ChangeOrder,
    Commitment,
    Company,
    ContractLine,
    Contractor,
    DirectCost,
    LedgerAccount,
    PrimeContract,
    Project,
)

Contract = TypeVar("Contract", Commitment, PrimeContract)

FIRM = "Ashdown & Pike Construction Ltd"
PROCORE_COMPANY_ID = 598134325811077
OTHER_PROCORE_COMPANY_ID = 598134325811233
REALM_ID = "9341453909026481"
OTHER_COMPANY_NAME = "Ashdown & Pike Developments"
VAT = Decimal("20")

# (city, county, outward half of the postcode, dialling code)
TOWNS = (
    ("Leeds", "West Yorkshire", "LS10", "0113"), ("Bradford", "West Yorkshire", "BD1", "01274"),
    ("Sheffield", "South Yorkshire", "S1", "0114"), ("York", "North Yorkshire", "YO1", "01904"),
    ("Hull", "East Yorkshire", "HU1", "01482"), ("Manchester", "Greater Manchester", "M4", "0161"),
    ("Stockport", "Greater Manchester", "SK1", "0161"), ("Liverpool", "Merseyside", "L3", "0151"),
    ("Chester", "Cheshire", "CH1", "01244"), ("Newcastle upon Tyne", "Tyne and Wear", "NE1", "0191"),
    ("Durham", "County Durham", "DH1", "0191"), ("Nottingham", "Nottinghamshire", "NG1", "0115"),
    ("Lincoln", "Lincolnshire", "LN1", "01522"), ("Derby", "Derbyshire", "DE1", "01332"),
)  # fmt: skip
STREETS = (
    "Foundry Lane", "Canal Street", "Mill Lane", "Station Road", "Wharf Road", "Kirkgate", "Quarry Hill",
    "Victoria Road", "Chapel Lane", "Bridge Street",
)  # fmt: skip
POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"

# Longest first, so that ", L.L.C." does not leave a comma behind.
LEGAL_FORMS: tuple[tuple[str, str], ...] = (
    (", L.L.C.", " Limited"), (" L.L.C.", " Limited"), (", LLC", " Ltd."), (" LLC", " Ltd"), (" PLLC", " LLP"),
    (", Inc.", " Ltd"), (" Inc.", " Ltd"), (" INC", " LTD"), (" Inc", " Ltd"),
    (", Corp.", " plc"), (" Corporation", " PLC"), (" Corp.", " plc"),
)  # fmt: skip
WORDS: tuple[tuple[str, str], ...] = (
    ("Elementary School Addition", "Primary School Extension"), ("Apartments", "Flats"), ("Center", "Centre"),
    ("Parking Structure", "Car Park"), ("Medical Office", "Health Centre"), ("School District", "Schools Trust"),
    ("Parks & Recreation", "Parks & Leisure"), ("Parks and Recreation", "Parks and Leisure"),
    ("Credit Union Branch", "Building Society Branch"), ("Ridgeline", "Ashdown"),
)  # fmt: skip
ACCOUNT_NAMES = {
    "checking": "Business Current Account",
    "savings": "Deposit Account",
    "sales_tax": "VAT Control",
    "payroll_liabilities": "PAYE and National Insurance",
    "common_stock": "Share Capital",
    "rent": "Office Rent and Rates",
    "professional": "Legal and Accountancy",
    "office": "Office Expenses",
}
VAT_SUB_TYPE = "GlobalTaxPayable"


def make_uk(firm: Contractor, rng: random.Random) -> Contractor:
    """`firm` moved to the north of England."""
    return replace(
        firm,
        name=FIRM,
        procore_company_id=PROCORE_COMPANY_ID,
        other_procore_company_id=OTHER_PROCORE_COMPANY_ID,
        realm_id=REALM_ID,
        currency="GBP",
        country="GB",
        companies=tuple(_move_company(company, rng) for company in firm.companies),
        accounts=tuple(_rename_account(account) for account in firm.accounts),
        projects=tuple(_move_project(project, rng) for project in firm.projects),
        commitments=tuple(_tax_contract(commitment) for commitment in firm.commitments),
        prime_contracts=tuple(_tax_contract(prime) for prime in firm.prime_contracts),
        direct_costs=tuple(_tax_cost(cost) for cost in firm.direct_costs),
        facts=_change_facts(firm),
    )


def translate(text: str) -> str:
    """American words and legal forms as they are said in Britain."""
    for american, british in WORDS:
        text = text.replace(american, british)
    for american, british in LEGAL_FORMS:
        if text.endswith(american):
            return text.removesuffix(american) + british
    return text


def draw_address(rng: random.Random) -> tuple[Address, str]:
    """An address and a telephone number in its area; the numbers are from the ranges kept free for fiction."""
    town, county, outward, dialling_code = rng.choice(TOWNS)
    inward = f"{rng.randrange(1, 10)}{rng.choice(POSTCODE_LETTERS)}{rng.choice(POSTCODE_LETTERS)}"
    street = f"{rng.randrange(1, 240)} {rng.choice(STREETS)}"
    phone = f"{dialling_code} 496 0{rng.randrange(1000):03d}"
    return Address(street, town, county, f"{outward} {inward}", "GB"), phone


def _move_company(company: Company, rng: random.Random) -> Company:
    address, phone = draw_address(rng)
    return replace(
        company,
        procore_name=translate(company.procore_name) if company.procore_name else None,
        qbo_name=translate(company.qbo_name) if company.qbo_name else None,
        phone=phone if company.phone else "",
        address=address,
    )


def _move_project(project: Project, rng: random.Random) -> Project:
    address, _ = draw_address(rng)
    return replace(project, name=translate(project.name), address=address, is_taxed=True)


def _rename_account(account: LedgerAccount) -> LedgerAccount:
    sub_type = VAT_SUB_TYPE if account.key == "sales_tax" else account.account_sub_type
    name = ACCOUNT_NAMES.get(account.key, account.name)
    return replace(account, name=name, account_sub_type=sub_type)


def _tax_lines(lines: Iterable[ContractLine]) -> tuple[ContractLine, ...]:
    return tuple(replace(line, tax_rate=VAT) for line in lines)


def _tax_changes(changes: Iterable[ChangeOrder]) -> tuple[ChangeOrder, ...]:
    return tuple(replace(change, lines=_tax_lines(change.lines)) for change in changes)


def _tax_contract(contract: Contract) -> Contract:
    return replace(contract, lines=_tax_lines(contract.lines), change_orders=_tax_changes(contract.change_orders))


def _tax_cost(cost: DirectCost) -> DirectCost:
    """Wages carry no VAT."""
    rate = None if cost.kind == "payroll" else VAT
    return replace(cost, lines=tuple(replace(line, tax_rate=rate) for line in cost.lines))


def _change_facts(firm: Contractor) -> dict[str, str]:
    taxed = ",".join(project.key for project in firm.projects)
    return {**firm.facts, "other_company_name": OTHER_COMPANY_NAME, "taxed_projects": taxed}
