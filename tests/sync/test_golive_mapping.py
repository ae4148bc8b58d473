"""What the go-live check says of the mapping beyond contacts, projects and the codes of the lines."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from connectors.models import Connection
from connectors.procore import resources as procore
from connectors.qbo.records import Books
from mapping.choices import load_defaults
from mapping.defaults import Defaults
from mapping.kinds import COST_CODE_ACCOUNT, VENDOR
from mapping.left_out import leave_out
from mapping.models import DefaultChoice, RemoteItem
from mapping.screens import SECTIONS
from sync.golive_mapping import check_mapping
from tests.factories import connections
from tests.mapping.factories import make_account, make_code, make_company, make_link, make_row, make_vendor

pytestmark = pytest.mark.usefixtures("scope")


def found(defaults: Defaults | None = None) -> dict[str, tuple[str, str, str]]:
    """Outcome, detail and where it is put right, by key."""
    checks = check_mapping(defaults or Defaults())
    return {check.key: (check.outcome, check.detail, check.fix) for check in checks}


@pytest.fixture
def books() -> Any:
    _, quickbooks = connections()
    facts = {**asdict(Books.from_wire({"CompanyName": "Ridgeline", "Country": "US"}, {})), "classes": "line"}
    Connection.objects.filter(pk=quickbooks.pk).update(facts={"books": facts})
    return quickbooks


def test_links_to_something_inactive_stop_going_live_and_lead_to_them(books: Any) -> None:
    vendor = make_vendor("Aspen")
    make_link(VENDOR, make_company("Aspen"), vendor)
    assert "dead_links" not in found()
    RemoteItem.objects.filter(pk=vendor.pk).update(is_active=False)
    assert found()["contacts"] == (
        "open",
        "0 of 1 Procore companies mapped. 1 leads to what is inactive in QuickBooks, or gone.",
        "map:contacts:problems",
    )
    outcome, detail, fix = found()["dead_links"]
    assert (outcome, fix) == ("block", "map:contacts:problems")
    assert detail.startswith("QuickBooks refuses a document that names it.")


def test_a_code_left_out_on_purpose_is_covered(books: Any, owner: Any) -> None:
    code = make_code("01-100", "Permits")
    make_link(COST_CODE_ACCOUNT, make_code("02-100", "Fees"), make_account("Fees"))
    outcome, detail, _ = found()["codes"]
    assert (outcome, detail) == (
        "block",
        "1 of 2 covered. 1 has no account: map it, or set QB Bill Account Code.",
    )
    DefaultChoice.objects.create(key="bill_code", value=make_account("Job costs").remote_id)
    leave_out(SECTIONS["account-codes"], [code], owner)
    assert found()["codes"][:2] == ("done", "2 of 2 covered.")


def test_codes_without_a_class_are_said_where_lines_take_one(books: Any) -> None:
    make_code("01-100", "Permits")
    assert "class_codes" not in found()
    DefaultChoice.objects.create(key="class_type", value="cost_code")
    assert found()["class_codes"] == (
        "open",
        "0 of 1 covered. Lines of the other one carry no class, and their documents will say so.",
        "map:cost-codes",
    )


def test_codes_read_from_quickbooks_items_are_said(books: Any) -> None:
    make_code("01-100", "Permits")
    DefaultChoice.objects.create(key="items_in_quickbooks", value="yes")
    assert found(load_defaults(books))["item_codes"][0] == "open"


def test_employees_and_the_like_are_advice_only_where_some_are_left(books: Any) -> None:
    assert "employees" not in found()
    make_row(procore.EMPLOYEES, "Dana Whitfield")
    assert found()["employees"] == ("open", "0 of 1 employees mapped.", "map:employees")
