"""Cost codes become QuickBooks products and services, each with an account for what it costs and what it earns."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.procore import resources as procore
from connectors.qbo.lists_documents import ServiceItem
from mapping.defaults import BILL_CODE, INVOICE_CODE, DefaultKind, Defaults
from mapping.kinds import COST_CODE_ACCOUNT, COST_CODE_ITEM
from mapping.maps import Maps, Target
from mapping.pushing.approvals import EXPENSE_CHOSEN, INCOME_CHOSEN
from sync.flow import Flow
from sync.flows import _waits
from sync.flows._cost_codes import CodePush, describe_code, free_name, may_be_sent
from sync.plan import Notes, Plan


def item_for(push: CodePush, maps: Maps, defaults: Defaults) -> Plan[ServiceItem]:
    """The service a cost code becomes.

    Costs: the account the code or a division above it is mapped to, else the one chosen for it, else QB Bill Account
    Code. Income: the one chosen, else QB Invoice Account Code.
    """
    notes = Notes()
    if not may_be_sent(push, COST_CODE_ITEM, maps, notes):
        return notes.blocked()
    name = free_name(push, maps, notes)
    expense = _mapped_account(push, maps) or _account(EXPENSE_CHOSEN, BILL_CODE, maps, defaults, notes)
    income = _account(INCOME_CHOSEN, INVOICE_CODE, maps, defaults, notes)
    if expense is None or income is None:
        return notes.blocked()
    if not expense.is_active:
        notes.block("account_inactive", expense.name)
    item = ServiceItem(
        name=name,
        code=push.code,
        description=push.name,
        income_account_id=income.id,
        income_account_name=income.name,
        expense_account_id=expense.id,
        expense_account_name=expense.name,
    )
    return notes.plan(item)


def _mapped_account(push: CodePush, maps: Maps) -> Target | None:
    keys: Iterable[str] = (push.id, *push.parents)
    return next((found for key in keys if (found := maps.find(COST_CODE_ACCOUNT, key))), None)


def _account(prefix: str, kind: DefaultKind, maps: Maps, defaults: Defaults, notes: Notes) -> Target | None:
    chosen_id = next((text.removeprefix(prefix) for text in maps.approvals if text.startswith(prefix)), "")
    if chosen_id:
        return maps.accounts.get(chosen_id) or Target(chosen_id, chosen_id)
    default = defaults.get(kind)
    if default is None:
        notes.block("account_not_chosen", kind.label, waits_for=_waits.default(kind))
        return None
    if not default.is_active:
        notes.block("default_inactive", kind.label, also_lifted_by=[_waits.default(kind)], chosen=default.name)
    return Target(default.id, default.name, default.is_active)


FLOW = Flow(
    key="items_to_qbo",
    label="Cost codes to products and services",
    noun="Cost code",
    source="procore",
    stage="codes",
    reads=procore.STANDARD_COST_CODES,
    rule=item_for,
    describe=describe_code,
    uses=(BILL_CODE, INVOICE_CODE),
    trigger="push",
    links=(COST_CODE_ITEM,),
    sends_together=True,
    help="A cost code you send from Mapping becomes a QuickBooks service and is linked to it.",
)
