"""Switching a flow on or off, and what waited for it."""

from __future__ import annotations

from typing import Any

from mapping.changing import one_change
from smoothx.tenants.models import AuditEntry
from sync import ledger
from sync.flow import Flow
from sync.models import FlowSetting
from sync.tasks import nudge


def switch(flow: Flow, actor: Any, *, is_on: bool | None) -> int:
    """Switch it, None for back to how it is at first. Answers how many documents that waited for it go on."""
    with one_change(actor):
        if is_on is None:
            FlowSetting.objects.filter(flow=flow.key).delete()
        else:
            by = actor if getattr(actor, "is_authenticated", False) else None
            FlowSetting.objects.update_or_create(flow=flow.key, defaults={"is_on": is_on, "changed_by": by})
        runs = flow.is_on_at_first if is_on is None else is_on
        AuditEntry.note(actor=actor, action="flow.on" if runs else "flow.off", subject=flow.label, flow=flow.key)
        released = ledger.release([f"flow:{flow.key}"]) if runs else 0
        if released:
            nudge()
    return released
