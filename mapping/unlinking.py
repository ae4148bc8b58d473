"""Taking many pairs apart at once, in sets, as one run that can be undone whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from mapping.link_sets import unlink_together
from mapping.locks import lock_links
from mapping.models import Link, MappingRun
from mapping.screens import Section
from mapping.signals import OpenDocuments, count_documents
from smoothx.tenants.models import AuditEntry

MOST_TITLES = 6


def count_stopped(links: Sequence[Link]) -> OpenDocuments:
    """The documents that unlinking all of these would stop, each counted once for every link it needs."""
    found = list(count_documents(links).values())
    titles = list(dict.fromkeys(title for documents in found for title in documents.titles))
    return OpenDocuments(sum(documents.count for documents in found), tuple(titles[:MOST_TITLES]))


def unlink_many(
    links: Sequence[Link], section: Section, actor: Any, *, reason: str = "", run: MappingRun | None = None
) -> MappingRun:
    """Take these pairs apart. One that somebody took apart meanwhile is left out. Answers the run, for its undo."""
    with transaction.atomic():
        lock_links(section)
        run = run or MappingRun.objects.create(
            what=MappingRun.What.CHANGE, section=section.key, started_by=actor, message=reason
        )
        standing = Link.objects.filter(pk__in=[link.pk for link in links])
        run.done = len(unlink_together(standing, actor=actor, run=run))
        run.save(update_fields=["done"])
        AuditEntry.note(actor=actor, action="unlink.many", subject=section.label, run=run.pk, links=run.done)
    return run
