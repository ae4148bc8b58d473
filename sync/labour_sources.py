"""Which records of QuickBooks may hold labour cost, and which of them are worth a place in the queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.qbo import resources as qbo
from connectors.qbo.records_costs import BookedCost, BookedLine
from connectors.resource import Resource
from mapping.defaults import LABOUR_SOURCE, PAYROLL_ACCOUNTS
from mapping.models import DefaultChoice
from smoothx.lib.text import stable_hash
from sync.models import Entry
from sync.sources.costs import PAYROLL
from sync.sources.payroll import KIND_OF, payroll_lines
from sync.work import Work

BY_ENTITY = {each.entity: each for each in (qbo.TIME_ACTIVITIES, qbo.JOURNAL_ENTRIES)}


def reads_payroll(work: Work, resource: Resource) -> bool:
    """Labour cost comes from here, or did: what is posted goes on following its source."""
    if work.defaults.says(LABOUR_SOURCE, KIND_OF[resource.key]):
        return True
    return Entry.objects.filter(flow=PAYROLL, source_type=resource.key).exclude(target_id="").exists()


def wants_payroll(work: Work, entity: str, wire: Mapping[str, Any]) -> bool:
    """Only asked of what is not in the queue already."""
    return work.defaults.says(LABOUR_SOURCE, KIND_OF[BY_ENTITY[entity].key])


def keep_payroll(work: Work, cost: BookedCost, parts: set[str]) -> set[str]:
    """The customers that have a line on an account of payroll."""
    return {part for part in parts if any(line.amount for line in labour_of(work, cost, part))}


def labour_of(work: Work, cost: BookedCost, part: str) -> tuple[BookedLine, ...]:
    """The lines of a journal entry that are labour of this customer."""
    return payroll_lines(cost, work.defaults, part)


def begin_again(work: Work) -> str:
    """With other accounts chosen journal entries that held no labour cost may hold some, and what a place had while
    labour cost came from another was not asked for."""
    chosen = DefaultChoice.objects.filter(key__in=[LABOUR_SOURCE.key, PAYROLL_ACCOUNTS.key]).order_by("key")
    return f".{stable_hash(*chosen.values_list('key', 'chosen_at'), length=12)}"
