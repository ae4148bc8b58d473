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
