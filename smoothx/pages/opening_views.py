"""Reading and confirming the opening balances."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from smoothx.lib.replies import go_back, next_of, render_dialog
from smoothx.lib.shapes import Confirm
from smoothx.pages.onboarding import StartDateForm, last_run, opening_context
from smoothx.tenants.access import TenantRequest, for_role, has_role
from smoothx.tenants.models import AuditEntry, DueWork, Role, Tenant
from sync import openings
from sync.tasks import OPENINGS


@for_role(Role.VIEWER)
def page(request: TenantRequest) -> HttpResponse:
    """The opening balances on a page of their own, also after going live."""
    is_live = request.tenant.state != Tenant.State.SETUP
    context = opening_context(last_run(), may_act=has_role(request.membership, Role.ADMIN), is_live=is_live)
    return render(request, "pages/openings.html", {"opening": context})


@for_role(Role.ADMIN)
def read(request: TenantRequest) -> HttpResponse:
    """Ask for the start date, then have a worker read where each contract stood."""
    given = request.POST if request.method == "POST" else None
    # The page below the dialog has a start date of its own, and an id is good for one label.
    form = StartDateForm(given, auto_id="opening_%s", initial=_known_start())
    if request.method == "POST" and form.is_valid():
        start_date = form.cleaned_data["start_date"]
        request_reading(request.tenant.pk, start_date)
        subject = f"for {start_date:%-d %b %Y}"
        AuditEntry.note(actor=request.user, action="openings.read", subject=subject)
        messages.info(request, "Reading where each contract stands. You can leave this page.")
        return go_back(request, reverse("dashboard"))
    back = next_of(request, reverse("dashboard"))
    question = Confirm(
        title="Read opening balances",
        text="Contracts billed before this date begin with their last approved claim. Nothing is written.",
        action_url=reverse("openings_read"),
        button="Read them",
        cancel_url=back,
        next=back,
        field=form["start_date"],
    )
    status = 422 if form.is_bound else 200
    return render_dialog(
        request, "components/confirm.html", {"confirm": question}, title=question.title, status=status
    )


def request_reading(tenant_id: int, start_date: date) -> None:
    """Note the reading as due work: the sweep starts it within seconds, and a lost message loses nothing."""
    with transaction.atomic():
        openings.begin(start_date)
        DueWork.mark(tenant_id=tenant_id, topic=OPENINGS)


def _known_start() -> dict[str, date]:
    run = last_run()
    return {"start_date": run.start_date} if run else {}


@for_role(Role.ADMIN)
@require_POST
def confirm(request: TenantRequest) -> HttpResponse:
    """Take the figures shown as right; refused when they were read for another date meanwhile."""
    form = StartDateForm(request.POST)
    try:
        if not form.is_valid():
            message = "Read the opening balances first."
            raise openings.CannotConfirm(message)
        count = openings.confirm(request.user, start_date=form.cleaned_data["start_date"])
    except openings.CannotConfirm as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{count} opening balance{'' if count == 1 else 's'} confirmed")
    return go_back(request, reverse("dashboard"))
