"""How much processor time planning takes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mapping.maps import CodeRef, Maps, Target
from sync.flows.bills import bill_for
from sync.merge import fingerprint
from tests.bench.figures import median_cpu_milliseconds, note
from tests.sync.flows.contracts import DEFAULTS, LINKS, Billed, Contract

pytestmark = pytest.mark.bench

LINES, TIMES = 50, 200
MOST_MILLISECONDS = 2.0


def test_planning_a_requisition_of_fifty_lines() -> None:
    """Half the lines are coded by link, half by division, as on a real schedule of values; all carry tax."""
    names = [f"L{number}" for number in range(LINES)]
    codes = {
        str(number): CodeRef(f"c{number}", f"03-{number}", f"Code {number}", (f"p{number}", "d"), ("03-x", "03"))
        for number in range(LINES)
    }
    links = {("cost_code_account", f"c{number}"): Target("211", "Concrete") for number in range(0, LINES, 2)}
    maps = Maps(links={**LINKS, **links, ("cost_code_account", "d"): Target("212", "Other")}, codes=codes)
    contract = Contract(codes={name: (str(number), "S") for number, name in enumerate(names)})
    wire = contract.wire(
        [Billed(name, work=Decimal("1234.56"), retained=Decimal("123.46")) for name in names], tax=4321
    )
    requisition = type(Contract().bill(Billed("A", work=1))).from_wire(wire)
    plan = bill_for(requisition, maps, DEFAULTS)
    assert plan.document is not None
    assert len(plan.document.lines) == LINES + 1
    for name, work in {
        "rule_plan_50_lines": lambda: bill_for(requisition, maps, DEFAULTS),
        "rule_read_50_lines": lambda: type(requisition).from_wire(wire),
        "rule_fingerprint_50_lines": lambda: fingerprint(plan.document),
        "rule_plan_50_unmapped_lines": lambda: bill_for(requisition, replace(maps, links=LINKS), DEFAULTS),
    }.items():
        target = MOST_MILLISECONDS if name == "rule_plan_50_lines" else None
        note(name, median_cpu_milliseconds(work, times=TIMES), "ms CPU", target=target)
