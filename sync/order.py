"""In which order a tenant's backlog drains."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Value, When

from sync.flow import STAGES
from sync.registry import all_flows


def stage_of_entry() -> Case:
    """The place of an entry's stage, as the database reckons it."""
    usual = STAGES.index("document")
    others = [(key, STAGES.index(flow.stage)) for key, flow in all_flows().items() if flow.stage != "document"]
    whens = [When(flow=key, then=Value(place)) for key, place in others]
    return Case(*whens, default=Value(usual), output_field=IntegerField())
