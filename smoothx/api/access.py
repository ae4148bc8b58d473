"""Who may read: whoever shows a key of the company.

No session counts here. A browser adds no key by itself, so nobody can have it ask in a reader's name, and there is no
check against forged requests.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from smoothx.api.errors import answer_error
from smoothx.api.throttle import KeyThrottle
from smoothx.lib import log_context
from smoothx.tenants.api_keys import find_key, note_use, tenant_of_key
from smoothx.tenants.models import ApiKey
from smoothx.tenants.scope import tenant_scope


def shown_key(request: HttpRequest | Request) -> str:
    """What stands behind the word Bearer, or nothing."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if scheme.lower() == "bearer" else ""


class KeyAuthentication(BaseAuthentication):  # type: ignore[misc]
    """Needs the scope of the company the key names, which `KeyView` enters."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey]:
        text = shown_key(request)
        key = find_key(text) if tenant_of_key(text) is not None else None
        if key is None:
            raise AuthenticationFailed
        log_context.note(tenant=key.tenant_id, key=key.hint)
        note_use(key)
        return None, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Smoothx"'


class HasKey(BasePermission):  # type: ignore[misc]
    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, ApiKey)


class JsonAlone(BaseContentNegotiation):  # type: ignore[misc]
    """There is one format, whatever a caller would accept."""

    def select_parser(self, request: Request, parsers: Any) -> None:
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class KeyView(APIView):  # type: ignore[misc]
    """Base of every address of the API: read with a key, inside the scope of its company, times in UTC."""

    authentication_classes = (KeyAuthentication,)
    permission_classes = (HasKey,)
    throttle_classes = (KeyThrottle,)
    renderer_classes = (JSONRenderer,)
    parser_classes = ()
    content_negotiation_class = JsonAlone
    http_method_names = ("get", "head")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # A scope lets nothing be seen without the key, which is looked up inside it.
        tenant_id = tenant_of_key(shown_key(request))
        with ExitStack() as stack:
            stack.enter_context(timezone.override(UTC))
            if tenant_id is not None:
                stack.enter_context(tenant_scope(tenant_id))
            response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def finalize_response(self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any) -> HttpResponse:
        finished: HttpResponse = super().finalize_response(request, response, *args, **kwargs)
        finished["Cache-Control"] = "no-store"
        return finished

    def get_exception_handler(self) -> Any:
        return answer_error
