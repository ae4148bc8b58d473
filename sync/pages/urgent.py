"""The dialog on Activity that carries one record across now, by its address."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from connectors.links import NotARecord
from smoothx.lib.replies import render_dialog
from smoothx.lib.shapes import Confirm
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role
from sync.pages.frame import source_name
from sync.urgent import CannotSync, sync_address

LONGEST = 2000


class AddressForm(forms.Form):
    """The address of a record in Procore or QuickBooks."""

    address = forms.CharField(
        label="Address of the record",
        max_length=LONGEST,
        help_text="Open the invoice, cost, commitment, project or transaction, and copy the address of the page.",
        error_messages={"required": "Paste the address of the record."},
    )


@for_role(Role.APPROVER)
@require_http_methods(["GET", "POST"])
def page(request: TenantRequest) -> HttpResponse:
    """Ask for the address; a post queues its record and leads to it."""
    form = AddressForm(request.POST if request.method == "POST" else None, auto_id="urgent_%s")
    if request.method == "POST" and form.is_valid():
        try:
            entries = sync_address(form.cleaned_data["address"], request.user)
        except (NotARecord, CannotSync) as error:
            form.add_error("address", str(error))
        else:
            messages.success(request, f"{source_name(entries[0])} is checked now, before everything else.")
            if len(entries) == 1:
                return redirect("activity:document", entries[0].pk)
            return redirect(f"{reverse('activity:index')}?project={entries[0].project_id}")
    question = Confirm(
        title="Sync one record now",
        text="It is read and checked before everything that waits.",
        action_url=reverse("activity:urgent"),
        button="Sync it now",
        cancel_url=reverse("activity:index"),
        field=form["address"],
    )
    status = 422 if form.is_bound else 200
    return render_dialog(
        request, "components/confirm.html", {"confirm": question}, title=question.title, status=status
    )
