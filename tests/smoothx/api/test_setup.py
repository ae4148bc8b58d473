"""Flows, settings and checks as the API tells them: every declaration is there, and nothing is worked out anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from mapping.choices import choose, load_defaults
from mapping.defaults import DEFAULTS
from mapping.models import DefaultChoice
from smoothx.tenants.models import Tenant
from sync import golive
from sync.golive_defaults import MISSING, find_required
from sync.models import Entry, OpeningRun
from sync.pages.setting_urls import check_url
from sync.registry import all_flows
from sync.switching import switch
from tests.factories import connections, make_entry, notice
from tests.mapping.factories import make_account
from tests.smoothx.api.conftest import Ask

Asked = Callable[..., tuple[Any, int]]
NOTHING = dict.fromkeys(Entry.State.values, 0)
START = datetime(2026, 3, 14, 9, 38, tzinfo=UTC)


def named(rows: list[dict[str, Any]], key: str) -> dict[str, Any]:
    (row,) = [each for each in rows if each["key"] == key]
    return row


def at(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def test_a_flow_with_what_the_ledger_holds_of_it(asked: Asked, scope: Tenant, admin_user: Any) -> None:
    switch(all_flows()["bills"], admin_user, is_on=True)
    make_entry("posted", posted_at=START)
    make_entry("posted_with_warnings", posted_at=START + timedelta(hours=1))
    # Posted and changed since, it is neither the oldest open one nor forgotten as posted.
    blocked, held, paused = (
        make_entry("blocked", notices=[notice("vendor_not_mapped", "Aspen")]),
        make_entry("held", notices=[notice("duplicate_number", "bill 4402")]),
        make_entry("held", notices=[notice("paused")]),
    )
    for place, entry in enumerate((held, blocked, paused)):
        Entry.objects.filter(pk=entry.pk).update(created_at=START + timedelta(days=place))
    Entry.objects.filter(pk=make_entry("ineligible").pk).update(created_at=START - timedelta(days=9))
    told, statements = asked("flows/")
    assert [row["key"] for row in told["results"]] == list(all_flows())
    row, flow = named(told["results"], "bills"), all_flows()["bills"]
    missing = row.pop("missing")
    assert row == {
        "key": "bills",
        "label": flow.label,
        "noun": flow.noun,
        "help": flow.help,
        "source": "procore",
        "target": "quickbooks",
        "is_by_button": False,
        "is_on": True,
        "switched_by": admin_user.email,
        "switched_at": row["switched_at"],
        "counts": {**NOTHING, "posted": 1, "posted_with_warnings": 1, "blocked": 1, "held": 2, "ineligible": 1},
        "needs_person": 2,
        "oldest_open_at": at(START),
        "last_posted_at": at(START + timedelta(hours=1)),
        "entries": "http://testserver/api/v1/entries/?flow=bills",
        "link": "http://testserver/settings/bills/#flow-bills",
    }
    assert missing[0] == {
        "key": "line_item_type",
        "label": "Default Line Item Type",
        "sentence": "Choose how bill lines are coded.",
        "link": "http://testserver/settings/defaults/#setting-line_item_type",
    }
    idle = named(told["results"], "projects")
    assert (idle["counts"], idle["needs_person"], idle["oldest_open_at"], idle["last_posted_at"]) == (
        NOTHING,
        0,
        None,
        None,
    )
    make_entry("rejected", flow="expenses")
    assert asked("flows/")[1] == statements == 4


def test_a_flow_that_is_off_lacks_nothing(ask: Ask, scope: Tenant, admin_user: Any) -> None:
    switch(all_flows()["bills"], admin_user, is_on=False)
    row = named(ask("flows/").json()["results"], "bills")
    assert (row["is_on"], row["missing"]) == (False, [])
    off = {row["key"] for row in ask("flows/").json()["results"] if row["switched_at"] is None and not row["is_on"]}
    assert off == {key for key, flow in all_flows().items() if not flow.is_on_at_first and key != "bills"}


def test_every_setting_with_what_is_in_force(asked: Asked, scope: Tenant, admin_user: Any) -> None:
    row = make_account("Job costs", code="5000", remote_id="214")
    first, statements = asked("settings/")
    assert [each["key"] for each in first["results"]] == list(DEFAULTS)
    choose("bill_code", "214", admin_user)
    choose("line_item_type", "item", admin_user)
    row.is_active = False
    row.save()
    told = asked("settings/")[0]["results"]
    kind, shown = DEFAULTS["bill_code"], named(told, "bill_code")
    assert shown == {
        "key": "bill_code",
        "label": "QB Bill Account Code",
        "help": kind.help,
        "if_empty": kind.if_empty,
        "screen": "defaults",
        "group": kind.group,
        "type": "row",
        "takes_many": False,
        "is_required": True,
        "values": [{"id": "214", "name": "Job costs", "is_active": False}],
        "words": "5000 Job costs",
        "origin": "chosen",
        "changed_by": admin_user.email,
        "changed_at": shown["changed_at"],
        "used_by": [flow.key for flow in all_flows().values() if kind in flow.uses],
        "link": "http://testserver/settings/defaults/#setting-bill_code",
    }
    assert abs(datetime.fromisoformat(shown["changed_at"]) - timezone.now()) < timedelta(minutes=5)
    option = named(told, "line_item_type")
    assert (option["type"], option["values"]) == ("option", [{"id": "item", "name": "Item", "is_active": True}])
    assert [each["origin"] for each in told] == [
        "chosen" if each["key"] in ("bill_code", "line_item_type") else "preset" if each["values"] else "empty"
        for each in told
    ]
    assert {each["type"] for each in told} == {"row", "option", "number", "text"}
    assert statements <= asked("settings/")[1] == 13


def test_what_was_chosen_before_there_were_versions_names_nobody(ask: Ask, scope: Tenant, admin_user: Any) -> None:
    DefaultChoice.objects.create(key="bill_date", value="period_end")
    choose("line_item_type", "item", admin_user)
    told = ask("settings/").json()["results"]
    shown = {key: named(told, key) for key in ("bill_date", "line_item_type", "bill_due")}
    assert {key: (row["origin"], row["changed_by"], row["changed_at"] is None) for key, row in shown.items()} == {
        "bill_date": ("chosen", None, True),
        "line_item_type": ("chosen", admin_user.email, False),
        "bill_due": ("preset", None, True),
    }
    assert [value["name"] for value in shown["bill_due"]["values"]] == [shown["bill_due"]["words"]]


@pytest.mark.parametrize("holds", [True, False])
def test_a_setting_is_required_as_the_checklist_has_it(scope: Tenant, admin_user: Any, holds: bool) -> None:
    """Chosen or not: what the checklist asks for when it is empty."""
    _, books = connections()
    run = OpeningRun.objects.create(start_date=date(2026, 3, 1), state="done", found={"holds_retention": holds})
    required = find_required(load_defaults(books), run)
    assert ("retention_payable_retained" in required) is holds
    make_account("Job costs", remote_id="214")
    choose("bill_code", "214", admin_user)
    assert find_required(load_defaults(books), run) == required
    asked_for = {check.key for check in golive.check_all() if check.outcome == "block"}
    gated = {key for key, kind in DEFAULTS.items() if kind.gate in MISSING}
    assert required - {"bill_code"} == (asked_for & gated) - {"bill_code"}


def test_the_checks_of_going_live(asked: Asked, scope: Tenant) -> None:
    connections()
    Tenant.objects.filter(pk=scope.pk).update(state="live", start_date=date(2026, 3, 1), live_at=START)
    told, _ = asked("go-live/")
    checks = golive.check_all()
    assert (told["state"], told["start_date"], told["live_at"], told["is_ready"]) == (
        "live",
        "2026-03-01",
        at(START),
        False,
    )
    assert told["link"] == "http://testserver/"
    assert [each["key"] for each in told["checks"]] == [check.key for check in checks]
    assert [each["link"].removeprefix("http://testserver") for each in told["checks"]] == [
        check_url(check) for check in checks
    ]
    assert named(told["checks"], "contacts") == {
        "key": "contacts",
        "group": "Mapping",
        "label": "Contacts",
        "state": "block",
        "sentence": "Nothing read yet.",
        "left": 0,
        "link": "http://testserver/mapping/contacts/",
        "link_label": "Read contacts",
    }
    assert named(told["checks"], "connect_qbo")["link_label"] == ""
