"""Taking many pairs apart at once, in sets, as one run that can be undone whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from mapping.automap.storing import offer_again
from mapping.history import note_changes
from mapping.models import Link, LinkChange, MappingRun
from mapping.screens import Section
from mapping.signals import OpenDocuments, announce, count_documents
from mapping.subjects import subjects_of_links
from smoothx.tenants.models import AuditEntry

MOST_TITLES = 6


def count_stopped(links: Sequence[Link]) -> OpenDocuments:
    """The documents that unlinking all of these would stop, each counted once for every link it needs."""
    found = list(count_documents(links).values())
    titles = list(dict.fromkeys(title for documents in found for title in documents.titles))
    return OpenDocuments(sum(documents.count for documents in found), tuple(titles[:MOST_TITLES]))


def unlink_many(links: Sequence[Link], section: Section, actor: Any, *, reason: str = "") -> MappingRun:
    """Take these pairs apart. One that somebody took apart meanwhile is left out. Answers the run, for its undo."""
    with transaction.atomic():
        standing = list(Link.objects.select_for_update().filter(pk__in=[link.pk for link in links]).order_by("pk"))
        run: MappingRun = MappingRun.objects.create(
            what=MappingRun.What.CHANGE, section=section.key, started_by=actor, message=reason, done=len(standing)
        )
        note_changes(LinkChange.Action.UNLINKED, standing, actor=actor, run=run)
        Link.objects.filter(pk__in=[link.pk for link in standing]).delete()
        offer_again(standing)
        AuditEntry.note(actor=actor, action="unlink.many", subject=section.label, run=run.pk, links=len(standing))
        announce(subjects_of_links((link.kind, link.left_id) for link in standing))
    return run
