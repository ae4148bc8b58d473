"""Asking for rows to be created on the other side: a dialog for one, a preview on a page of its own for many."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from mapping.models import RemoteItem
from mapping.page.frame import Frame
from mapping.page.push import push_dialog
from mapping.page.push_run import run_url
from mapping.page.query import ListQuery, url_of
from mapping.pushing import pushes
from mapping.pushing import runs as push_runs
from mapping.pushing.approvals import ADD_SUFFIX
from mapping.pushing.rows import pushable_rows, rows_shown
from mapping.screens import Section
from mapping.sides import SideKey
from mapping.views.doors import get_section, get_side, make_frame
from smoothx.lib.replies import go_back, go_whole, leave_dialog, next_of, render_dialog
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role

DIALOG = "mapping/_push_dialog.html"
NOTHING = "Choose at least one row that is not linked yet."
GONE = "This row is linked already, or not in the list any more."


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def push(request: TenantRequest, section_key: str, side: str) -> HttpResponse:
    """One row: a dialog says what would be created, and with the field `confirmed` it is pushed. Many: a preview."""
    section, from_side = get_section(section_key), get_side(side)
    if not (section.can_push_left if from_side == "procore" else section.can_push_right):
        raise Http404
    values = request.POST if request.method == "POST" else request.GET
    back = next_of(request, url_of(section, ListQuery(tab=from_side)))
    ids = [int(text) for text in values.getlist("id") if text.isdecimal() and len(text) < 19]
    is_all = values.get("all") == "1"
    if request.method == "POST" and (is_all or len(ids) > 1):
        return _preview_many(request, section, from_side, [] if is_all else ids, back, _role(values, section))
    frame = make_frame(request, section, ListQuery(tab=from_side))
    row = pushable_rows(section, from_side).filter(pk__in=ids[:1]).first()
    if row is None:
        messages.warning(request, GONE if ids else NOTHING)
        return leave_dialog(request, back)
    return _push_one(request, frame, from_side, row, values, back)


def _role(values: QueryDict, section: Section) -> pushes.Role:
    """From the dialog's field `as`, or from the button of the list that was pressed; vendor unless said otherwise."""
    if section.push_to:
        return ""
    wanted = values.get("as") or values.get("action", "").removeprefix("push_")
    return "customer" if wanted == "customer" else "vendor"


def _preview_many(
    request: TenantRequest, section: Section, side: SideKey, ids: list[int], back: str, role: pushes.Role
) -> HttpResponse:
    rows = pushable_rows(section, side).filter(pk__in=ids) if ids else rows_shown(section, side, back)
    count = rows[: push_runs.MOST_ROWS + 1].count()
    if not count or count > push_runs.MOST_ROWS:
        too_many = f"At most {push_runs.MOST_ROWS:,} rows are pushed at once. Narrow the list down first."
        messages.warning(request, too_many if count else NOTHING)
        return go_whole(request, back)
    address = "" if ids else back
    run = push_runs.begin(section, side, role=role, ids=ids, address=address, actor=request.user)
    return go_whole(request, run_url(run))


def _push_one(
    request: TenantRequest, frame: Frame, side: SideKey, row: RemoteItem, values: QueryDict, back: str
) -> HttpResponse:
    role = _role(values, frame.section)
    has_suffix = values.get("suffix") == "1"
    if values.get("confirmed") != "1" or request.method != "POST":
        named = pushes.planner(frame.section, side)(pushes.Wanted(row, push_runs.role_of(row, side, role)))
        pushes.ask_name(frame.section, side, named.name or row.name)
        return _show(request, frame, side, row, role, has_suffix=has_suffix)
    if side == "procore" and not frame.section.push_to and values.get("as", "") not in pushes.ROLES:
        return _show(request, frame, side, row, "vendor", error="Choose what it becomes.")
    role = push_runs.role_of(row, side, role)
    if values.get("shown_as", role) != role:
        error = f"As a {role} this is what will be created. Look at it, then push."
        return _show(request, frame, side, row, role, error=error)
    wanted = pushes.Wanted(row, role, (ADD_SUFFIX,) if has_suffix else ())
    planned = pushes.planner(frame.section, side)(wanted)
    if planned.reason:
        return _show(request, frame, side, row, role, error=planned.reason)
    try:
        told = pushes.push(
            section=frame.section,
            side=side,
            remote_id=row.remote_id,
            role=role,
            actor=request.user,
            approvals=wanted.approvals,
        )
    except pushes.PushRefused as refusal:
        return _show(request, frame, side, row, role, error=refusal.sentence)
    messages.success(request, told)
    return go_back(request, back)


def _show(
    request: TenantRequest,
    frame: Frame,
    side: SideKey,
    row: RemoteItem,
    role: pushes.Role,
    *,
    has_suffix: bool = False,
    error: str = "",
) -> HttpResponse:
    dialog = push_dialog(frame, side, row, role=role, has_suffix=has_suffix, error=error)
    status = 422 if error else 200
    return render_dialog(request, DIALOG, {"push": dialog}, title=dialog["title"], status=status)
