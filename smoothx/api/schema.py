"""The OpenAPI schema, worked out of the views and their shapes."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import include, path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from smoothx.api.access import KeyView
from smoothx.api.queries import read_query


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "smoothx.api.access.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        told = "A key of the company, made under Settings, API keys."
        return {"type": "http", "scheme": "bearer", "description": told}


@cache
def make_schema() -> dict[str, Any]:
    """OpenAPI 3.1. The same for every company, so it is made once in a process."""
    patterns = [path("api/", include("smoothx.api.urls"))]
    generator: Any = SchemaGenerator(patterns=patterns)  # type: ignore[no-untyped-call]
    schema: dict[str, Any] = generator.get_schema(request=None, public=True)
    return schema


class Schema(KeyView):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        read_query(request.query_params, ())
        return Response(make_schema())
