"""What sync does when the layers below it tell something, and what it answers when they ask. Connected at start-up."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Count, Q
from django.dispatch import receiver

from connectors.models import Connection
from connectors.signals import connection_broken, connection_restored, events_arrived
from mapping.changing import settings_changed, settings_changing
from mapping.models import Link
from mapping.pushing import pushes
from mapping.signals import (
    OpenDocuments,
    ask_survivors,
    before_rows_change,
    count_documents,
    count_waiting,
    ids_in_use,
    mapping_changed,
)
from smoothx.tenants.models import Membership, Role
from smoothx.tenants.scope import tenant_scope
from sync import contact_watch, ledger, previews, push_runs, pushing
from sync.models import WaitingFor
from sync.settle import CONNECTION_RESTORED
from sync.survivors import find_survivors
from sync.tasks import look_after_reconnect, look_soon, nudge
from sync.uses import Uses
from sync.versions.recording import begin, record

log = logging.getLogger(__name__)

SHOWN_TITLES = 5


@receiver(mapping_changed)
def release_what_waited(*, tenant_id: int, subjects: Sequence[str], **_: Any) -> None:
    with tenant_scope(tenant_id):
        if ledger.release([*subjects, *_rights_of(subjects)]):
            nudge()


def _rights_of(subjects: Sequence[str]) -> list[str]:
    """The same links told from their QuickBooks side, for what waits for one of its rows to be linked."""
    if not WaitingFor.objects.filter(subject__startswith="linked:").exists():
        return []
    lefts = [subject.split(":", 2)[1:] for subject in subjects if subject.startswith("link:")]
    links = Link.objects.filter(kind__in={kind for kind, _ in lefts}, left_id__in={left for _, left in lefts})
    return [f"linked:{kind}:{right_id}" for kind, right_id in links.values_list("kind", "right_id")]


@receiver(settings_changing)
def begin_history(**_: Any) -> None:
    begin()


@receiver(settings_changed)
def keep_version(*, actor: Any, what: str, detail: str, **_: Any) -> None:
    record(actor, what=what, detail=detail)


@receiver(connection_restored)
def go_on_after_reconnect(**_: Any) -> None:
    look_after_reconnect()
    if ledger.release([CONNECTION_RESTORED]):
        nudge()


@receiver(events_arrived)
def look_into_what_arrived(*, tenant_id: int, **_: Any) -> None:
    look_soon(tenant_id)


@receiver(connection_broken)
def tell_owners(*, connection: Connection, reason: str, **_: Any) -> None:
    """One mail when a connection is lost; silence would look like nothing to do. It names the company, since a
    bookkeeper may keep the books of several. The pages say it too, should no mail get through."""
    owners = Membership.objects.filter(tenant_id=connection.tenant_id, role=Role.OWNER).select_related("user")
    vendor, company = connection.get_vendor_display(), connection.tenant.name
    try:
        send_mail(
            f"{company}: {vendor} is no longer connected",
            f"{reason}\n\nNothing is lost. Documents of {company} wait until {vendor} is connected again:\n"
            f"{settings.BASE_URL}/settings/access/\n",
            None,
            [owner.user.email for owner in owners],
        )
    except OSError as error:
        # SMTP's own errors are among them.
        log.error("sync.connection.mail_failed connection=%s: %s", connection.pk, error)


@count_documents.register
def count_open_documents(links: Sequence[Link]) -> Mapping[int, OpenDocuments]:
    """Documents that are not posted yet and name what is linked, by their last reading."""
    uses = Uses()
    titles = {kind: uses.titles_of(kind) for kind in {link.kind for link in links}}
    found = {link.pk: titles[link.kind].get(link.left_id, []) for link in links}
    return {
        key: OpenDocuments(count=len(names), titles=tuple(names[:SHOWN_TITLES]))
        for key, names in found.items()
        if names
    }


@count_waiting.register
def count_waiting_for_links(kind_keys: Sequence[str]) -> Mapping[tuple[str, str], int]:
    """How many documents wait for each left row of these kinds."""
    wanted = Q(pk__in=[])
    for kind in kind_keys:
        wanted |= Q(subject__startswith=f"link:{kind}:")
    waits = WaitingFor.objects.filter(wanted).values("subject").annotate(n=Count("id"))
    found: dict[tuple[str, str], int] = {}
    for row in waits:
        _, kind, left_id = row["subject"].split(":", 2)
        found[kind, left_id] = row["n"]
    return found


@ids_in_use.register
def find_ids_in_use(kind_key: str) -> frozenset[str]:
    """What documents not yet posted name of a kind: vendors, projects, cost codes with their divisions, and so on."""
    return frozenset(Uses().titles_of(kind_key))


ask_survivors.register(find_survivors)
before_rows_change.register(contact_watch.note_changes)
pushes.register(
    pushing.push,
    states=pushing.states,
    planner=previews.planner,
    start=push_runs.start,
    ask_name=previews.ask_name,
)
