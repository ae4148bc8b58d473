"""Every error of the API: a stable code, a sentence, and where it is put right."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from smoothx.api.absolute import absolute

log = logging.getLogger(__name__)


class Problem(serializers.Serializer):  # type: ignore[misc]
    """What every error says."""

    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField(help_text="What is wrong and what to do, in words.")
    link = serializers.CharField(help_text="The page where it is put right; empty where there is none.")


class BadFilter(exceptions.APIException):  # type: ignore[misc]
    """A part of the query that is not known, or has a value it cannot have."""

    status_code = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def answer_error(error: Exception, context: dict[str, Any]) -> Response:
    """The answer to whatever a view raised. What nobody foresaw is logged, and told without its details."""
    status, code, message, link = _tell(error)
    if status == 500:
        log.error("api.failed", exc_info=error)
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if isinstance(error, exceptions.Throttled):
        headers["Retry-After"] = str(_seconds(error))
    body = Problem({"code": code, "message": message, "link": absolute(link)}).data
    return Response(body, status=status, headers=headers)


def _tell(error: Exception) -> tuple[int, str, str, str]:
    if isinstance(error, exceptions.AuthenticationFailed | exceptions.NotAuthenticated):
        # The same for every key that does not open: which of them it was is nobody's business.
        return 401, "no_key", "Show a key of your company that is in use.", reverse("settings:api_keys")
    if isinstance(error, BadFilter):
        return 400, "bad_filter", error.sentence, reverse("api:schema")
    if isinstance(error, Http404 | exceptions.NotFound):
        return 404, "not_found", "There is nothing at this address.", reverse("api:schema")
    if isinstance(error, exceptions.MethodNotAllowed):
        return 405, "read_only", "The API is only read, with GET.", ""
    if isinstance(error, exceptions.Throttled):
        most, seconds = settings.API_REQUESTS_A_MINUTE, _seconds(error)
        unit = "second" if seconds == 1 else "seconds"
        return 429, "too_many_requests", f"A key may ask {most} times a minute. Ask again in {seconds} {unit}.", ""
    return 500, "internal", "Something went wrong here. Nothing was changed. Ask again later.", ""


def _seconds(error: exceptions.Throttled) -> int:
    return max(1, int(error.wait or 1))
