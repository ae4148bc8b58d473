"""Every flow is a pure, typed, documented rule with a test of its own."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from mapping.defaults import DEFAULTS
from mapping.kinds import KINDS
from sync.flow import Flow
from sync.registry import BadFlow, all_flows, discover
from sync.sources import READERS

ROOT = Path(__file__).resolve().parents[2]
FLOWS = list(all_flows().values())


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.key)
def test_flow_is_complete(flow: Flow) -> None:
    assert inspect.isfunction(flow.rule)
    assert flow.rule.__doc__
    assert set(inspect.get_annotations(flow.rule)) >= {"maps", "defaults", "return"}
    assert flow.reads.key in READERS
    assert all(kind.key in KINDS for kind in (*flow.needs, *flow.links))
    assert all(default.key in DEFAULTS for default in flow.uses)
    module = Path(inspect.getfile(flow.rule))
    assert (ROOT / "tests" / module.relative_to(ROOT)).with_name(f"test_{module.name}").exists()


def test_flows_run_behind_those_they_build_on() -> None:
    order = list(all_flows())
    assert order.index("contacts_to_qbo") < order.index("projects") < order.index("bills")


def test_a_file_without_a_flow_stops_the_process() -> None:
    found = dict(all_flows())
    with pytest.raises(BadFlow, match="declares no FLOW"):
        discover(["smoothx.lib"])
    assert all_flows() == found
