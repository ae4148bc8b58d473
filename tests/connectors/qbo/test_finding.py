"""Finding records by many ids, and by name in lists that name their rows otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from connectors import limits
from connectors.models import Connection
from connectors.qbo import resources
from connectors.qbo.client import QboClient
from tests.worlds import control


@pytest.fixture
def client(qbo: Connection, sandboxes: Any, monkeypatch: pytest.MonkeyPatch) -> QboClient:
    control(sandboxes.qbo, "limits", {"per_second": 0, "per_minute": 0, "batches_per_minute": 0})
    monkeypatch.setattr(limits, "QBO_CALLS", ())
    return QboClient(qbo)


def test_many_records_by_id_inactive_ones_too(client: QboClient) -> None:
    made = [client.create("Vendor", {"DisplayName": f"Batch {number}"}, key=f"k-{number}") for number in range(3)]
    gone = {"Id": made[1]["Id"], "SyncToken": "0", "sparse": True, "Active": False}
    client.update("Vendor", gone, key="k-inactive")
    found = client.get_many(resources.VENDORS, [*(row["Id"] for row in made), "999999"])
    assert [(row["Id"], row["Active"]) for row in found] == [
        (made[0]["Id"], True),
        (made[1]["Id"], False),
        (made[2]["Id"], True),
    ]
    assert client.get_many(resources.VENDORS, []) == []


def test_items_and_classes_are_found_by_their_name(client: QboClient) -> None:
    account = next(
        row for page in client.query_all(resources.ACCOUNTS) for row in page if row["AccountType"] == "Income"
    )
    body = {"Name": "03-300 Concrete", "Type": "Service", "IncomeAccountRef": {"value": account["Id"]}}
    item = client.create("Item", body, key="k-item")
    sorting = client.create("Class", {"Name": "03-300 Concrete"}, key="k-class")
    for entity, record in (("Item", item), ("Class", sorting)):
        found = client.find_by_name(entity, "03-300 CONCRETE")
        assert found is not None
        assert found["Id"] == record["Id"]
        assert client.find_by_name(entity, "03-300") is None
