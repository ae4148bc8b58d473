"""Health, readiness and metrics of one web process."""

from __future__ import annotations

import hmac
import logging
import threading
import time

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from connectors import counting
from smoothx.watching.figures import Figures

log = logging.getLogger(__name__)
_lock = threading.Lock()
# When the figures were last read, and as what.
_read: tuple[float, bytes] = (0.0, b"")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked: restarting it mends no database."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Whether to send people here: 503 without the database. Without Redis pages work and the sweep finds the work,
    so that is told and not held against the process."""
    found = {"database": _ask_database(), "redis": _ask_redis()}
    return JsonResponse(found, status=200 if found["database"] == "ok" else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """In Prometheus' text format, for who shows METRICS_TOKEN as its bearer; 503 without the database."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given, settings.METRICS_TOKEN.encode()):
        raise Http404
    try:
        return HttpResponse(_read_figures(), content_type=CONTENT_TYPE_LATEST)
    except DatabaseError as error:
        # Half of the figures would look like a good day.
        log.warning("watching.database_away %s", error)
        return HttpResponse("The database is away.", status=503, content_type="text/plain")


def _read_figures() -> bytes:
    """What this process read in the last METRICS_CACHE_SECONDS, else the figures as they are; one request reads them
    and those beside it wait."""
    global _read
    with _lock:
        at, text = _read
        if not text or time.monotonic() - at >= settings.METRICS_CACHE_SECONDS:
            registry = CollectorRegistry(auto_describe=False)
            registry.register(Figures())
            text = generate_latest(registry)
            _read = (time.monotonic(), text)
        return text


def _ask_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.warning("watching.database_away %s", error)
        return "away"
    return "ok"


def _ask_redis() -> str:
    try:
        counting.read()
    except redis.RedisError as error:
        log.warning("watching.redis_away %s", error)
        return "away"
    return "ok"
