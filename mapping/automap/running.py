"""Automap: links what is surely the same, keeps doubtful pairs for review, as a run that can be undone whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from mapping.automap.finding import Pair, find_pairs
from mapping.automap.storing import bands_of, reason_with_score, store_suggestions
from mapping.link_sets import link_together
from mapping.locks import lock_links, lock_section
from mapping.models import Link, MappingRun, SuggestedPair
from mapping.screens import SECTIONS, Section
from mapping.sides import NotConnected, Sides, load_sides
from smoothx.lib.clock import read_clock
from smoothx.tenants.models import AuditEntry

# A run that has not said for so long that it is alive was lost with its worker, and another may begin.
LONGEST_SILENCE = timedelta(minutes=10)
OPEN_STATES = (MappingRun.State.WAITING, MappingRun.State.RUNNING)
BROKE = "Something went wrong on our side. It is logged. Nothing was linked."


def automap(section: Section, actor: Any, *, codes_first: bool = False) -> MappingRun:
    """Do a whole run at once. Raises NotConnected when a side was never connected."""
    need_sides()
    run, _ = begin_run(section, actor, codes_first=codes_first)
    return carry_out(run)


def need_sides() -> Sides:
    """Both sides. Raises NotConnected."""
    sides = load_sides()
    sides.need("procore")
    sides.need("quickbooks")
    return sides


def begin_run(section: Section, actor: Any, *, codes_first: bool = False) -> tuple[MappingRun, bool]:
    """A run that waits for its turn, or the one that is at work on the section already: then False comes with it."""
    with transaction.atomic():
        lock_section(section)
        running = running_automap(section)
        if running is not None:
            return running, False
        runs = MappingRun.objects.filter(section=section.key, what=MappingRun.What.AUTOMAP)
        runs.filter(state__in=OPEN_STATES).update(state=MappingRun.State.FAILED, ended_at=timezone.now())
        run: MappingRun = MappingRun.objects.create(
            section=section.key,
            what=MappingRun.What.AUTOMAP,
            state=MappingRun.State.WAITING,
            started_by=actor,
            beat_at=read_clock(),
            options={"codes_first": codes_first} if takes_codes_first(section) else {},
        )
    return run, True


def claim_run(run_id: int) -> MappingRun | None:
    """Take up a run that waits, or one whose worker was lost; None when somebody else is at it, or it has ended."""
    waiting = MappingRun.objects.filter(pk=run_id, what=MappingRun.What.AUTOMAP)
    lost = {"state": MappingRun.State.RUNNING, "beat_at__lt": Now() - LONGEST_SILENCE}
    for state in ({"state": MappingRun.State.WAITING}, lost):
        if waiting.filter(**state).update(state=MappingRun.State.RUNNING, beat_at=Now()):
            return MappingRun.objects.get(pk=run_id)
    return None


def carry_out(run: MappingRun) -> MappingRun:
    """Compare the lists, link what is sure, and keep the rest for review. What fails links nothing.

    A side that is not connected ends the run with that message.
    """
    section = SECTIONS[run.section]
    try:
        sides = need_sides()
        found = find_pairs(section, sides, codes_first=_codes_first(run), beat=_beater(run))
        with transaction.atomic():
            lock_links(section)
            sure = [_make_link(pair, sides, run) for pair in found.sure]
            made = link_together(sure, actor=run.started_by, run=run).made
            store_suggestions(section, sides, bands_of(found, with_sure=False), run)
            _finish(run, linked=len(made), unsure=len({pair.left_id for _, pair in (*found.unsure, *found.second)}))
    except NotConnected as error:
        fail_run(run, error.sentence)
    except Exception:
        fail_run(run, BROKE)
        raise
    run.refresh_from_db()
    return run


def suggest_section(section: Section) -> int:
    """Look at a section anew and keep what fits as suggestions; links nothing. Answers how many pairs were found."""
    sides = need_sides()
    found = find_pairs(section, sides, codes_first=remembers_codes_first(section))
    pairs = list(bands_of(found, with_sure=True))
    with transaction.atomic():
        lock_section(section)
        store_suggestions(section, sides, pairs, None)
    return len(pairs)


def latest_automap(section: Section) -> MappingRun | None:
    latest: MappingRun | None = (
        MappingRun.objects.filter(section=section.key, what=MappingRun.What.AUTOMAP).order_by("-at", "-pk").first()
    )
    return latest


def running_automap(section: Section) -> MappingRun | None:
    latest = latest_automap(section)
    return latest if latest is not None and is_running(latest) else None


def is_running(run: MappingRun) -> bool:
    return run.state in OPEN_STATES and (run.beat_at or run.at) > read_clock() - LONGEST_SILENCE


def is_lost(run: MappingRun) -> bool:
    """It neither ended nor is it at work."""
    return run.state in OPEN_STATES and not is_running(run)


def takes_codes_first(section: Section) -> bool:
    """Whether the rows have codes or numbers of their own that may decide before names."""
    return any(kind.by_code or kind.subject in ("project", "employee") for kind in section.kinds)


def remembers_codes_first(section: Section) -> bool:
    latest = latest_automap(section)
    return latest is not None and _codes_first(latest)


def fail_run(run: MappingRun, message: str) -> None:
    MappingRun.objects.filter(pk=run.pk).update(
        state=MappingRun.State.FAILED, message=message[:300], ended_at=timezone.now()
    )


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


def _make_link(found: Pair, sides: Sides, run: MappingRun) -> Link:
    kind, pair = found
    return Link(
        kind=kind.key,
        left_connection=sides.procore,
        left_id=pair.left_id,
        right_connection=sides.quickbooks,
        right_id=pair.right_id,
        chosen_by=Link.ChosenBy.AUTOMAP,
        reason=reason_with_score(pair.reason, pair.score),
        run=run,
        actor=run.started_by,
    )


def _codes_first(run: MappingRun) -> bool:
    return bool(run.options.get("codes_first"))


def _beater(run: MappingRun) -> Callable[[], None]:
    """Says that the run is alive, and that one more of the section's lists was compared."""
    kinds = SECTIONS[run.section].kinds
    MappingRun.objects.filter(pk=run.pk).update(
        state=MappingRun.State.RUNNING, beat_at=Now(), done=0, expected=len(kinds)
    )

    def beat() -> None:
        run.done += 1
        MappingRun.objects.filter(pk=run.pk).update(beat_at=Now(), done=run.done)

    return beat


def _finish(run: MappingRun, *, linked: int, unsure: int) -> None:
    now = timezone.now()
    older = MappingRun.objects.filter(section=run.section, what=MappingRun.What.AUTOMAP, closed_at__isnull=True)
    older.exclude(pk=run.pk).update(closed_at=now)
    MappingRun.objects.filter(pk=run.pk).update(
        state=MappingRun.State.DONE, ended_at=now, linked=linked, unsure=unsure, message=""
    )
    AuditEntry.note(actor=run.started_by, action="automap", subject=run.section, run=run.pk, linked=linked)
