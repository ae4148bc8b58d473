"""The connecting pages with a stand-in for the page they end on."""

from __future__ import annotations

from django.contrib.messages import get_messages
from django.http import HttpRequest, JsonResponse
from django.urls import include, path

from connectors.access_page import access_context


def access(request: HttpRequest) -> JsonResponse:
    """What the page would show, and the messages of the act before."""
    context = access_context(request)
    told = [{"level": message.level_tag, "text": str(message)} for message in get_messages(request)]
    return JsonResponse({**context, "messages": told})


settings_urls = ([path("access/", access, name="access")], "settings")
urlpatterns = [
    path("settings/", include(settings_urls)),
    path("connections/", include("connectors.urls")),
    path("accounts/", include("allauth.urls")),
    path("", access, name="no_company"),
]
