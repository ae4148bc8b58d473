"""Many companies in one call: what each came to, and what an answer that never came means."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import Rejected, Uncertain
from connectors.models import Connection
from connectors.procore import resources
from connectors.procore.client import ProcoreClient
from connectors.procore.faults import error_in
from tests.worlds import control, in_procore


@pytest.fixture
def client(procore: Connection) -> ProcoreClient:
    return ProcoreClient(procore)


def vendors(pair: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = in_procore(pair, "vendors")
    return found


def test_each_row_is_made_or_refused_by_itself(client: ProcoreClient, sandboxes: Any) -> None:
    before = len(vendors(sandboxes))
    answer = client.sync(resources.VENDORS, [{"name": "One"}, {"name": ""}, {"name": "Two", "city": "Golden"}])
    assert [row["name"] for row in answer.entities] == ["One", "Two"]
    assert [row["name"] for row in answer.errors] == [""]
    assert len(vendors(sandboxes)) == before + 2
    refused = error_in(answer.errors[0], request_id="r-1")
    assert isinstance(refused, Rejected)
    assert (refused.vendor_text, refused.request_id) == ("name can't be blank", "r-1")


def test_a_lost_answer_is_not_sent_again(client: ProcoreClient, sandboxes: Any) -> None:
    before = len(vendors(sandboxes))
    fault = {"method": "PATCH", "path": "/vendors/sync", "when": "after", "drop": True, "times": 1}
    control(sandboxes.procore, "faults", [fault])
    with pytest.raises(Uncertain):
        client.sync(resources.VENDORS, [{"name": "One"}])
    assert len(vendors(sandboxes)) == before + 1


def test_an_answer_without_rows_leaves_the_write_in_doubt(client: ProcoreClient, sandboxes: Any) -> None:
    control(sandboxes.procore, "faults", [{"method": "PATCH", "path": "/sync", "status": 200, "body": {}, "times": 1}])
    with pytest.raises(Uncertain):
        client.sync(resources.VENDORS, [{"name": "One"}])


def test_more_rows_than_procore_takes_are_no_call(client: ProcoreClient) -> None:
    with pytest.raises(ValueError, match="at most 1000"):
        client.sync(resources.VENDORS, [{"name": str(number)} for number in range(1001)])
