"""How much processor time planning takes. Prints `name: value unit`; the numbers are read, not asserted."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from mapping.maps import CodeRef, Maps, Target
from sync.flows.bills import bill_for
from sync.merge import fingerprint
from tests.sync.flows.contracts import DEFAULTS, LINKS, Billed, Contract

pytestmark = pytest.mark.bench

LINES, TIMES = 50, 200


def cpu_milliseconds(work: Callable[[], object]) -> float:
    """The median of several runs, in processor time."""
    spent = []
    for _ in range(TIMES):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return sorted(spent)[TIMES // 2] * 1000


def test_planning_a_requisition_of_fifty_lines(capsys: pytest.CaptureFixture[str]) -> None:
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
    figures = {
        "rule_plan_50_lines": cpu_milliseconds(lambda: bill_for(requisition, maps, DEFAULTS)),
        "rule_read_50_lines": cpu_milliseconds(lambda: type(requisition).from_wire(wire)),
        "rule_fingerprint_50_lines": cpu_milliseconds(lambda: fingerprint(plan.document)),
        "rule_plan_50_unmapped_lines": cpu_milliseconds(
            lambda: bill_for(requisition, replace(maps, links=LINKS), DEFAULTS)
        ),
    }
    with capsys.disabled():
        for name, value in figures.items():
            print(f"{name}: {value:.3f} ms")  # noqa: T201
    assert all(value > 0 for value in figures.values())
