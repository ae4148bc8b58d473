"""What sync does when the layers below it tell something, and what it answers when they ask. Connected at start-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Count
from django.dispatch import receiver

from connectors.models import Connection
from connectors.signals import connection_broken, connection_restored
from mapping import pushes
from mapping.models import Link
from mapping.signals import OpenDocuments, count_documents, count_waiting, mapping_changed
from smoothx.tenants.models import Membership, Role
from smoothx.tenants.scope import tenant_scope
from sync import ledger, pushing
from sync.models import Entry, WaitingFor
from sync.settle import CONNECTION_RESTORED
from sync.tasks import nudge

OPEN_STATES = (Entry.State.QUEUED, Entry.State.WAITING, Entry.State.BLOCKED, Entry.State.HELD, Entry.State.UNCERTAIN)
SHOWN_TITLES = 5


@receiver(mapping_changed)
def release_what_waited(*, tenant_id: int, subjects: Sequence[str], **_: Any) -> None:
    with tenant_scope(tenant_id):
        if ledger.release(subjects):
            nudge()


@receiver(connection_restored)
def go_on_after_reconnect(**_: Any) -> None:
    if ledger.release([CONNECTION_RESTORED]):
        nudge()


@receiver(connection_broken)
def tell_owners(*, connection: Connection, reason: str, **_: Any) -> None:
    """One mail when a connection is lost; silence would look like nothing to do."""
    owners = Membership.objects.filter(tenant_id=connection.tenant_id, role=Role.OWNER).select_related("user")
    vendor = connection.get_vendor_display()
    send_mail(
        f"{vendor} is no longer connected",
        f"{reason}\n\nNothing is lost. Documents wait until {vendor} is connected again:\n"
        f"{settings.BASE_URL}/settings/access/\n",
        None,
        [owner.user.email for owner in owners],
        fail_silently=True,
    )


@count_documents.register
def count_open_documents(link: Link) -> OpenDocuments:
    """Documents that are not posted yet and need this link."""
    concerned = Entry.objects.filter(state__in=OPEN_STATES, target_id="")
    if link.kind == "project":
        concerned = concerned.filter(project_id=link.left_id)
    else:
        concerned = concerned.filter(waits__subject=f"link:{link.kind}:{link.left_id}")
    titles = tuple(concerned.order_by("id").values_list("title", flat=True)[:SHOWN_TITLES])
    return OpenDocuments(count=concerned.count(), titles=titles)


@count_waiting.register
def count_waiting_for_links(kind_keys: Sequence[str]) -> Mapping[tuple[str, str], int]:
    """How many documents wait for each left row of these kinds."""
    found: dict[tuple[str, str], int] = {}
    for kind in kind_keys:
        prefix = f"link:{kind}:"
        waits = WaitingFor.objects.filter(subject__startswith=prefix).values("subject").annotate(n=Count("id"))
        found |= {(kind, row["subject"].removeprefix(prefix)): row["n"] for row in waits}
    return found


pushes.register(pushing.push, states=pushing.states)
