"""What is locked in Procore, and what is not: a table of how a record may stand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.procore.documents_locks import RecordLock
from mapping.defaults import Defaults
from mapping.maps import Maps
from sync.flows.record_locks import FLOW, LOCK, UNLOCK, LockedRecord, describe_lock, lock_for

RECORD = LockedRecord(
    id="7",
    kind="requisition",
    name="Invoice 3",
    party="Aspen Roofing",
    project_id="1",
    contract_id="5",
    stamp="",
    own_stamp="ours",
    is_posted=True,
)


def plan(approvals: frozenset[str] = frozenset(), **changes: Any) -> Any:
    return lock_for(replace(RECORD, **changes), Maps(approvals=approvals), Defaults())


@pytest.mark.parametrize("stamp", ["", "ours"])
def test_a_record_whose_document_is_posted_is_locked_by_our_stamp(stamp: str) -> None:
    made = plan(stamp=stamp)
    assert made.document == RecordLock("requisition", "7", "1", "5", "ours", "Invoice 3")
    assert made.document.to_wire()["origin_id"] == "ours"
    assert (describe_lock(RECORD).title, describe_lock(RECORD).amount) == ("Aspen Roofing, Invoice 3", None)
    assert (FLOW.source, FLOW.target) == ("procore", "procore")


@pytest.mark.parametrize(
    ("changes", "approvals", "code"),
    [
        ({}, frozenset({UNLOCK}), "unlocked_by_hand"),
        ({"is_opened": True}, frozenset(), "unlocked_by_hand"),
        ({"is_posted": False}, frozenset(), "lock_not_needed"),
        ({"is_gone": True}, frozenset({UNLOCK}), "locked_record_gone"),
    ],
)
def test_what_is_not_to_be_locked_is_let_go(changes: dict[str, Any], approvals: frozenset[str], code: str) -> None:
    let_go = plan(approvals, **changes)
    assert (let_go.document, let_go.removal.code, let_go.removal.subject) == (None, code, "Invoice 3")


def test_what_was_opened_is_locked_by_a_persons_word_or_found_locked_by_a_write_of_ours() -> None:
    assert plan(frozenset({LOCK}), is_opened=True).document is not None
    assert plan(is_opened=True, stamp="ours").document is not None


def test_the_lock_of_another_program_is_left_as_it_is() -> None:
    left = plan(stamp="theirs")
    assert (left.document, left.removal, [each.code for each in left.blockers]) == (None, None, ["locked_by_other"])
