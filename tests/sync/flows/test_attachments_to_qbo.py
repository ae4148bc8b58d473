"""A file of a Procore record becomes an attachment on the posted document, or says why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mapping.defaults import Defaults
from mapping.maps import Maps
from sync.flows._files import CarriedFile, Holder
from sync.flows.attachments_to_qbo import FLOW, attached_file_for
from sync.merge import fingerprint

BILL = Holder(
    "posted",
    "Concrete, invoice 3",
    title="Concrete, invoice 3",
    party="Acme Concrete",
    project_id="7",
    group="51",
    wait="entry:bills:90",
    target_type="Bill",
    target_id="145",
    target_name="Bill 4402",
)
FILE = CarriedFile("12", "procore.requisitions:90", "Waiver.PDF", "", BILL)


def plan(file: CarriedFile) -> Any:
    return attached_file_for(file, Maps(), Defaults())


def test_it_hangs_on_the_document_and_is_not_mailed_along() -> None:
    document = plan(FILE).document
    wire = document.to_wire()
    assert wire == {
        "FileName": "Waiver.PDF",
        "ContentType": "application/pdf",
        "Note": f"From Procore, Concrete, invoice 3. {document.mark}",
        "AttachableRef": [{"EntityRef": {"type": "Bill", "value": "145"}, "IncludeOnSend": False}],
    }
    assert len(replace(document, note="x" * 3000).to_wire()["Note"]) == 2000
    described = FLOW.describe(FILE)
    assert (described.number, described.title) == ("Waiver.PDF", "Waiver.PDF, Concrete, invoice 3")
    assert (described.party, described.project_id, described.group) == ("Acme Concrete", "7", "51")


def test_renamed_it_is_the_same_file_and_on_another_document_another() -> None:
    first, renamed = plan(FILE).document, plan(replace(FILE, name="Lien waiver.pdf")).document
    moved = plan(replace(FILE, holder=replace(BILL, target_id="146"))).document
    assert fingerprint(first) == fingerprint(renamed) != fingerprint(moved)
    assert first.mark != plan(replace(FILE, file_id="13")).document.mark


@pytest.mark.parametrize(
    ("change", "code", "waits_for"),
    [
        ({"is_gone": True}, "file_removed", ""),
        ({"holder": replace(BILL, standing="stays")}, "file_document_stays", ""),
        ({"holder": replace(BILL, standing="coming")}, "file_waits", "entry:bills:90"),
        ({"size": 0}, "file_empty", ""),
    ],
)
def test_what_stops_it(change: dict[str, Any], code: str, waits_for: str) -> None:
    planned = plan(replace(FILE, **change))
    assert planned.document is None
    assert [(notice.code, notice.waits_for) for notice in planned.blockers] == [(code, waits_for)]


def test_it_is_off_until_somebody_switches_it_on() -> None:
    assert not FLOW.is_on_at_first
    assert FLOW.is_beside
