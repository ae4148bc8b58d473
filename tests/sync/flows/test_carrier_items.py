"""The service that stands for an account on sales lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from connectors.qbo.records import Account
from mapping.defaults import Defaults
from mapping.maps import Maps
from sync.flows.carrier_items import FLOW, carrier_for, describe_account
from tests.sync.flows.contracts import codes_of

ACCOUNT = Account(
    "1310", "Retention: Receivable", "Assets:Retention: Receivable", "1310", "Other Current Asset", "Retainage",
    "Asset", Decimal("0.00"),
)  # fmt: skip


def test_the_service_is_named_for_its_account_and_posts_to_it() -> None:
    plan = carrier_for(ACCOUNT, Maps(), Defaults())
    assert plan.document is not None
    assert plan.document.to_wire() == {
        "Name": "Retention- Receivable",
        "Type": "Service",
        "Description": "Assets:Retention: Receivable",
        "IncomeAccountRef": {"value": "1310"},
    }


def test_an_inactive_account_gets_none() -> None:
    plan = carrier_for(replace(ACCOUNT, is_active=False), Maps(), Defaults())
    assert plan.document is None
    assert codes_of(plan) == ["carrier_account_inactive"]


def test_it_stays_within_quickbooks() -> None:
    assert (FLOW.source, FLOW.target, FLOW.trigger) == ("qbo", "qbo", "push")
    assert describe_account(ACCOUNT).title == "Retention: Receivable"
