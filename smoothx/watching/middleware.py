"""A line for each request, and an id that all lines written while it is answered carry."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from smoothx.lib.log_context import bound

log = logging.getLogger(__name__)

HEADER = "X-Request-Id"
# A proxy in front may have given the request an id; anything else in that header is not repeated.
_SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Asked all day long, and counted elsewhere.
QUIET = ("health/", "ready/", "metrics/", "hooks/", "static/")


class RequestLogMiddleware:
    """Names the address by its pattern: an address may hold the key of a password reset, a query an OAuth code."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if _SANE.fullmatch(given) else uuid.uuid4().hex
        started = time.monotonic()
        with bound(request=request_id):
            response = self.get_response(request)
            if response.status_code >= 400 or not request.path.removeprefix("/").startswith(QUIET):
                _tell(request, response, seconds=time.monotonic() - started)
        response.headers[HEADER] = request_id
        return response


def _tell(request: HttpRequest, response: HttpResponse, *, seconds: float) -> None:
    match = request.resolver_match
    # The company's scope is left by now. Asking for the person anew might need the database.
    membership = getattr(request, "membership", None)
    log.info(
        "web.request",
        extra={
            "method": request.method,
            "route": match.route if match else "",
            "entry": match.kwargs.get("entry_id") if match else None,
            "status": response.status_code,
            "ms": round(seconds * 1000),
            "tenant": membership.tenant_id if membership else None,
            "user": membership.user_id if membership else None,
        },
    )
