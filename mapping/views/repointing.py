"""Linking to another row in place of one that is gone or inactive."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mapping.kinds import KINDS
from mapping.links import LinkRefused
from mapping.models import Link, RemoteItem
from mapping.page.dialog import link_dialog
from mapping.page.mapped_rows import left_of, load_rows, right_of
from mapping.page.mends import broken_side, survivor_option
from mapping.page.options import Chooser
from mapping.page.query import ListQuery, url_of
from mapping.page.words import name_of
from mapping.repoint import others_to, repoint, repoint_all
from mapping.screens import Section
from mapping.suggest import Suggestion
from mapping.views.doors import get_section
from smoothx.lib.replies import go_back, leave_dialog, next_of, render_dialog
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role

DIALOG = "mapping/_dialog.html"


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def repoint_link(request: TenantRequest, section_key: str, link_id: int) -> HttpResponse:
    """The dialog with the rows a link can point at instead; POST's field `target` is the directory row chosen."""
    section = get_section(section_key)
    standing = get_row(Link, pk=link_id, kind__in=[kind.key for kind in section.kinds])
    back = url_of(section, ListQuery(tab="mapped"))
    chooser = _choose(standing, section)
    if chooser is None:
        messages.error(request, "Neither half of this link is in the lists any more. Unlink it.")
        return leave_dialog(request, back)
    if request.method != "POST":
        return _show_dialog(request, chooser, standing)
    target = _find_target(request.POST.get("target", ""))
    if target is None:
        return _show_dialog(request, chooser, standing, error="Choose the row it is linked to.")
    try:
        told = _repoint(chooser, standing, target, request)
    except LinkRefused as refusal:
        return _show_dialog(request, chooser, standing, error=refusal.sentence)
    messages.success(request, told)
    return go_back(request, back)


def _repoint(chooser: Chooser, standing: Link, target: RemoteItem, request: TenantRequest) -> str:
    """What was done, in words. The field `all` takes the other links to the same row along."""
    if request.POST.get("all") == "1" and chooser.side == "procore":
        count = repoint_all(standing, target, request.user)
        return f"{count:,} rows are linked to {name_of(target)} now"
    repoint(standing, target, request.user)
    return f"{name_of(chooser.row)} is linked to {name_of(target)} now"


def _choose(standing: Link, section: Section) -> Chooser | None:
    """Who is linked to another: the half that is well. A link that is well all over gets another QuickBooks row."""
    rows = load_rows([standing])
    left, right = left_of(standing, rows), right_of(standing, rows)
    kinds = (KINDS[standing.kind],)
    if broken_side(left, right) == "procore" and right is not None:
        return Chooser(right, "quickbooks", section, kinds, standing.left_connection, standing.pk)
    if left is None:
        return None
    return Chooser(left, "procore", section, kinds, standing.right_connection, standing.pk)


def _show_dialog(request: TenantRequest, chooser: Chooser, standing: Link, *, error: str = "") -> HttpResponse:
    url = reverse("mapping:repoint", args=[chooser.section.key, standing.pk])
    search = (request.GET.get("q") or "").strip()[:200]
    dialog = {
        **link_dialog(chooser, search=search, chosen_kind=None, error=error, first=_find_survivor(chooser, standing)),
        "title": f"Link {name_of(chooser.row)} to another",
        "action_url": url,
        "search_url": url,
        "button": "Link to this",
        "also": _also(standing) if chooser.side == "procore" else "",
        "push": None,
        "kinds": [],
        "cancel_url": next_of(request, url_of(chooser.section, ListQuery(tab="mapped"))),
    }
    return render_dialog(request, DIALOG, {"dialog": dialog}, title=str(dialog["title"]), status=422 if error else 200)


def _find_survivor(chooser: Chooser, standing: Link) -> tuple[RemoteItem, Suggestion] | None:
    return survivor_option(right_of(standing, load_rows([standing]))) if chooser.side == "procore" else None


def _also(standing: Link) -> str:
    """What else points at the row that is gone, as the label of a box; empty when nothing does."""
    count = others_to(standing).count()
    if not count:
        return ""
    return "Link the other row that is linked to it too" if count == 1 else f"Link the other {count:,} rows too"


def _find_target(text: str) -> RemoteItem | None:
    if not text.isdecimal() or len(text) > 18:
        return None
    found: RemoteItem | None = RemoteItem.objects.filter(pk=int(text)).first()
    return found
