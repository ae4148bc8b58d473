"""Automap: links what is surely the same, keeps the doubtful pairs for review, and can take all of it back."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from mapping.candidates import left_rows, linked_left, load_rejected, read_candidates, right_rows
from mapping.coverage import is_code_section, load_code_tree
from mapping.history import note_changes
from mapping.kinds import MappingKind
from mapping.models import Link, LinkChange, MappingRun, SuggestedPair
from mapping.screens import Section
from mapping.sides import Sides, load_sides
from mapping.signals import announce
from mapping.subjects import subjects_of_links
from mapping.suggest import SAME_NAME, Suggestion, suggest
from smoothx.tenants.models import AuditEntry


@dataclass(frozen=True, slots=True)
class Found:
    """What one look at a section found: pairs by kind, best first."""

    sure: tuple[tuple[MappingKind, Suggestion], ...]
    unsure: tuple[tuple[MappingKind, Suggestion], ...]


def automap(section: Section, actor: Any) -> MappingRun:
    """Link every sure pair of the section in one go. Raises NotConnected when a side was never connected."""
    sides = load_sides()
    sides.need("procore")
    sides.need("quickbooks")
    try:
        return _run(section, sides, actor)
    except IntegrityError:
        # Somebody linked one of the pairs meanwhile: look again, once.
        return _run(section, sides, actor)


def find_pairs(section: Section, sides: Sides) -> Found:
    """What automap would do now; changes nothing."""
    rejected = load_rejected(section.kinds)
    sure: list[tuple[MappingKind, Suggestion]] = []
    unsure: list[tuple[MappingKind, Suggestion]] = []
    taken_lefts = _linked_lefts(section, sides)
    for kind in section.kinds:
        for pair in _suggest(kind, sides, rejected[kind.key]):
            # A second role for a company that has one is for a person to say.
            is_second = len(section.kinds) > 1 and pair.left_id in taken_lefts
            if pair.band == "sure" and not is_second:
                sure.append((kind, pair))
            elif pair.band == "sure" or pair.left_id not in taken_lefts:
                unsure.append((kind, replace(pair, band="unsure")))
    sure, doubtful = _keep_one_role(sure)
    done = {pair.left_id for _, pair in sure}
    best = _keep_best(unsure + doubtful, done)
    if is_code_section(section):
        open_codes = load_code_tree(section.kinds, sides).open_ids(section.kinds[0], also_linked=done)
        best = [(kind, pair) for kind, pair in best if pair.left_id in open_codes]
    return Found(tuple(sure), tuple(best))


def reject(pair: SuggestedPair, actor: Any) -> None:
    """A person said these two are not the same: the pair is never offered again."""
    SuggestedPair.objects.filter(pk=pair.pk).update(rejected_at=timezone.now(), rejected_by=actor)
    AuditEntry.note(
        actor=actor, action="pair.reject", subject=pair.kind, pair=pair.pk, left=pair.left_id, right=pair.right_id
    )


def take_back_rejection(pair: SuggestedPair, actor: Any) -> None:
    SuggestedPair.objects.filter(pk=pair.pk).update(rejected_at=None, rejected_by=None)
    AuditEntry.note(
        actor=actor, action="pair.allow", subject=pair.kind, pair=pair.pk, left=pair.left_id, right=pair.right_id
    )


def close_run(run: MappingRun) -> None:
    """Put the review away. What was linked stays."""
    MappingRun.objects.filter(pk=run.pk).update(closed_at=timezone.now())


def reopen_run(run: MappingRun) -> None:
    MappingRun.objects.filter(pk=run.pk).update(closed_at=None)


def _run(section: Section, sides: Sides, actor: Any) -> MappingRun:
    found = find_pairs(section, sides)
    with transaction.atomic():
        MappingRun.objects.filter(section=section.key, closed_at__isnull=True).update(closed_at=timezone.now())
        run: MappingRun = MappingRun.objects.create(
            section=section.key, started_by=actor, linked=len(found.sure), unsure=len(found.unsure)
        )
        links = Link.objects.bulk_create([_make_link(kind, pair, sides, run, actor) for kind, pair in found.sure])
        note_changes(LinkChange.Action.LINKED, links, actor=actor, run=run)
        SuggestedPair.objects.bulk_create(
            [_make_pair(kind, pair, sides, run) for kind, pair in found.unsure],
            update_conflicts=True,
            unique_fields=["tenant", "kind", "left_connection", "left_id", "right_connection", "right_id"],
            update_fields=["score", "reason", "run"],
        )
        AuditEntry.note(actor=actor, action="automap", subject=section.key, run=run.pk, linked=run.linked)
        announce(subjects_of_links((kind.key, pair.left_id) for kind, pair in found.sure))
    return run


def _suggest(kind: MappingKind, sides: Sides, rejected: set[tuple[str, str]]) -> list[Suggestion]:
    left, right = sides.need("procore"), sides.need("quickbooks")
    lefts = left_rows(kind, left).filter(~linked_left([kind], left), is_active=True)
    rights = right_rows(kind, right).filter(is_active=True)
    taken: frozenset[str] = frozenset()
    if kind.is_one_to_one:
        links = Link.objects.filter(kind=kind.key, right_connection=right)
        taken = frozenset(links.values_list("right_id", flat=True))
    return suggest(read_candidates(lefts), read_candidates(rights), kind, taken=taken, rejected=rejected)


def _linked_lefts(section: Section, sides: Sides) -> frozenset[str]:
    links = Link.objects.filter(kind__in=[kind.key for kind in section.kinds], left_connection=sides.need("procore"))
    return frozenset(links.values_list("left_id", flat=True))


def _keep_one_role(
    sure: list[tuple[MappingKind, Suggestion]],
) -> tuple[list[tuple[MappingKind, Suggestion]], list[tuple[MappingKind, Suggestion]]]:
    """Where a company fits a vendor and a customer as well, only an equal name is sure; else a person decides."""
    roles = Counter(pair.left_id for _, pair in sure)
    equal = Counter(pair.left_id for _, pair in sure if pair.score == SAME_NAME)
    kept, doubtful = [], []
    for kind, pair in sure:
        if roles[pair.left_id] == 1 or (pair.score == SAME_NAME and equal[pair.left_id] == 1):
            kept.append((kind, pair))
        else:
            reason = f"{pair.reason}. More than one fits"
            doubtful.append((kind, replace(pair, band="unsure", reason=reason)))
    return kept, doubtful


def _keep_best(unsure: list[tuple[MappingKind, Suggestion]], done: set[str]) -> list[tuple[MappingKind, Suggestion]]:
    """One pair per left for review, best first."""
    best: dict[str, tuple[MappingKind, Suggestion]] = {}
    for kind, pair in sorted(unsure, key=lambda found: -found[1].score):
        if pair.left_id not in done:
            best.setdefault(pair.left_id, (kind, pair))
    return list(best.values())


def _make_link(kind: MappingKind, pair: Suggestion, sides: Sides, run: MappingRun, actor: Any) -> Link:
    return Link(
        kind=kind.key,
        left_connection=sides.procore,
        left_id=pair.left_id,
        right_connection=sides.quickbooks,
        right_id=pair.right_id,
        chosen_by=Link.ChosenBy.AUTOMAP,
        reason=f"{pair.reason}, {pair.score}",
        run=run,
        actor=actor,
    )


def _make_pair(kind: MappingKind, pair: Suggestion, sides: Sides, run: MappingRun) -> SuggestedPair:
    return SuggestedPair(
        kind=kind.key,
        left_connection=sides.procore,
        left_id=pair.left_id,
        right_connection=sides.quickbooks,
        right_id=pair.right_id,
        score=pair.score,
        reason=pair.reason[:200],
        run=run,
    )
