"""Switching a flow on or off, and what waited for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.models import Cursor
from connectors.procore import resources as procore
from mapping.changing import one_change
from smoothx.tenants.models import AuditEntry
from sync import ledger
from sync.books import RESOURCE
from sync.flow import Flow
from sync.models import FlowSetting
from sync.registry import all_flows
from sync.switches import is_on as is_on_now
from sync.tasks import nudge, start_polling


def switch(flow: Flow, actor: Any, *, is_on: bool | None) -> int:
    """Switch it, None for back to how it is at first. Answers how many documents that waited for it go on."""
    with one_change(actor):
        off_since = _find_off_since(flow)
        if is_on is None:
            FlowSetting.objects.filter(flow=flow.key).delete()
        else:
            by = actor if getattr(actor, "is_authenticated", False) else None
            FlowSetting.objects.update_or_create(flow=flow.key, defaults={"is_on": is_on, "changed_by": by})
        runs = flow.is_on_at_first if is_on is None else is_on
        AuditEntry.note(actor=actor, action="flow.on" if runs else "flow.off", subject=flow.label, flow=flow.key)
        if runs and flow.instead_of and is_on_now(flow.instead_of):
            switch(all_flows()[flow.instead_of], actor, is_on=False)
        if runs and flow.amends:
            # What follows by itself begins now, but is told by the first reading alone.
            start_polling()
        released = ledger.release([f"flow:{flow.key}"]) if runs else 0
        if runs and off_since is not None:
            _read_again(flow, off_since)
        if released:
            nudge()
    return released


def _find_off_since(flow: Flow) -> datetime | None:
    """Since when a person has it switched off; None when it runs, or never did."""
    setting = FlowSetting.objects.filter(flow=flow.key, is_on=False).first()
    return setting.changed_at if setting is not None else None


def _read_again(flow: Flow, since: datetime) -> None:
    """What changed in QuickBooks meanwhile was not asked for: the next poll reads on from then. Procore's lists keep a
    mark of their own each, so they catch up by themselves; but that of projects, which is read for every flow."""
    marks = [RESOURCE, procore.PROJECTS.key] if flow.reads == procore.PROJECTS else [RESOURCE]
    Cursor.objects.filter(resource__in=marks, read_until__gt=since).update(read_until=since)
