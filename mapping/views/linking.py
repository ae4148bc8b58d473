"""Linking and unlinking one pair, and taking either back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from mapping.kinds import MappingKind
from mapping.links import LinkRefused, blocked_by_unlink, link, unlink
from mapping.models import Link, RemoteItem
from mapping.page.dialog import link_dialog, unlink_question
from mapping.page.options import Chooser, kinds_for
from mapping.page.query import ListQuery, url_of
from mapping.page.words import name_of
from mapping.screens import Section
from mapping.sides import OTHER_SIDE, NotConnected, SideKey, load_sides, resources_of
from mapping.signals import count_waiting
from mapping.views.doors import get_section, get_side, home_of
from smoothx.lib.replies import go_back, leave_dialog, next_of, render_dialog
from smoothx.tenants.access import TenantRequest, for_role, get_row
from smoothx.tenants.models import Role

DIALOG = "mapping/_dialog.html"
CONFIRM = "components/confirm.html"


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def link_row(request: TenantRequest, section_key: str, row_id: int) -> HttpResponse:
    """The link dialog of a row, and its answer: the field `target` is the directory row it is linked to."""
    section = get_section(section_key)
    return _answer(request, section, get_row(RemoteItem, pk=row_id))


@require_GET
@for_role(Role.ADMIN)
def open_row(request: TenantRequest, section_key: str, side: str, remote_id: str) -> HttpResponse:
    """The link dialog by the vendor's id, for links from other pages. `kind` narrows it, as in the dialog."""
    section = get_section(section_key)
    keys = [resource.key for resource in resources_of(section, get_side(side))]
    row = RemoteItem.objects.filter(resource__in=keys, remote_id=remote_id).first()
    if row is None:
        messages.warning(request, "It is not in the list yet. Refresh, and look again.")
        return leave_dialog(request, f"{home_of(section)}?tab={side}")
    return _answer(request, section, row)


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def unlink_row(request: TenantRequest, section_key: str, link_id: int) -> HttpResponse:
    """GET says what unlinking would stop; POST does it."""
    section = get_section(section_key)
    standing = get_row(Link, pk=link_id, kind__in=[kind.key for kind in section.kinds])
    default = url_of(section, ListQuery(tab="mapped"))
    if request.method == "GET":
        question = unlink_question(standing, section, blocked_by_unlink(standing), next_url=next_of(request, default))
        return render_dialog(request, CONFIRM, {"confirm": question}, title=question["title"])
    try:
        change = unlink(standing, request.user)
    except LinkRefused as refusal:
        messages.error(request, refusal.sentence)
        return go_back(request, default)
    undo = f"undo:{reverse('mapping:undo', args=[change.pk])}"
    text = f"{change.left_name} and {change.right_name} are not linked any more"
    messages.success(request, text, extra_tags=undo)
    return go_back(request, default)


def _answer(request: TenantRequest, section: Section, row: RemoteItem) -> HttpResponse:
    side = _side_of(section, row)
    try:
        chooser, chosen_kind = _choose(request, section, row, side)
    except NotConnected as error:
        messages.error(request, error.sentence)
        return leave_dialog(request, home_of(section))
    if request.method != "POST":
        return _show_dialog(request, chooser, chosen_kind)
    target = _find_target(request.POST.get("target", ""))
    kind = chooser.kind_with(target) if target is not None else None
    if target is None or kind is None or target.resource not in _other_resources(section, side):
        return _show_dialog(request, chooser, chosen_kind, error="Choose the row it is linked to.")
    left, _ = chooser.left_and_right(target)
    released = count_waiting([kind.key]).get((kind.key, left.remote_id), 0)
    try:
        made = _link(chooser, kind, target, request.user)
    except LinkRefused as refusal:
        return _show_dialog(request, chooser, chosen_kind, error=refusal.sentence)
    undo_url = reverse("mapping:unlink", args=[section.key, made.pk])
    text = f"{name_of(row)} linked to {name_of(target)}{_say_released(released)}"
    messages.success(request, text, extra_tags=f"undo:{undo_url}")
    return go_back(request, url_of(section, ListQuery(tab=side)))


def _say_released(count: int) -> str:
    if not count:
        return ""
    return ", 1 document goes on" if count == 1 else f", {count:,} documents go on"


def _choose(
    request: TenantRequest, section: Section, row: RemoteItem, side: SideKey
) -> tuple[Chooser, MappingKind | None]:
    """Who is linked, in the kind the dialog's field `kind` names, or in all that fit."""
    kinds = kinds_for(section, row, side)
    if not kinds:
        raise Http404
    wanted = next((kind for kind in kinds if kind.key == request.GET.get("kind")), None)
    sides = load_sides()
    request.connections = sides.known  # type: ignore[attr-defined]
    connection = sides.need(OTHER_SIDE[side])
    return Chooser(row, side, section, (wanted,) if wanted else kinds, connection), wanted


def _link(chooser: Chooser, kind: MappingKind, target: RemoteItem, actor: Any) -> Link:
    left, right = chooser.left_and_right(target)
    return link(
        kind,
        left_connection=left.connection,
        left_id=left.remote_id,
        right_connection=right.connection,
        right_id=right.remote_id,
        chosen_by=Link.ChosenBy.HAND,
        actor=actor,
    )


def _show_dialog(
    request: TenantRequest, chooser: Chooser, chosen_kind: MappingKind | None, *, error: str = ""
) -> HttpResponse:
    search = (request.GET.get("q") or "").strip()[:200]
    dialog = link_dialog(chooser, search=search, chosen_kind=chosen_kind, error=error)
    return render_dialog(request, DIALOG, {"dialog": dialog}, title=dialog["title"], status=422 if error else 200)


def _side_of(section: Section, row: RemoteItem) -> SideKey:
    for side in ("procore", "quickbooks"):
        if row.resource in [resource.key for resource in resources_of(section, side)]:
            return side
    raise Http404


def _other_resources(section: Section, side: SideKey) -> list[str]:
    return [resource.key for resource in resources_of(section, OTHER_SIDE[side])]


def _find_target(text: str) -> RemoteItem | None:
    if not text.isdecimal() or len(text) > 18:
        return None
    found: RemoteItem | None = RemoteItem.objects.filter(pk=int(text)).first()
    return found
