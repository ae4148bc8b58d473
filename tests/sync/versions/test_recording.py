"""Each change of the settings is one version, kept with the change or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from mapping.changing import one_change
from mapping.choices import ChoiceRefused, choose
from mapping.models import DefaultChoice
from smoothx.tenants.scope import tenant_scope
from sync.models import FlowSetting, SettingsVersion
from sync.registry import flow
from sync.switching import switch
from sync.versions.recording import load_stamps
from tests.mapping.factories import make_account

pytestmark = pytest.mark.usefixtures("scope")


def versions() -> list[tuple[int, str, list[tuple[str, str, str]]]]:
    rows = SettingsVersion.objects.order_by("number")
    return [(row.number, row.what, [(c["label"], c["before"], c["after"]) for c in row.changed]) for row in rows]


def test_each_change_is_a_version_with_both_values_in_words(owner: Any) -> None:
    make_account("Materials", remote_id="1", code="5000", data={"full_name": "Job costs:Materials"})
    choose("bill_code", "1", owner)
    with one_change(owner):
        choose("line_item_type", "item", owner)
        choose("bill_date", "period_end", owner)
    switch(flow("bills"), owner, is_on=False)
    choose("bill_code", "", owner)
    assert versions() == [
        (1, "changed", [("QB Bill Account Code", "Not chosen", "5000 Job costs:Materials")]),
        (
            2,
            "changed",
            [("Default Line Item Type", "Not chosen", "Item"), ("Bill date", "Billing date", "End of the period")],
        ),
        (3, "changed", [("Subcontractor invoices to bills", "On", "Off")]),
        (4, "changed", [("QB Bill Account Code", "5000 Job costs:Materials", "Not chosen")]),
    ]
    assert sorted(SettingsVersion.objects.get(number=4).settings) == [
        "default:bill_date",
        "default:line_item_type",
        "flow:bills",
    ]
    assert {row.actor for row in SettingsVersion.objects.all()} == {owner}


def test_what_changes_nothing_is_no_version(owner: Any) -> None:
    account = make_account("Materials", remote_id="1")
    choose("bill_code", "1", owner)
    choose("bill_code", "1", owner)
    account.name = "Renamed"
    account.save()
    with one_change(owner):
        choose("line_item_type", "item", owner)
        choose("line_item_type", "", owner)
    assert [number for number, _, _ in versions()] == [1]


def test_a_change_that_fails_leaves_no_version_and_no_choice(owner: Any) -> None:
    with pytest.raises(ChoiceRefused), one_change(owner):
        choose("line_item_type", "item", owner)
        choose("bill_code", "404", owner)
    assert (versions(), DefaultChoice.objects.count()) == ([], 0)


def test_what_stood_before_the_history_is_kept_first(owner: Any) -> None:
    DefaultChoice.objects.create(key="line_item_type", value="item")
    FlowSetting.objects.create(flow="bills", is_on=False)
    choose("line_item_type", "category", owner)
    begun, changed = versions()
    assert begun == (
        1,
        "begun",
        [("Default Line Item Type", "Not chosen", "Item"), ("Subcontractor invoices to bills", "On", "Off")],
    )
    assert changed == (2, "changed", [("Default Line Item Type", "Item", "Category")])
    assert SettingsVersion.objects.get(number=1).actor is None


def test_each_setting_tells_who_changed_it_last_even_when_it_is_empty(
    owner: Any, admin_user: Any, django_assert_num_queries: Any
) -> None:
    assert load_stamps() == {}
    choose("line_item_type", "item", owner)
    choose("bill_date", "period_end", owner)
    choose("line_item_type", "", admin_user)
    with django_assert_num_queries(2):
        stamps = load_stamps()
    assert {key: (stamp.number, stamp.who) for key, stamp in stamps.items()} == {
        "line_item_type": (3, admin_user.email),
        "bill_date": (2, owner.email),
    }
    assert stamps["bill_date"].sentence.endswith(f", {owner.email}")


def test_a_company_sees_its_own_versions(owner: Any, other_tenant: Any) -> None:
    choose("line_item_type", "item", owner)
    with tenant_scope(other_tenant.pk):
        assert not SettingsVersion.objects.exists()
        choose("line_item_type", "category", None)
        assert [number for number, _, _ in versions()] == [1]
