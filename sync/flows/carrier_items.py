"""Accounts that sales lines go to become products and services: QuickBooks' sales lines take items only."""

from __future__ import annotations

from connectors.qbo import resources as qbo
from connectors.qbo.documents import clean_name
from connectors.qbo.documents_sales import CarrierItem
from connectors.qbo.lists_documents import NAME_LENGTH
from connectors.qbo.records import Account
from mapping.defaults import Defaults
from mapping.maps import Maps
from sync.flow import Description, Flow
from sync.flows._carriers import FLOW_KEY
from sync.plan import Notes, Plan


def carrier_for(account: Account, maps: Maps, defaults: Defaults) -> Plan[CarrierItem]:
    """The service that stands for an account, named as the account is. One of that name and account is taken."""
    notes = Notes()
    if not account.is_active:
        notes.block("carrier_account_inactive", account.name)
        return notes.blocked()
    item = CarrierItem(clean_name(account.name, NAME_LENGTH), account.id, account.full_name)
    return notes.plan(item)


def describe_account(account: Account) -> Description:
    return Description(number=account.number, title=account.name)


FLOW = Flow(
    key=FLOW_KEY,
    label="Accounts to products and services",
    noun="Account",
    source="qbo",
    stage="codes",
    writes="qbo",
    reads=qbo.ACCOUNTS,
    rule=carrier_for,
    describe=describe_account,
    trigger="push",
    screen="owner_invoices",
    help="An account that owner invoices go to becomes a QuickBooks service that stands for it on their lines.",
)
