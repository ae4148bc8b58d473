"""Unlocking many Procore records at once: those that the filters of Activity show."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from smoothx.lib.replies import render_dialog
from smoothx.lib.shapes import Action, Confirm
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role
from sync import lock_acts
from sync.flows.record_locks import KEY
from sync.models import Entry
from sync.pages.filters import Filters
from sync.pages.frame import Frame

MOST_NAMED = 8
ASKED = "They can be changed and deleted in Procore by hand again, until each is locked again on its page."
NONE_LOCKED = "None of the records that Activity shows with these filters is locked, so there is nothing to unlock."


def unlock_action(filters: Filters) -> Action | None:
    """The button, where Activity shows locks alone."""
    if filters.flow != KEY:
        return None
    url = filters.address(reverse("activity:unlock_all"))
    return Action(label="Unlock these in Procore", url=url, icon="unlock", dialog=True)


@for_role(Role.APPROVER)
@require_http_methods(["GET", "POST"])
def page(request: TenantRequest) -> HttpResponse:
    """A get asks, and names what would be unlocked; a post has it done."""
    filters = Filters.read(request.GET)
    locked = _locked(filters)
    back = filters.address(reverse("activity:index"))
    if request.method == "POST":
        count = lock_acts.unlock_many(locked, request.user)
        if count:
            messages.success(request, f"{count} record{' is' if count == 1 else 's are'} being unlocked in Procore.")
        else:
            messages.info(request, "None of these is locked.")
        return redirect(back)
    count = locked.count()
    confirm = Confirm(
        title="Unlock in Procore",
        text=ASKED if count else NONE_LOCKED,
        action_url=filters.address(reverse("activity:unlock_all")),
        button=f"Unlock {count:,} record{'' if count == 1 else 's'}" if count else "",
        cancel_url=back,
        items=[entry.title or entry.number for entry in locked.order_by("-updated_at")[:MOST_NAMED]],
        more=max(count - MOST_NAMED, 0),
    )
    return render_dialog(request, "components/confirm.html", {"confirm": confirm}, title=confirm.title)


def _locked(filters: Filters) -> QuerySet[Entry]:
    found = filters.apply(Entry.objects.filter(flow=KEY), Frame().projects)
    return found.exclude(target_id="").filter(due_at__isnull=True)
