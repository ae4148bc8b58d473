"""A file of a cost in the books goes to the direct cost that came of it, or says why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.file_rules import MEGABYTE
from connectors.qbo.records_files import Attachable
from mapping.defaults import Defaults
from mapping.maps import Maps
from sync.flows._files import CarriedFile, Holder
from sync.flows.attachments_to_procore import FLOW, cost_file_for, split_by_document
from sync.merge import fingerprint

COST = Holder(
    "posted", "Bill 4402", project_id="7", target_type="direct_cost", target_id="88", target_name="direct cost 4402"
)
FILE = CarriedFile("5000000000000503624", "Bill:145:12", "receipt.jpg", "image/jpeg", COST, size=MEGABYTE)
WIRE = {
    "Id": "5000000000000503624",
    "SyncToken": "1",
    "FileName": "receipt.jpg",
    "ContentType": "image/jpeg",
    "Size": 1048576,
    "TempDownloadUri": "https://files.example/secret",
    "AttachableRef": [
        {"EntityRef": {"type": "Bill", "value": "145"}, "IncludeOnSend": False},
        {"EntityRef": {"type": "Purchase", "value": "9"}},
        {"IncludeOnSend": False},
    ],
}


def plan(file: CarriedFile) -> Any:
    return cost_file_for(file, Maps(), Defaults())


def test_it_hangs_on_the_direct_cost() -> None:
    assert plan(FILE).document.to_wire() == {
        "project_id": "7",
        "direct_cost_id": "88",
        "name": "receipt.jpg",
        "content_type": "image/jpeg",
    }
    assert fingerprint(plan(FILE).document) == fingerprint(plan(replace(FILE, name="other.jpg")).document)


def test_of_a_bill_of_an_order_it_hangs_on_the_invoice() -> None:
    invoice = replace(COST, target_type="commitment_invoice", target_id="91", group="6")
    document = plan(replace(FILE, holder=invoice)).document
    assert (document.entity, document.to_wire()) == (
        "invoice_file",
        {
            "project_id": "7",
            "commitment_id": "6",
            "invoice_id": "91",
            "name": "receipt.jpg",
            "content_type": "image/jpeg",
        },
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"is_gone": True}, "file_removed"),
        ({"holder": replace(COST, standing="stays")}, "file_document_stays"),
        ({"holder": replace(COST, standing="coming")}, "file_waits"),
        ({"size": 0}, "file_empty"),
        ({"size": 100 * MEGABYTE + 1}, "file_too_large"),
    ],
)
def test_what_stops_it(change: dict[str, Any], code: str) -> None:
    planned = plan(replace(FILE, **change))
    assert planned.document is None
    assert [notice.code for notice in planned.blockers] == [code]


def test_the_limit_itself_is_taken_and_beyond_it_both_sizes_are_told() -> None:
    assert plan(replace(FILE, size=100 * MEGABYTE)).document is not None
    (notice,) = plan(replace(FILE, size=100 * MEGABYTE + 1)).blockers
    assert notice.subject == "receipt.jpg"
    assert notice.detail == {"size": "100.1 MB", "limit": "100 MB", "taker": "Procore"}


def test_a_record_has_a_part_for_each_of_its_documents() -> None:
    file = Attachable.from_wire(WIRE)
    assert split_by_document(file) == ("Bill:145", "Purchase:9")
    assert split_by_document(Attachable.from_wire({**WIRE, "FileName": None, "Note": "a note alone"})) == ()
    assert "secret" not in repr(file)
    assert FLOW.splits is split_by_document
    assert not FLOW.is_on_at_first
