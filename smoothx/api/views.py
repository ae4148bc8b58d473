"""The addresses of the API. What each answers is in setup.py, ledger.py and mapped.py, its form in shapes*.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.http import Http404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from smoothx.api import ledger, mapped, setup
from smoothx.api.access import KeyView
from smoothx.api.errors import Problem
from smoothx.api.paging import next_url
from smoothx.api.queries import Parameter, read_query, schema_of
from smoothx.api.shapes import Shape
from smoothx.api.shapes_ledger import EntryDetailSerializer, EntryPage, LinkPage
from smoothx.api.shapes_setup import FlowList, GoLiveSerializer, SettingList

_Get = TypeVar("_Get", bound=Callable[..., Response])
REFUSALS = {
    400: "A filter is not known, or has a value it cannot have.",
    401: "No key that is in use.",
    404: "There is nothing at this address.",
    429: "Too many requests. `Retry-After` says in how many seconds to ask again.",
}


def told(name: str, summary: str, shape: type[Shape], known: Sequence[Parameter] = ()) -> Callable[[_Get], _Get]:
    """How the schema tells an address."""
    refusals = {status: OpenApiResponse(Problem, description=text) for status, text in REFUSALS.items()}
    decorate: Callable[[_Get], _Get] = extend_schema(
        operation_id=name,
        summary=summary,
        parameters=schema_of(known),
        responses={200: OpenApiResponse(shape), **refusals},
        tags=["smoothx"],
    )
    return decorate


class Flows(KeyView):
    @told("flows", "Every kind of document that crosses", FlowList)
    def get(self, request: Request) -> Response:
        read_query(request.query_params, ())
        return Response(FlowList({"results": list(setup.list_flows())}).data)


class Settings(KeyView):
    @told("settings", "Every setting, and what is chosen", SettingList)
    def get(self, request: Request) -> Response:
        read_query(request.query_params, ())
        return Response(SettingList({"results": list(setup.list_settings())}).data)


class GoLive(KeyView):
    @told("go_live", "The checks of going live", GoLiveSerializer)
    def get(self, request: Request) -> Response:
        read_query(request.query_params, ())
        return Response(GoLiveSerializer(setup.read_go_live()).data)


class Entries(KeyView):
    @told("entries", "The ledger: every document, and where it stands", EntryPage, ledger.FILTERS)
    def get(self, request: Request) -> Response:
        asked = read_query(request.query_params, ledger.FILTERS)
        rows, cursor = ledger.read_page(asked)
        return Response(EntryPage({"results": rows, "next": next_url(request.path, asked, cursor)}).data)


class OneEntry(KeyView):
    @told("entry", "One document with its figures and what was written", EntryDetailSerializer)
    def get(self, request: Request, entry_id: int) -> Response:
        read_query(request.query_params, ())
        return Response(EntryDetailSerializer(ledger.read_document(entry_id)).data)


class Links(KeyView):
    @told("links", "Mapped pairs of a section", LinkPage, mapped.FILTERS)
    def get(self, request: Request) -> Response:
        asked = read_query(request.query_params, mapped.FILTERS)
        rows, cursor = mapped.read_page(asked)
        return Response(LinkPage({"results": rows, "next": next_url(request.path, asked, cursor)}).data)


class Nothing(KeyView):
    """Every other address below, so that it too is refused in JSON, and to nobody without a key."""

    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str = "") -> Response:
        raise Http404
