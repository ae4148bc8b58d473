"""What a posted document creates beside itself: the mapping a pushed row or a new project stands for."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db import IntegrityError, transaction

from connectors.errors import VendorError
from mapping.directory.upserts import RESOURCES, upsert_records
from mapping.history import note_changes
from mapping.kinds import MappingKind
from mapping.links import LinkRefused, link
from mapping.locks import lock_links
from mapping.models import Link, LinkChange, MappingRun, RunRow
from mapping.signals import announce
from mapping.subjects import subjects_of_links
from sync.flow import Flow
from sync.models import Entry, Event, Outgoing
from sync.targets import Answer
from sync.work import Work

log = logging.getLogger(__name__)

# QuickBooks has one set of names for these.
NAME_LISTS = ("Vendor", "Customer", "Employee")


def create_links(flow: Flow, entry: Entry, answer: Answer) -> bool:
    """Add the new row to the directory and link it, so that it is mapped the moment it exists.

    False when a person linked either side elsewhere meanwhile: theirs stands.
    """
    if answer.wire and entry.target_type in RESOURCES:
        upsert_records(entry.target_connection, entry.target_type, [answer.wire])
    return _link_one(flow, entry, answer, _askers_of(flow, [entry]))


def create_many_links(flow: Flow, made: Sequence[tuple[Entry, Answer]]) -> set[int]:
    """The same for many entries of one flow; answers those, by pk, that a person linked elsewhere meanwhile."""
    by_type = sorted(made, key=lambda pair: pair[0].target_type)
    for entity, pairs in groupby(by_type, key=lambda pair: pair[0].target_type):
        group = list(pairs)
        upsert_records(group[0][0].target_connection, entity, [answer.wire for _, answer in group if answer.wire])
    askers = _askers_of(flow, [entry for entry, _ in made])
    try:
        with transaction.atomic():
            lock_links()
            links = Link.objects.bulk_create([_new_link(flow, entry, answer, askers) for entry, answer in made])
            note_changes_by_asker(links)
    except IntegrityError:
        # Somebody linked one of them meanwhile: each by itself then.
        return {entry.pk for entry, answer in made if not _link_one(flow, entry, answer, askers)}
    announce(subjects_of_links((made_link.kind, made_link.left_id) for made_link in links))
    return set()


def note_changes_by_asker(links: Sequence[Link]) -> None:
    """One history entry per link, in as few statements as there are people and runs."""
    groups: dict[tuple[Any, Any], list[Link]] = {}
    for each in links:
        groups.setdefault((each.actor, each.run), []).append(each)
    for (actor, run), group in groups.items():
        note_changes(LinkChange.Action.LINKED, group, actor=actor, run=run)


def learn_namesake(work: Work, outgoing: Outgoing) -> None:
    """QuickBooks said that the name is in use: take its owner into the directory, so that it can be linked now."""
    name = outgoing.body.get("DisplayName") or outgoing.body.get("Name") or ""
    entities = NAME_LISTS if outgoing.target_type in NAME_LISTS else (outgoing.target_type,)
    try:
        for entity in entities:
            found = work.qbo.find_by_name(entity, name, parent_id="" if entity == "Customer" else None)
            if found is not None:
                upsert_records(work.qbo.connection, entity, [found])
    except VendorError:
        # The refusal stands without it; a refresh will show the row.
        log.warning("sync.posting.namesake_not_read", extra={"outgoing": outgoing.pk}, exc_info=True)


class _Askers:
    """Who asked for each push, and in which run."""

    def __init__(self, runs: dict[tuple[str, str], MappingRun], people: dict[int, Any]) -> None:
        self._runs, self._people = runs, people

    def run_of(self, entry: Entry, kind: MappingKind) -> MappingRun | None:
        return self._runs.get((entry.source_id, kind.key))

    def person_of(self, entry: Entry, kind: MappingKind) -> Any:
        run = self.run_of(entry, kind)
        return run.started_by if run else self._people.get(entry.pk)


def _askers_of(flow: Flow, entries: Sequence[Entry]) -> _Askers:
    column = "left_id" if flow.source == "procore" else "right_id"
    rows = RunRow.objects.filter(
        run__in=MappingRun.objects.filter(what=MappingRun.What.PUSH, ended_at__isnull=True),
        state=RunRow.State.SENDING,
        kind__in=[kind.key for kind in flow.links],
        **{f"{column}__in": [entry.source_id for entry in entries]},
    )
    runs = {(getattr(row, column), row.kind): row.run for row in rows.select_related("run__started_by")}
    events = Event.objects.filter(entry__in=entries, what="pushed").select_related("actor").order_by("at", "pk")
    return _Askers(runs, {event.entry_id: event.actor for event in events})


def _link_one(flow: Flow, entry: Entry, answer: Answer, askers: _Askers) -> bool:
    new = _new_link(flow, entry, answer, askers)
    try:
        with transaction.atomic():
            link(
                _kind_of(flow, entry),
                left_connection=new.left_connection,
                left_id=new.left_id,
                right_connection=new.right_connection,
                right_id=new.right_id,
                chosen_by=new.chosen_by,
                actor=new.actor,
                reason=new.reason,
                run=new.run,
            )
    except LinkRefused:
        return False
    return True


def _new_link(flow: Flow, entry: Entry, answer: Answer, askers: _Askers) -> Link:
    from_procore = flow.source == "procore"
    source, target = (entry.source_connection, entry.source_id), (entry.target_connection, answer.id)
    (left_connection, left_id), (right_connection, right_id) = (source, target) if from_procore else (target, source)
    kind = _kind_of(flow, entry)
    person = askers.person_of(entry, kind)
    return Link(
        kind=kind.key,
        left_connection=left_connection,
        left_id=left_id,
        right_connection=right_connection,
        right_id=right_id,
        chosen_by=Link.ChosenBy.FLOW if flow.trigger == "event" and person is None else Link.ChosenBy.PUSH,
        reason=flow.label,
        actor=person,
        run=askers.run_of(entry, kind),
    )


def _kind_of(flow: Flow, entry: Entry) -> MappingKind:
    return next((kind for kind in flow.links if kind.key == entry.part), flow.links[0])
