"""Answers every view gives the same way: back to where the form came from, and dialogs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh


def next_of(request: HttpRequest, default: str) -> str:
    """The address in the field `next` when it leads to this site, else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and is_ours else default


def go_back(request: HttpRequest, default: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(next_of(request, default))


def go_whole(request: HttpRequest, url: str) -> HttpResponse:
    """To a page as a whole, where an answer would be swapped in as a dialog."""
    return HttpResponseClientRedirect(url) if getattr(request, "htmx", False) else HttpResponseRedirect(url)


def leave_dialog(request: HttpRequest, default: str) -> HttpResponse:
    """Where there is no dialog to show: the page it was asked from is loaded again, and says why."""
    return HttpResponseClientRefresh() if getattr(request, "htmx", False) else go_back(request, default)


def render_dialog(
    request: HttpRequest, template: str, context: dict[str, Any], *, title: str, status: int = 200
) -> HttpResponse:
    """The dialog alone when htmx asks, else the same on a page of its own."""
    if getattr(request, "htmx", False):
        return render(request, template, context, status=status)
    page = {**context, "dialog_template": template, "dialog_title": title}
    return render(request, "dialog_page.html", page, status=status)
