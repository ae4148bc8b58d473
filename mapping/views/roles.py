"""Changing the role of a company: linking it as a customer where it was a vendor, or the other way round."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mapping.kinds import KINDS
from mapping.links import LinkRefused, blocked_by_unlink, find_row
from mapping.models import Link, RemoteItem
from mapping.page.options import Chooser
from mapping.page.query import ListQuery, url_of
from mapping.page.roles import role_dialog
from mapping.page.words import name_of
from mapping.roles import RoleChange, change_role, has_both_roles, other_role
from mapping.screens import Section
from mapping.sides import NotConnected, load_sides
from mapping.views.doors import get_section
from smoothx.lib.replies import go_back, leave_dialog, render_dialog
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role

DIALOG = "mapping/_role_dialog.html"


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def change(request: TenantRequest, section_key: str, link_id: int) -> HttpResponse:
    """The dialog, and its answer: `target` is the row of the other role, `old` says "keep" or "end"."""
    section = get_section(section_key)
    standing = get_row(Link, pk=link_id, kind__in=[kind.key for kind in section.kinds])
    back = url_of(section, ListQuery(tab="mapped"))
    if has_both_roles(standing):
        messages.error(request, "It is linked in both roles already. Unlink the one that is not right.")
        return leave_dialog(request, back)
    try:
        chooser = _chooser(section, standing)
    except NotConnected as error:
        messages.error(request, error.sentence)
        return leave_dialog(request, back)
    if request.method != "POST":
        return _show(request, standing, chooser)
    target = _target(request.POST.get("target", ""), chooser)
    if target is None:
        return _show(request, standing, chooser, error="Choose the row it is linked to.")
    try:
        done = change_role(standing, target, ends_old=request.POST.get("old") == "end", actor=request.user)
    except LinkRefused as refusal:
        return _show(request, standing, chooser, error=refusal.sentence)
    undo = f"undo:{reverse('mapping:undo_run', args=[done.run.pk])}"
    messages.success(request, _tell(chooser, target, done), extra_tags=undo)
    return go_back(request, back)


def _chooser(section: Section, standing: Link) -> Chooser:
    """Raises Http404 where there is no other role or the company is not in the directory any more."""
    kind = KINDS[standing.kind]
    other = other_role(kind)
    row = find_row(standing.left_connection_id, kind.left, standing.left_id)
    if other is None or row is None:
        raise Http404
    return Chooser(row, "procore", section, (other,), load_sides().need("quickbooks"))


def _target(text: str, chooser: Chooser) -> RemoteItem | None:
    if not text.isdecimal() or len(text) > 18:
        return None
    resource = chooser.kinds[0].right.key
    found: RemoteItem | None = RemoteItem.objects.filter(pk=int(text), resource=resource).first()
    return found


def _show(request: TenantRequest, standing: Link, chooser: Chooser, *, error: str = "") -> HttpResponse:
    search = (request.GET.get("q") or "").strip()[:200]
    ends_old = (request.POST.get("old") or request.GET.get("old")) == "end"
    documents = blocked_by_unlink(standing)
    dialog = role_dialog(standing, chooser, documents, search=search, ends_old=ends_old, error=error)
    return render_dialog(request, DIALOG, {"dialog": dialog}, title=dialog["title"], status=422 if error else 200)


def _tell(chooser: Chooser, target: RemoteItem, done: RoleChange) -> str:
    noun = chooser.kinds[0].right_noun.lower()
    end = "the old link is ended" if done.is_ended else "it stands on both lists now"
    return f"{name_of(chooser.row)} linked to the {noun} {name_of(target)}, {end}"
