"""Which flows run for the firm: what was switched, else how the flow is declared to begin."""

from __future__ import annotations

from sync.models import FlowSetting
from sync.registry import all_flows


def load_flows_off() -> frozenset[str]:
    """The keys of the flows that do not run now."""
    switched = dict(FlowSetting.objects.values_list("flow", "is_on"))
    at_first = {key for key, flow in all_flows().items() if not flow.is_on_at_first and key not in switched}
    return frozenset(at_first | {key for key, is_on in switched.items() if not is_on})


def is_on(flow_key: str) -> bool:
    return flow_key not in load_flows_off()
