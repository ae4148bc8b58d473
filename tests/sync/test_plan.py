from __future__ import annotations

import pytest

from sync.plan import Notes, Notice, Plan


def test_a_document_without_blockers_is_planned_with_its_warnings_and_facts() -> None:
    notes = Notes()
    notes.warn("name_changed", "Lofts")
    assert notes.plan("document", {"net": "1.00"}) == Plan(
        "document", (Notice("name_changed", "Lofts"),), (), {"net": "1.00"}
    )


def test_a_blocker_takes_the_document_away_and_keeps_the_facts() -> None:
    notes = Notes()
    notes.warn("name_changed", "Lofts")
    notes.block("name_missing")
    plan = notes.plan("document", {"net": "1.00"})
    assert plan == Plan(None, (Notice("name_changed", "Lofts"),), (Notice("name_missing"),), {"net": "1.00"})
    assert notes.blocked({"net": "1.00"}) == plan


def test_what_lifts_a_blocker() -> None:
    notes = Notes()
    notes.block("vendor_inactive", "Aspen", waits_for="link:vendor:1", also_lifted_by=["link:vendor:2"], amount=3)
    assert notes.blockers == [
        Notice("vendor_inactive", "Aspen", {"amount": "3"}, "link:vendor:1", ("link:vendor:2",)),
    ]


def test_the_same_notice_is_kept_once() -> None:
    notes = Notes()
    for amount in ("1.00", "1.00", "2.00"):
        notes.block("bill_code_not_set", amount=amount)
        notes.warn("tax_line_used", amount=amount)
    assert [notice.detail for notice in notes.blockers] == [{"amount": "1.00"}, {"amount": "2.00"}]
    assert [notice.detail for notice in notes.warnings] == [{"amount": "1.00"}, {"amount": "2.00"}]


def test_need_blocks_when_there_is_none() -> None:
    notes = Notes()
    assert notes.need("found", "vendor_not_mapped", "Aspen") == "found"
    assert notes.blockers == []
    assert notes.need(None, "vendor_not_mapped", "Aspen", waits_for="link:vendor:1", id="1") is None
    assert notes.blockers == [Notice("vendor_not_mapped", "Aspen", {"id": "1"}, "link:vendor:1")]


def test_prefer_warns_when_the_fallback_is_taken() -> None:
    notes = Notes()
    assert notes.prefer("first", "second", "bill_code_used", "03-300") == "first"
    assert notes.prefer(None, None, "bill_code_used", "03-300") is None
    assert notes.warnings == []
    assert notes.prefer(None, "second", "bill_code_used", "03-300", amount="5.00") == "second"
    assert notes.warnings == [Notice("bill_code_used", "03-300", {"amount": "5.00"})]


@pytest.mark.parametrize("add", ["block", "warn"])
def test_an_undeclared_code_is_refused(add: str) -> None:
    with pytest.raises(KeyError, match="no_such_code"):
        getattr(Notes(), add)("no_such_code")
