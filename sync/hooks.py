"""Keeping Procore's webhook of each company as it should be. QuickBooks has one for all companies, set by its portal.

Without it, or where our user may not manage webhooks, the polls find the same a little later.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.urls import reverse

from connectors.errors import NoPermission, Rejected
from connectors.models import Connection
from connectors.procore.hooks import Trigger, ensure_hook
from connectors.procore.webhooks import make_authorization
from connectors.transport import is_loopback
from sync.hints import COMPANIES, PROJECTS
from sync.made_watch import ANNOUNCED_AS
from sync.pace import HOOK_FACT, HOOK_ON
from sync.polls import POLLS
from sync.work import Work

log = logging.getLogger(__name__)

CHANGES = ("create", "update", "delete")
ON, REFUSED, UNREACHABLE = HOOK_ON, "refused", "unreachable"


def wanted_triggers() -> set[Trigger]:
    """Every list that is polled, with its parts, and what we make there.

    Procore tells of no deletion of projects, and documents one of companies that its own list of events lacks.
    """
    names = {name for poll in POLLS for name in poll.announced_as} | ANNOUNCED_AS.keys()
    company = {(name, change) for name in (PROJECTS, COMPANIES) for change in CHANGES if change != "delete"}
    return {(name, change) for name in names for change in CHANGES} | company


def keep_hook(work: Work) -> str:
    """Make or mend the hook. Answers how it stands, "" where this installation takes no events from Procore."""
    if not settings.PROCORE_WEBHOOK_TOKENS:
        return ""
    connection = work.procore.connection
    state = _ensure(work, connection)
    facts = {**connection.facts, HOOK_FACT: state}
    if facts != connection.facts:
        connection.facts = facts
        connection.save(update_fields=["facts"])
    return state


def _ensure(work: Work, connection: Connection) -> str:
    address = f"{settings.BASE_URL}{reverse('webhooks:procore')}"
    # A stand-in on this machine reaches this machine; Procore itself does not, and asks for https.
    if not address.startswith("https://") and not is_loopback(settings.PROCORE_API_URL):
        return UNREACHABLE
    authorization = make_authorization(settings.PROCORE_WEBHOOK_TOKENS[0], connection.account_id)
    try:
        mended = ensure_hook(work.procore, address=address, authorization=authorization, triggers=wanted_triggers())
    except (NoPermission, Rejected) as refusal:
        log.warning("sync.hooks.refused connection=%s %s", connection.pk, refusal)
        return REFUSED
    if mended.done:
        log.info("sync.hooks.mended connection=%s hook=%s %s", connection.pk, mended.hook_id, ", ".join(mended.done))
    return ON
