"""Which defaults and switches going live needs: each gate, and only while a flow that reads the default runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.procore import resources as procore
from mapping.defaults import CLASS_TYPE, DEFAULTS, YES_OR_NO, Choice, DefaultKind, Defaults
from sync.checklist import Check
from sync.golive_defaults import Known, check_default, check_defaults
from sync.models import OpeningRun
from sync.registry import all_flows, flow
from sync.switching import switch


def kind_of(gate: Any, **facts: Any) -> DefaultKind:
    known = {"label": "The setting", "help": "", "if_empty": "It stops.", "group": ""}
    return DefaultKind(key="it", gate=gate, **{**known, **facts})


def with_choice(name: str = "5000", *, is_active: bool = True, **facts: Any) -> Defaults:
    return Defaults({"it": Choice("1", name, is_active)}, **facts)


BY_COST_TYPE = Defaults({CLASS_TYPE.key: Choice("cost_type", "Cost Type")})
HELD, OWNER = "holds_retention", "holds_owner_retention"


@pytest.mark.parametrize(
    ("kind", "known", "outcome", "detail"),
    [
        (kind_of("required"), Known(Defaults()), "block", "It stops."),
        (kind_of("required", ask="Choose it."), Known(Defaults()), "block", "Choose it."),
        (kind_of("required"), Known(with_choice()), "done", "5000"),
        (kind_of("required", options=YES_OR_NO, preset="no"), Known(Defaults()), "done", "No"),
        (kind_of("required"), Known(with_choice("Old", is_active=False)), "block",
         "Old is inactive in QuickBooks. Choose another."),
        (kind_of("required", chooses=procore.COST_TYPES), Known(with_choice("Old", is_active=False)), "block",
         "Old is inactive in Procore. Choose another."),
        (kind_of("answered", options=YES_OR_NO, preset="no"), Known(Defaults()), "block", "It stops."),
        (kind_of("answered", options=YES_OR_NO, preset="no"), Known(with_choice("No")), "done", "No"),
        (kind_of("purchase_tax"), Known(Defaults(uses_sales_tax=True, books_country="GB")), "block",
         "Sales tax is on in QuickBooks, so this is needed."),
        (kind_of("purchase_tax"), Known(Defaults(uses_sales_tax=True)), "done",
         "Empty. Bills carry no tax code in books of the United States."),
        (kind_of("purchase_tax"), Known(with_choice(uses_sales_tax=True)), "block",
         "Bills carry no tax code in books of the United States, so this has to be empty."),
        (kind_of("purchase_tax"), Known(Defaults(books_country="GB")), "done",
         "Empty. Sales tax is off in QuickBooks."),
        (kind_of("cost_type"), Known(Defaults()), "block", "It stops."),
        (kind_of("cost_type"), Known(BY_COST_TYPE), "done",
         "Empty. Default Class Type is Cost Type, so the class says it."),
        (kind_of("retention_payable"), Known(Defaults()), "block", "It stops."),
        (kind_of("retention_payable"), Known(Defaults(), is_reading=True), "wait",
         "Reading whether a contract holds retention."),
        (kind_of("retention_payable"), Known(Defaults(), {HELD: True}), "block",
         "Contracts in Procore hold retention, so this is needed."),
        (kind_of("retention_payable"), Known(Defaults(), {HELD: False, OWNER: True}), "done",
         "Empty. No contract in Procore holds retention."),
        (kind_of("retention_receivable"), Known(Defaults(), {HELD: True, OWNER: False}), "done",
         "Empty. No prime contract in Procore holds retention."),
        (kind_of("retention_receivable"), Known(Defaults(), {HELD: False}), "block", "It stops."),
        (kind_of("retention_receivable"), Known(Defaults(), {OWNER: True}), "block",
         "Prime contracts in Procore hold retention, so this is needed."),
        (kind_of("retention_receivable"), Known(with_choice(), {OWNER: True}), "done", "5000"),
        (kind_of("required", options=YES_OR_NO, takes_many=True), Known(Defaults()), "block", "It stops."),
        (kind_of("required", options=YES_OR_NO, takes_many=True, preset="no,yes"), Known(Defaults()), "done",
         "No, Yes"),
    ],
)  # fmt: skip
def test_each_gate(kind: DefaultKind, known: Known, outcome: str, detail: str) -> None:
    fix = {"block": "setting:it"}.get(outcome, "")
    found = check_default(kind, known)
    assert (found.label, found.outcome, found.detail, found.fix) == ("The setting", outcome, detail, fix)


@pytest.mark.usefixtures("scope")
def test_a_default_is_needed_only_while_a_flow_that_reads_it_runs(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = kind_of("required")
    monkeypatch.setitem(DEFAULTS, "it", kind)

    def is_asked() -> bool:
        return "it" in {check.key for check in check_defaults(Defaults(), None)}

    assert not is_asked(), "nothing reads it"
    pushed = replace(flow("bills"), key="pushed", trigger="push", uses=(kind,))
    monkeypatch.setitem(all_flows(), "pushed", pushed)
    assert not is_asked(), "a button is pressed by somebody who sees what is missing"
    reading = replace(flow("bills"), key="reading", uses=(kind,))
    monkeypatch.setitem(all_flows(), "reading", reading)
    assert is_asked()
    switch(reading, owner, is_on=False)
    assert not is_asked()


@pytest.mark.usefixtures("scope")
def test_a_switch_of_the_guide_has_to_be_set_one_way_or_the_other(owner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = replace(flow("bills"), key="costs", uses=(), is_on_at_first=False, asked_as="Sync Expense Direct Costs")
    monkeypatch.setitem(all_flows(), "costs", asked)

    def check() -> Check:
        return {check.key: check for check in check_defaults(Defaults(), None)}["flow_costs"]

    text = "Choose whether it is on or off."
    assert check() == Check(
        "flow_costs", "Defaults", "Sync Expense Direct Costs", "block", text, "flow:costs", "Choose"
    )
    for is_on, said in ((False, "Off."), (True, "On.")):
        switch(asked, owner, is_on=is_on)
        assert (check().outcome, check().detail) == ("done", said)


@pytest.mark.usefixtures("scope")
def test_a_reading_that_failed_tells_nothing_of_retention() -> None:
    run = OpeningRun(start_date="2026-07-01", state="failed", found={HELD: False})
    for state, outcome in (("failed", "block"), ("running", "wait"), ("done", "done")):
        run.state = state
        found = {check.key: check.outcome for check in check_defaults(Defaults(), run)}
        assert found["retention_payable_retained"] == outcome


def test_whether_tax_is_on_is_not_guessed_before_quickbooks_was_asked() -> None:
    for defaults in (Defaults(), with_choice()):
        found = check_default(kind_of("tax"), Known(defaults, knows_books=False))
        assert (found.outcome, found.detail) == ("wait", "Connect QuickBooks first. It says whether tax is on.")
    assert check_default(kind_of("tax"), Known(Defaults())).outcome == "done"
    assert check_default(kind_of("tax"), Known(Defaults(uses_sales_tax=True))).outcome == "block"
    assert check_default(kind_of("tax"), Known(with_choice(uses_sales_tax=True))).outcome == "done"
    assert check_default(kind_of("tax"), Known(with_choice())).detail == (
        "Sales tax is off in QuickBooks, so this has to be empty."
    )
