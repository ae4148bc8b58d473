"""Prime contracts to estimates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.procore.records_owner import PrimeContract
from mapping.defaults import INVOICE_CODE, SALES_TAX_CODE
from mapping.kinds import CUSTOMER, PROJECT
from mapping.maps import Target
from sync.flows.estimates import FLOW, describe_contract, estimate_for, make_mark
from tests.sync.flows.contracts import PROJECT_ID, amount, codes_of
from tests.sync.flows.owners import CONTRACT, DEFAULTS, LINKS, MAPS, OWNER_ID, with_choice, without

LINES = [
    {"id": 51, "amount": "90000.00", "description": "Slab", "cost_code": {"id": 801}, "wbs_code": {}},
    {"id": 52, "amount": "60000.00", "description": "Frame", "cost_code": {"id": 802}, "wbs_code": {}},
]


def contract(**more: Any) -> PrimeContract:
    dated = {"contract_date": "2026-06-01", "line_items": LINES, "revised_contract_amount": "150000.00"}
    return PrimeContract.from_wire({**CONTRACT, **dated, **more}, project_id=PROJECT_ID, project_name="Lofts")


def test_a_line_per_line_of_the_schedule_of_values() -> None:
    document = estimate_for(contract(), MAPS, DEFAULTS).document
    assert document is not None
    assert (document.entity, document.total, document.party_id) == ("Estimate", amount(150000), "97")
    wire = document.to_wire()
    assert (wire["DocNumber"], wire["TxnDate"]) == ("PC-2417", "2026-06-01")
    assert wire["PrivateNote"] == f"Larimer Street Lofts. {make_mark('9001')}"
    assert [(line["Amount"], line["SalesItemLineDetail"]) for line in wire["Line"]] == [
        (amount(90000), {"ItemRef": {"value": "i11"}}),
        (amount(60000), {"ItemRef": {"value": "i400"}}),
    ]


def test_approved_change_orders_are_one_line() -> None:
    changed = contract(approved_change_orders="-2500.00", revised_contract_amount="147500.00")
    document = estimate_for(changed, MAPS, DEFAULTS).document
    assert document is not None
    assert [(line.description, line.amount) for line in document.lines][-1] == (
        "Approved change orders",
        amount(-2500),
    )
    assert document.total == amount(147500)


@pytest.mark.parametrize(
    ("made", "given", "code"),
    [
        (contract(status="Draft"), {}, "not_approved"),
        (contract(revised_contract_amount="150000.01"), {}, "totals_differ"),
        (contract(contract_date=None), {}, "date_missing"),
        (contract(currency_configuration={"currency_iso_code": "CAD"}), {}, "currency_differs"),
        (contract(line_items=[], revised_contract_amount="0"), {}, "nothing_to_post"),
        (contract(), {"maps": replace(MAPS, carriers={})}, "carrier_missing"),
        (contract(), {"defaults": without(INVOICE_CODE)}, "invoice_code_not_set"),
        (
            contract(),
            {"maps": replace(MAPS, links={**LINKS, (CUSTOMER.key, OWNER_ID): Target("61", "Other")})},
            "owner_differs",
        ),
        (
            contract(),
            {"maps": replace(MAPS, links={k: v for k, v in LINKS.items() if k[0] != PROJECT.key})},
            "project_not_mapped",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_stops_an_estimate(made: PrimeContract, given: dict[str, Any], code: str) -> None:
    plan = estimate_for(made, given.get("maps", MAPS), given.get("defaults", DEFAULTS))
    assert plan.document is None
    assert [notice.code for notice in plan.blockers] == [code]


def test_without_a_date_it_is_the_day_it_was_entered() -> None:
    entered = contract(contract_date=None, created_at="2026-05-04T09:00:00Z")
    assert str(entered.contract_date) == "2026-05-04"


def test_tax_codes_where_every_line_needs_one() -> None:
    defaults = with_choice(SALES_TAX_CODE, "20S", uses_sales_tax=True, books_country="GB")
    maps = replace(MAPS, tax_rates={("sale", "20S"): amount(20)})
    document = estimate_for(contract(), maps, defaults).document
    assert document is not None
    assert (document.tax, document.total) == (amount(30000), amount(180000))
    assert {line.tax_code_id for line in document.lines} == {"20S"}


def test_it_is_off_until_somebody_switches_it_on() -> None:
    assert FLOW.is_on_at_first is False
    assert describe_contract(contract()).amount == amount(150000)
    assert codes_of(estimate_for(contract(), MAPS, DEFAULTS)) == ["invoice_code_used"]
