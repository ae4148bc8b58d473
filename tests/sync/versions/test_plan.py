"""Taking over settings: what would change, what is refused by name, and that it is all or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.choices import ChoiceRefused, choose
from mapping.defaults import DEFAULTS, DefaultKind
from mapping.models import DefaultChoice, RemoteItem
from mapping.sides import SideKey
from sync.models import FlowSetting, SettingsVersion
from sync.registry import flow
from sync.switching import switch
from sync.versions.plan import apply, count_verdicts, plan
from sync.versions.snapshot import Kept, KeptRow, load_settings
from tests.mapping.factories import make_account, make_row

pytestmark = pytest.mark.usefixtures("scope")

BOTH: tuple[SideKey, ...] = ("procore", "quickbooks")
MANY = DefaultKind(
    key="of_many", label="Of many", help="", if_empty="", group="", chooses=procore.COST_TYPES, takes_many=True
)


def account(name: str, number: str = "", remote_id: str = "77") -> dict[str, Kept]:
    row = KeptRow(remote_id, name, number)
    return {"default:bill_code": Kept(remote_id, row.label, (row,))}


def verdicts(wanted: dict[str, Kept], *, keeps_ids: tuple[SideKey, ...] = (), empties: bool = False) -> Any:
    found = plan(wanted, keeps_ids=keeps_ids, empties=empties)
    return [(each.label, each.before, each.after, each.verdict, each.reason) for each in found]


def test_going_back_changes_what_differs_and_empties_what_was_not_chosen(owner: Any) -> None:
    make_account("Materials", remote_id="1", code="5000")
    make_account("Labor", remote_id="2")
    choose("bill_code", "1", owner)
    choose("line_item_type", "item", owner)
    before = load_settings()
    choose("bill_code", "2", owner)
    choose("bill_date", "period_end", owner)
    switch(flow("bills"), owner, is_on=False)
    assert verdicts(before, keeps_ids=BOTH, empties=True) == [
        ("Default Line Item Type", "Item", "Item", "same", ""),
        ("QB Bill Account Code", "Labor", "5000 Materials", "change", ""),
        ("Bill date", "End of the period", "Billing date", "change", ""),
        ("Subcontractor invoices to bills", "Off", "On", "change", ""),
    ]
    planned = plan(before, keeps_ids=BOTH, empties=True)
    assert apply(planned, owner, what="restored", detail="Restored version 2") == 3
    assert load_settings() == before
    assert FlowSetting.objects.count() == 0
    last = SettingsVersion.objects.order_by("number").last()
    assert last is not None
    assert (last.number, last.what, last.detail, len(last.changed)) == (6, "restored", "Restored version 2", 3)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda row: row.delete(), "5000 Materials is not in QuickBooks any more."),
        (
            lambda row: RemoteItem.objects.filter(pk=row.pk).update(is_active=False),
            "Materials is inactive in QuickBooks. Choose another.",
        ),
        (
            lambda row: RemoteItem.objects.filter(pk=row.pk).update(subtype="Income"),
            "Materials is of type Income. It takes Cost of Goods Sold or Expense or Other Expense.",
        ),
    ],
)
def test_a_row_that_cannot_be_used_is_refused_by_name_and_left_as_it_is(spoil: Any, reason: str, owner: Any) -> None:
    row = make_account("Materials", remote_id="1", code="5000")
    make_account("Labor", remote_id="2")
    choose("bill_code", "1", owner)
    before = load_settings()
    choose("bill_code", "2", owner)
    spoil(row)
    planned = plan(before, keeps_ids=BOTH, empties=True)
    assert [(each.verdict, each.reason) for each in planned] == [("refused", reason)]
    assert count_verdicts(planned) == {"change": 0, "check": 0, "same": 0, "refused": 1}
    assert apply(planned, owner, what="restored", detail="") == 0
    assert DefaultChoice.objects.get().value == "2"


@pytest.mark.parametrize(
    ("wanted", "verdict", "value", "reason"),
    [
        (account("Job costs:Materials", "9"), "change", "1", "Found by its name."),
        (account("job costs:materials"), "change", "1", "Found by its name."),
        (account("Subcontractors", "5100"), "check", "2", "Found by its number. It was called 5100 Subcontractors."),
        (
            account("Freight", "5"),
            "refused",
            "",
            "5 Freight is not among the active rows of QuickBooks that fit here.",
        ),
        (account("Sales"), "refused", "", "Sales is not among the active rows of QuickBooks that fit here."),
        (account("Twice"), "refused", "", "Twice is not among the active rows of QuickBooks that fit here."),
        (account("Twice", "12"), "change", "6", "Found by its name."),
        (
            {"default:line_item_type": Kept("both", "Both")},
            "refused",
            "",
            "Default Line Item Type has no such option.",
        ),
        ({"default:gone": Kept("x", "X")}, "refused", "", "There is no such setting any more."),
        ({"flow:gone": Kept("on", "On")}, "refused", "", "There is no such setting any more."),
        ({"flow:contacts_to_qbo": Kept("off", "Off")}, "refused", "", "It cannot be switched."),
        ({"flow:bills": Kept("maybe", "Maybe")}, "refused", "", "It cannot be switched."),
        ({"default:bill_code": Kept("1", "Materials")}, "refused", "", "It names no row."),
    ],
)
def test_rows_of_another_company_are_known_by_name_else_by_number(
    wanted: dict[str, Kept], verdict: str, value: str, reason: str
) -> None:
    make_account("Materials", remote_id="1", code="5000", data={"full_name": "Job costs:Materials"})
    make_account("Subs", remote_id="2", code="5100")
    make_account("Labor", remote_id="77")
    make_account("Sales", remote_id="3", subtype="Income")
    for remote_id, code in (("5", "11"), ("6", "12")):
        make_account("Twice", remote_id=remote_id, code=code)
    (planned,) = plan(wanted, keeps_ids=(), empties=False)
    assert (planned.verdict, planned.value, planned.reason) == (verdict, value, reason)


def test_several_rows_of_a_list_of_procore(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DEFAULTS, MANY.key, MANY)
    make_row(procore.COST_TYPES, "Labor", remote_id="1")
    lost = make_row(procore.COST_TYPES, "Material", remote_id="2")
    make_row(qbo.CLASSES, "Material", remote_id="2")
    choose("of_many", "2,1,2", owner)
    before = load_settings()
    assert (before["default:of_many"].value, before["default:of_many"].name) == ("2,1", "Material, Labor")
    choose("of_many", "1", owner)
    assert verdicts(before, keeps_ids=BOTH) == [("Of many", "Labor", "Material, Labor", "change", "")]
    lost.delete()
    assert verdicts(before, keeps_ids=BOTH)[0][3:] == ("refused", "Material is not in Procore any more.")


def test_a_list_that_changed_since_it_was_planned_stops_all_of_it(owner: Any) -> None:
    row = make_account("Materials", remote_id="1")
    wanted = {"default:line_item_type": Kept("item", "Item"), **account("Materials", remote_id="1")}
    planned = plan(wanted, keeps_ids=BOTH, empties=False)
    row.delete()
    with pytest.raises(ChoiceRefused):
        apply(planned, owner, what="imported", detail="")
    assert (DefaultChoice.objects.count(), SettingsVersion.objects.count()) == (0, 0)
