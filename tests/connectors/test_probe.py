from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from connectors.errors import NoPermission
from connectors.models import Connection
from connectors.probe import books_of, choose_customer_field, probe
from tests.worlds import act, control


def definition(number: int, **members: Any) -> dict[str, Any]:
    return {"id": number, "label": "Customer", "data_type": "vendor", "active": True, **members}


@pytest.mark.parametrize(
    ("definitions", "key"),
    [
        ([], None),
        ([definition(598134325840007)], "custom_field_598134325840007"),
        ([definition(1, label=" CUSTOMER ")], "custom_field_1"),
        ([definition(1, label="Customer contact")], None),
        ([definition(1, data_type="string")], None),
        ([definition(1, active=False), definition(3), definition(2)], "custom_field_2"),
    ],
)
def test_which_field_is_the_customer(definitions: list[dict[str, Any]], key: str | None) -> None:
    assert choose_customer_field(definitions) == key


def test_procores_facts(procore: Connection, sandboxes: Any) -> None:
    Connection.objects.filter(pk=procore.pk).update(account_name="", facts={"kept": 1})
    row = Connection.objects.get(pk=procore.pk)
    probe(row)
    stored = Connection.objects.get(pk=procore.pk)
    assert stored.account_name == sandboxes.info["procore"]["companies"][0]["name"] == row.account_name
    assert stored.facts["customer_field"] == f"custom_field_{sandboxes.procore.app.customer_definition()['id']}"
    assert stored.facts["kept"] == 1


def test_a_company_without_the_field(procore: Connection, sandboxes: Any) -> None:
    control(sandboxes.procore, "faults", [{"path": "/custom_field_definitions", "status": 200, "body": []}])
    probe(procore)
    assert Connection.objects.get(pk=procore.pk).facts["customer_field"] is None


def test_a_company_the_user_has_left(procore: Connection, sandboxes: Any) -> None:
    control(sandboxes.procore, "faults", [{"path": "/rest/v1.0/companies$", "status": 200, "body": []}])
    facts = dict(procore.facts)
    with pytest.raises(NoPermission):
        probe(procore)
    assert Connection.objects.get(pk=procore.pk).facts == facts


def test_the_books(qbo: Connection, sandboxes: Any) -> None:
    act(sandboxes.qbo, "close_books", date="2026-01-31")
    probe(qbo)
    books = books_of(Connection.objects.get(pk=qbo.pk))
    assert books is not None
    assert books.company_name == sandboxes.info["qbo"]["realms"][0]["name"]
    assert (books.home_currency, books.closed_until) == ("USD", date(2026, 1, 31))
    act(sandboxes.qbo, "close_books")
    probe(qbo)
    assert books_of(qbo) is not None
    assert books_of(Connection.objects.get(pk=qbo.pk)).closed_until is None  # type: ignore[union-attr]
    assert books_of(Connection(facts={})) is None


def prefer(sandboxes: Any, group: str, name: str, value: Any) -> None:
    act(sandboxes.qbo, "set_preference", group=group, name=name, value=value)


@pytest.mark.parametrize(
    ("per_line", "per_document", "classes"),
    [(True, False, "line"), (False, True, "transaction"), (True, True, "line"), (False, False, "")],
)
def test_how_the_books_track_classes(
    qbo: Connection, sandboxes: Any, per_line: bool, per_document: bool, classes: str
) -> None:
    prefer(sandboxes, "AccountingInfoPrefs", "ClassTrackingPerTxnLine", per_line)
    prefer(sandboxes, "AccountingInfoPrefs", "ClassTrackingPerTxn", per_document)
    probe(qbo)
    books = books_of(Connection.objects.get(pk=qbo.pk))
    assert books is not None
    assert (books.classes, books.tracks_classes) == (classes, bool(classes))


@pytest.mark.parametrize("is_on", [True, False])
def test_what_else_the_books_allow(qbo: Connection, sandboxes: Any, is_on: bool) -> None:
    prefer(sandboxes, "AccountingInfoPrefs", "TrackDepartments", is_on)
    prefer(sandboxes, "ProductAndServicesPrefs", "ForPurchase", is_on)
    prefer(sandboxes, "OtherPrefs", "ProjectsEnabled", "true" if is_on else None)
    probe(qbo)
    books = books_of(Connection.objects.get(pk=qbo.pk))
    assert books is not None
    assert (books.tracks_locations, books.buys_items, books.uses_projects) == (is_on, is_on, is_on)
    assert books.edition == "QuickBooks Online Plus"


def test_books_probed_by_an_earlier_version_lack_nothing() -> None:
    old = {
        "company_name": "Ridgeline",
        "country": "US",
        "home_currency": "USD",
        "uses_sales_tax": False,
        "closed_until": None,
        "uses_account_numbers": True,
        "is_multicurrency": False,
        "tracks_unicorns": True,
    }
    books = books_of(Connection(facts={"books": old}))
    assert books is not None
    assert (books.classes, books.tracks_locations, books.edition) == ("", False, "")
