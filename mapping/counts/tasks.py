"""Keeping the counts of the mapping pages, so that hardly any page has to count a long list itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.db.models.functions import Now

from mapping.counts.upkeep import TOPIC
from mapping.models import CountedFacts, Refresh
from mapping.page.facts import STATES, load_best_rights, load_facts, rights_part
from mapping.screens import SECTIONS, Section
from mapping.sections import load_sides_and_situation
from smoothx.lib.clock import read_clock
from smoothx.tenants.models import DueWork
from smoothx.tenants.tasks import TenantTask

# Longer than all sections of a very large firm take.
LEASE = timedelta(seconds=90)
# Pages leave out what is a day old: nothing that went wrong unseen lasts longer.
WHOLE_AGAIN = timedelta(hours=12)


@shared_task(base=TenantTask, name="mapping.keep_counts", ignore_result=True)
def keep_counts(*, tenant_id: int, **_: Any) -> None:
    """Count what changed, and what was counted whole long ago, of the sections somebody looks at."""
    until = read_clock() + LEASE
    DueWork.reschedule(tenant_id=tenant_id, topic=TOPIC, at=until)
    known = set(CountedFacts.objects.values_list("part", flat=True))
    sections = find_watched(known)
    CountedFacts.objects.filter(at__lt=Now() - WHOLE_AGAIN).delete()
    sides, situation = load_sides_and_situation()
    for section in sections:
        facts = load_facts(section, situation, sides)
        if rights_part(section) in known:
            load_best_rights(section, sides, facts)
    # A change meanwhile has made it due earlier, and stays due.
    taken = DueWork.objects.filter(tenant_id=tenant_id, topic=TOPIC, due_at=until)
    taken.update(due_at=Now() + WHOLE_AGAIN if sections else None)


def find_watched(known: set[str]) -> list[Section]:
    """Those that were opened, or read by hand: a section nobody looks at is not counted."""
    read = set(Refresh.objects.order_by().values_list("section", flat=True).distinct())
    return [each for key, each in SECTIONS.items() if key in read or f"{STATES}:{key}" in known]
