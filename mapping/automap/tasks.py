"""Automap and suggestions in the background. What waits stands in the database; a lost message is said on the page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from mapping.automap.running import begin_run, carry_out, claim_run, fail_run, need_sides, suggest_section
from mapping.models import MappingRun
from mapping.screens import SECTIONS, Section, always, choose_sections
from mapping.sections import load_linked_kinds, load_situation
from mapping.sides import NotConnected, SideKey, load_sides, resources_of
from smoothx.tenants.scope import require_tenant_id
from smoothx.tenants.tasks import TenantTask

logger = logging.getLogger(__name__)

NOT_STARTED = "It could not be started. Try again in a minute."


@shared_task(base=TenantTask, name="mapping.automap", ignore_result=True)
def automap(*, tenant_id: int, run_id: int, **_: Any) -> None:
    """Carry out one run; a message that comes twice finds it taken."""
    run = claim_run(run_id)
    if run is not None:
        carry_out(run)


@shared_task(base=TenantTask, name="mapping.suggest", ignore_result=True)
def suggest(*, tenant_id: int, sections: list[str], **_: Any) -> None:
    """Look at these sections anew: one of their lists was read, or they are newly needed."""
    for key in sections:
        try:
            suggest_section(SECTIONS[key])
        except NotConnected:
            return


def start_automap(section: Section, actor: Any, *, codes_first: bool = False) -> tuple[MappingRun, bool]:
    """Begin a run in the background, or answer the one that is at work, and False. Raises NotConnected."""
    need_sides()
    with transaction.atomic():
        run, is_new = begin_run(section, actor, codes_first=codes_first)
        tenant_id = require_tenant_id()
        if is_new:
            transaction.on_commit(lambda: _send(tenant_id, run))
    return run, is_new


def start_suggesting(section: Section, side: SideKey) -> None:
    """A side of a section was read: the suggestions of every screen that shows one of its lists are looked for."""
    read = set(resources_of(section, side))
    _start(lambda each: not read.isdisjoint((*resources_of(each, "procore"), *resources_of(each, "quickbooks"))))


def start_suggesting_chosen() -> None:
    """A choice changed that decides which screens there are: nobody looked at the new ones when their lists were
    read."""
    _start(lambda each: each.applies is not always)


def _start(is_wanted: Callable[[Section], bool]) -> None:
    sides = load_sides()
    if sides.procore is None or sides.quickbooks is None:
        return
    shown = choose_sections(load_situation(sides), load_linked_kinds()).sections
    keys = [each.key for each in shown if each.can_automap and is_wanted(each)]
    tenant_id = require_tenant_id()
    if keys:
        transaction.on_commit(lambda: _send_suggesting(tenant_id, keys))


def _send(tenant_id: int, run: MappingRun) -> None:
    try:
        automap.apply_async(kwargs={"tenant_id": tenant_id, "run_id": run.pk}, retry=False)
    except OperationalError:
        logger.exception("mapping.automap.not_sent", extra={"tenant": tenant_id, "run": run.pk})
        fail_run(run, NOT_STARTED)


def _send_suggesting(tenant_id: int, keys: list[str]) -> None:
    try:
        suggest.apply_async(kwargs={"tenant_id": tenant_id, "sections": keys}, retry=False)
    except OperationalError:
        logger.exception("mapping.suggest.not_sent", extra={"tenant": tenant_id})
