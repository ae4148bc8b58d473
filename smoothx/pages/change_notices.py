"""How Smoothx learns of changes on either side, as the access page tells it; setting up Procore's notices again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from connectors.errors import VendorError
from connectors.models import Connection, InboundEvent, Vendor
from smoothx.lib.replies import go_back
from smoothx.lib.shapes import Action
from smoothx.pages.connection_cards import moment
from smoothx.tenants.access import TenantRequest, for_role, has_role
from smoothx.tenants.models import AuditEntry, Role, Tenant
from sync import hooks, pace
from sync.pages.frame import SIDES
from sync.work import NotConnected, Work

# What keeps Procore from telling, by how its notices stand.
WHY_NOT = {
    hooks.REFUSED: (
        "Procore did not let the connected user set up its notices. Give that user the permission Webhooks API in "
        "Procore, then set up the notices again. Until then "
    ),
    hooks.UNREACHABLE: "Procore cannot reach this server, which needs a public https address. Until then ",
}


def add_notices(request: TenantRequest, cards: list[dict[str, Any]]) -> None:
    """Put on the card of each working account how its changes come in, and the button for those who may press it."""
    if request.tenant.state == Tenant.State.SETUP:
        return
    now, may_change = timezone.now(), has_role(request.membership, Role.ADMIN)
    working = {row.vendor: row for row in Connection.objects.filter(state=Connection.State.CONNECTED).order_by("id")}
    arrived = InboundEvent.objects.filter(connection__in=working.values()).values_list("connection")
    latest = dict(arrived.annotate(at=Max("received_at")).order_by())
    for vendor, row in working.items():
        card = next(card for card in cards if card["side"] == SIDES[vendor])
        card["facts"].append({"label": "Changes", "value": _tell(row, latest.get(row.pk), now)})
        if may_change and vendor == Vendor.PROCORE and settings.PROCORE_WEBHOOK_TOKENS:
            card["notices"] = Action(
                label="Set up notices again", url=reverse("settings:set_up_notices"), method="post"
            )


def _tell(row: Connection, latest: datetime | None, now: datetime) -> str:
    name, state = row.get_vendor_display(), row.facts.get(pace.HOOK_FACT, "")
    looks = f"Smoothx looks every {_name_interval(pace.interval(Vendor(row.vendor), now))}."
    if pace.is_told(row, now) and latest is not None:
        return f"{name} tells of them at once, last {moment(latest)}. To be sure {looks}"
    if row.vendor == Vendor.PROCORE and state in WHY_NOT:
        return f"{WHY_NOT[state]}{looks}"
    if row.vendor == Vendor.PROCORE and state == hooks.ON:
        silent = f"Nothing came since {moment(latest)}." if latest else "Nothing came yet."
        return f"{name} is set up to tell of them at once. {silent} {looks}"
    return looks


def _name_interval(interval: timedelta) -> str:
    seconds = round(interval.total_seconds())
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{round(seconds / 60)} minutes"


@for_role(Role.ADMIN)
@require_POST
def set_up_notices(request: TenantRequest) -> HttpResponse:
    """Compare Procore's notices with what they should be now, and mend them."""
    home = reverse("settings:access")
    try:
        state = hooks.keep_hook(Work())
    except NotConnected:
        messages.error(request, "Procore is not connected, so nothing was set up. Connect it first.")
        return go_back(request, home)
    except VendorError:
        messages.error(request, "Procore did not answer, so nothing was set up. Try again in a minute.")
        return go_back(request, home)
    if state == hooks.ON:
        AuditEntry.note(actor=request.user, action="connection.notices_set_up", subject="Procore")
        messages.success(request, "Procore tells of changes at once")
    else:
        why = WHY_NOT.get(state, "This server takes no notices from Procore. ")
        messages.error(request, why.removesuffix("Until then ").strip())
    return go_back(request, home)
