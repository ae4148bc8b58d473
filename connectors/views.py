"""Connecting to Procore and QuickBooks, choosing the company, disconnecting. All end on the access page."""

from __future__ import annotations

import logging
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from connectors import oauth
from connectors.errors import NoPermission, Reconnect, Retry, VendorError
from connectors.models import Connection, Vendor
from connectors.oauth import ConsentError
from smoothx.lib.replies import go_back, render_dialog
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role

logger = logging.getLogger(__name__)

ACCESS_PAGE = "settings:access"


@for_role(Role.ADMIN)
@require_POST
def connect(request: HttpRequest, vendor: str) -> HttpResponse:
    try:
        address = oauth.begin(_tenant_request(request), _known(vendor))
    except ConsentError as refusal:
        return _refused(request, refusal)
    # htmx may not follow a redirect to another site, so the browser is told to go there.
    return HttpResponseClientRedirect(address) if getattr(request, "htmx", False) else HttpResponseRedirect(address)


@for_role(Role.ADMIN)
@require_GET
def callback(request: HttpRequest, vendor: str) -> HttpResponse:
    try:
        connection = oauth.finish(_tenant_request(request), _known(vendor))
    except ConsentError as refusal:
        return _refused(request, refusal)
    except VendorError as error:
        return _failed(request, Vendor(vendor).label, error)
    if connection.state == Connection.State.CHOOSING:
        messages.info(request, "Signed in to Procore. Choose the company to use.")
    else:
        messages.success(request, f"Connected to {connection.get_vendor_display()}, {connection.account_name}")
    return redirect(ACCESS_PAGE)


@for_role(Role.ADMIN)
@require_POST
def choose_company(request: HttpRequest) -> HttpResponse:
    connection = get_row(Connection, vendor=Vendor.PROCORE)
    try:
        chosen = oauth.choose_company(connection, request.POST.get("company", ""), actor=request.user)
    except ConsentError as refusal:
        return _refused(request, refusal)
    except VendorError as error:
        return _failed(request, Vendor.PROCORE.label, error)
    messages.success(request, f"Connected to Procore, {chosen.account_name}")
    return go_back(request, reverse(ACCESS_PAGE))


@for_role(Role.ADMIN)
@require_http_methods(["GET", "POST"])
def disconnect(request: HttpRequest, connection_id: int) -> HttpResponse:
    connection = get_row(Connection, pk=connection_id)
    name = connection.get_vendor_display()
    if request.method == "GET":
        confirm = _disconnect_dialog(connection)
        return render_dialog(request, "components/confirm.html", {"confirm": confirm}, title=confirm["title"])
    if oauth.disconnect(connection, actor=request.user):
        messages.success(request, f"Disconnected from {name}.")
    else:
        messages.warning(
            request,
            f"Disconnected here, but {name} did not confirm it. Remove the app in {name} as well, under its apps.",
        )
    return go_back(request, reverse(ACCESS_PAGE))


def _disconnect_dialog(connection: Connection) -> dict[str, Any]:
    name = connection.get_vendor_display()
    return {
        "title": f"Disconnect {name}",
        "text": f"Nothing is read from or written to {connection.account_name or name} until it is connected again.",
        "items": ["Documents that are due wait.", "What was mapped and posted stays."],
        "more": 0,
        "action_url": reverse("connectors:disconnect", args=[connection.pk]),
        "button": f"Disconnect {name}",
        "variant": "bad",
        "cancel_url": reverse(ACCESS_PAGE),
        "next": reverse(ACCESS_PAGE),
    }


def _tenant_request(request: HttpRequest) -> TenantRequest:
    """`for_role` lets only requests with a tenant through."""
    return cast(TenantRequest, request)


def _known(vendor: str) -> Vendor:
    if vendor not in Vendor.values:
        raise Http404
    return Vendor(vendor)


def _refused(request: HttpRequest, refusal: ConsentError) -> HttpResponse:
    logger.warning("connectors.consent.%s vendor=%s %s", refusal.code, refusal.vendor, refusal.vendor_text)
    messages.error(request, refusal.sentence)
    return redirect(ACCESS_PAGE)


def _failed(request: HttpRequest, name: str, error: VendorError) -> HttpResponse:
    logger.warning("connectors.connect.%s vendor=%s request_id=%s %s", error.fault, name, error.request_id, error)
    messages.error(request, _sentence_for(name, error))
    return redirect(ACCESS_PAGE)


def _sentence_for(name: str, error: VendorError) -> str:
    words = f" {name} says: {error.vendor_text}" if error.vendor_text else ""
    if isinstance(error, NoPermission):
        return f"The signed-in user or the app may not use this company, so nothing was changed.{words}"
    if isinstance(error, Retry):
        return f"{name} did not answer, so nothing was changed. Try again in a minute."
    if isinstance(error, Reconnect):
        return f"{name} no longer accepts the sign-in, so nothing was changed. Connect again."
    return f"{name} refused to show the company, so nothing was changed.{words}"
