"""The page of a change of many rows that a worker makes: what it is at, and what came of it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from mapping.bulk.acts import describe, section_of_run
from mapping.bulk.tasks import LOST, OPEN_STATES, is_lost
from mapping.models import MappingRun
from mapping.page.importing import name_of_person
from smoothx.lib.shapes import Action, Notice, Progress


def bulk_run_context(run: MappingRun) -> dict[str, Any]:
    """What mapping/bulk_run.html reads."""
    section, is_moving = section_of_run(run), run.state in OPEN_STATES and not is_lost(run)
    home_url = run.options["values"].get("address") or reverse("mapping:section", args=[section.key])
    return {
        "run": run,
        "section": section,
        "by": name_of_person(run.started_by),
        "title": describe(run),
        "home_url": home_url,
        # All of it is one transaction, so that nobody sees how far it is.
        "progress": Progress(label="Under way", done=0) if is_moving else None,
        "notice": None if is_moving else _notice(run),
        "undo": _undo(run, home_url),
        "back": Action(label=f"Back to {section.label.lower()}", url=home_url),
    }


def _notice(run: MappingRun) -> Notice:
    if run.undone_at is not None:
        return Notice(severity="info", title="This change is undone.")
    if run.state == MappingRun.State.DONE:
        return Notice(severity="info", title=f"{run.options['told'] or 'Nothing was left to change'}.")
    return Notice(severity="bad", title="Nothing was changed.", text=LOST if is_lost(run) else run.message)


def _undo(run: MappingRun, home_url: str) -> Action | None:
    url = run.options.get("undo_url")
    if run.state != MappingRun.State.DONE or run.undone_at is not None or not url or not run.done:
        return None
    return Action(label="Undo", url=url, method="post", icon="undo", fields={"next": home_url})
