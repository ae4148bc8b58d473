"""Asking for contacts to be created on the other side: a dialog first, then one request per contact."""

from __future__ import annotations

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from mapping import pushes
from mapping.models import RemoteItem
from mapping.page.frame import Frame
from mapping.page.matcher import open_rows
from mapping.page.open_rows import filter_rows, load_waiting
from mapping.page.push import find_twins, push_dialog, role_of
from mapping.page.query import ListQuery, read_address, url_of
from mapping.page.words import name_of
from mapping.sides import OTHER_SIDE, SIDE_LABELS, SideKey
from mapping.views.doors import get_section, get_side, make_frame
from smoothx.lib.replies import go_back, next_of, render_dialog
from smoothx.tenants.access import TenantRequest, for_role
from smoothx.tenants.models import Role

DIALOG = "mapping/_push_dialog.html"
MOST_TOLD = 5


@require_http_methods(["GET", "POST"])
@for_role(Role.ADMIN)
def push(request: TenantRequest, section_key: str, side: str) -> HttpResponse:
    """Without the field `confirmed` the dialog that says what would be created; with it, the pushes are asked for."""
    section, from_side = get_section(section_key), get_side(side)
    if not (section.can_push_left if from_side == "procore" else section.can_push_right):
        raise Http404
    values = request.POST if request.method == "POST" else request.GET
    frame = make_frame(request, section, ListQuery(tab=from_side))
    back = next_of(request, url_of(section, frame.query))
    is_all = values.get("all") == "1"
    if is_all:
        frame.query = read_address(back, default_tab=from_side)
    rows = _wanted_rows(frame, from_side, values, is_all=is_all)
    if not rows:
        messages.warning(request, "Choose at least one row that is not linked yet.")
        return go_back(request, back)
    if values.get("confirmed") != "1":
        return _show_dialog(request, frame, from_side, rows, role=_role(values), is_all=is_all)
    role = values.get("as", "")
    if from_side == "procore" and role not in pushes.ROLES:
        error = "Choose what it becomes."
        return _show_dialog(request, frame, from_side, rows, role="vendor", is_all=is_all, error=error)
    _push_all(request, frame, from_side, rows, _role(values))
    return go_back(request, back)


def _wanted_rows(frame: Frame, side: SideKey, values: QueryDict, *, is_all: bool) -> list[RemoteItem]:
    """The unmapped rows chosen: by their ids, or all that the list's filters show."""
    if is_all:
        rows = filter_rows(frame, side, load_waiting(frame)).filter(is_active=True)
    else:
        ids = [int(text) for text in values.getlist("id") if text.isdecimal() and len(text) < 19]
        rows = open_rows(frame, side).filter(pk__in=ids)
    return list(rows.order_by(Lower("name"), "pk"))


def _role(values: QueryDict) -> pushes.Role:
    """From the dialog's field `as`, or from the button of the list that was pressed; vendor unless said otherwise."""
    wanted = values.get("as") or values.get("action", "").removeprefix("push_")
    return "customer" if wanted == "customer" else "vendor"


def _push_all(request: TenantRequest, frame: Frame, side: SideKey, rows: list[RemoteItem], role: pushes.Role) -> None:
    """Ask for each; in a batch, one whose name is taken on the other side is left out."""
    twins = find_twins(frame, side, rows) if len(rows) > 1 else {}
    done: list[str] = []
    refused: list[str] = []
    for row in rows:
        if row.pk in twins:
            continue
        try:
            told = pushes.push(
                section=frame.section,
                side=side,
                remote_id=row.remote_id,
                role=role_of(row, side, role),
                actor=request.user,
            )
        except pushes.PushRefused as refusal:
            refused.append(f"{name_of(row)}: {refusal.sentence}")
        else:
            done.append(told)
    _tell(request, side, done, refused, left_out=len(twins))


def _tell(request: TenantRequest, side: SideKey, done: list[str], refused: list[str], *, left_out: int) -> None:
    other = SIDE_LABELS[OTHER_SIDE[side]]
    if len(done) == 1:
        messages.success(request, done[0])
    elif done:
        messages.success(request, f"{len(done)} companies are on their way to {other}")
    if left_out:
        messages.warning(request, f"{left_out} were left out, {other} has their names already. Link them instead.")
    for text in refused[:MOST_TOLD]:
        messages.error(request, text)
    if len(refused) > MOST_TOLD:
        messages.error(request, f"{len(refused) - MOST_TOLD} more could not be pushed.")


def _show_dialog(
    request: TenantRequest,
    frame: Frame,
    side: SideKey,
    rows: list[RemoteItem],
    *,
    role: pushes.Role,
    is_all: bool,
    error: str = "",
) -> HttpResponse:
    dialog = push_dialog(frame, side, rows, role=role, is_all=is_all, error=error)
    status = 422 if error else 200
    return render_dialog(request, DIALOG, {"push": dialog}, title=dialog["title"], status=status)
