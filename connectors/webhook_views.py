"""Where the vendors deliver their events: verify, store, answer. Nothing is looked into while they wait.

A delivery that does not prove itself is refused and counted. Source of the times: Intuit waits three seconds for a
200, Procore five for any success; both repeat what fails.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from connectors import counting, inbox
from connectors.hints import BadEvent, Hint
from connectors.models import Vendor
from connectors.procore import webhooks as procore
from connectors.qbo import webhooks as qbo

Read = Callable[[HttpRequest, bytes], Sequence[Hint]]


class Unverified(Exception):
    """The delivery does not prove that the vendor sent it."""


@csrf_exempt
@require_POST
def take_qbo_events(request: HttpRequest) -> HttpResponse:
    return _take(request, Vendor.QBO, qbo.MOST_BYTES, _read_qbo)


@csrf_exempt
@require_POST
def take_procore_event(request: HttpRequest) -> HttpResponse:
    return _take(request, Vendor.PROCORE, procore.MOST_BYTES, _read_procore)


def _take(request: HttpRequest, vendor: Vendor, most_bytes: int, read: Read) -> HttpResponse:
    body = request.read(most_bytes + 1)
    if len(body) > most_bytes:
        return _refuse(vendor, "too_large", 413)
    try:
        hints = read(request, body)
    except Unverified:
        return _refuse(vendor, "unverified", 401)
    except BadEvent as fault:
        return _refuse(vendor, fault.code, 400)
    inbox.store(vendor, hints)
    return HttpResponse(status=200)


def _read_qbo(request: HttpRequest, body: bytes) -> Sequence[Hint]:
    if not qbo.is_signed(body, request.headers.get("intuit-signature", ""), settings.QBO_WEBHOOK_VERIFIER_TOKENS):
        raise Unverified
    return qbo.read_events(body)


def _read_procore(request: HttpRequest, body: bytes) -> Sequence[Hint]:
    """The header depends on the company, so the body says first whose it claims to be."""
    try:
        hint = procore.read_event(body)
    except BadEvent as fault:
        raise Unverified from fault
    header = request.headers.get("Authorization", "")
    if not procore.is_authorized(header, hint.account_id, settings.PROCORE_WEBHOOK_TOKENS):
        raise Unverified
    return [hint]


def _refuse(vendor: Vendor, reason: str, status: int) -> HttpResponse:
    counting.add("refused_deliveries", vendor=vendor, reason=reason)
    return HttpResponse(status=status)
