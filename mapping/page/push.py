"""The push dialog: exactly what would be created on the other side, and who has the name there already."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse

from mapping.candidates import all_rows, kind_of_right, linked_left, linked_right
from mapping.models import RemoteItem
from mapping.page.frame import Frame
from mapping.page.push_run import class_warning
from mapping.page.query import ListQuery, url_of
from mapping.page.words import name_of
from mapping.pushing import pushes
from mapping.pushing.approvals import ADD_SUFFIX
from mapping.pushing.runs import role_of
from mapping.pushing.verdicts import NOUNS, at_level, name_lists, with_article
from mapping.sides import OTHER_SIDE, SIDE_LABELS, SideKey
from smoothx.lib.shapes import Action

MOST_NAMESAKES = 6


def push_dialog(
    frame: Frame, side: SideKey, row: RemoteItem, *, role: pushes.Role, has_suffix: bool = False, error: str = ""
) -> dict[str, Any]:
    """`push` of mapping/_push_dialog.html for one row, planned by the rule that will make it."""
    other = SIDE_LABELS[OTHER_SIDE[side]]
    roles = _linked_roles(frame, side, row)
    role = _free_role(role_of(row, side, role), roles) if side == "procore" and roles else role_of(row, side, role)
    plan = pushes.planner(frame.section, side)
    planned = plan(pushes.Wanted(row, role))
    suffixed = plan(pushes.Wanted(row, role, (ADD_SUFFIX,))) if planned.taken_by and role else None
    can_suffix = suffixed is not None and not suffixed.reason
    has_choice = side == "procore" and bool(role)
    shown = suffixed if can_suffix and suffixed else planned
    return {
        "title": f"Push {name_of(row)} to {other}",
        "text": f"It is created in {other} and linked. This cannot be undone here." if shown.facts else "",
        "fields": {"confirmed": "1", "id": str(row.pk)} | ({"shown_as": role} if has_choice else {}),
        "choices": _role_choices(role, roles) if has_choice else [],
        "preview": [{"label": label, "value": value} for label, value in shown.facts],
        "warnings": [*shown.warnings, *class_warning(frame, 1)],
        "duplicates": [_duplicate(frame, side, row, twin) for twin in find_namesakes(frame, side, row)],
        "suffix": f"Create it all the same, as {shown.name}" if can_suffix else "",
        "has_suffix": has_suffix,
        "action_url": reverse("mapping:push", args=[frame.section.key, side]),
        "button": "Push and link",
        "is_possible": bool(shown.facts),
        "cancel_url": url_of(frame.section, ListQuery(tab=side)),
        "error": error or (planned.reason if not shown.facts or error else ""),
    }


def find_namesakes(frame: Frame, side: SideKey, row: RemoteItem) -> list[RemoteItem]:
    """Rows of the other side with this name, or nearly; those that can be linked first. Annotated `is_linked`."""
    connection = frame.connection(OTHER_SIDE[side])
    if connection is None or not row.name:
        return []
    kinds = frame.section.kinds
    linked = linked_right(kinds, connection) if side == "procore" else linked_left(kinds, connection)
    lists = [resource.key for resource in name_lists(frame.section, side)]
    named = Q(name__iexact=row.name) | Q(normal_name=row.normal_name, normal_name__gt="")
    if row.code:
        named |= Q(name__iexact=f"{row.code} {row.name}")
    level = at_level(frame.section, side)
    found = all_rows().filter(named, level, connection=connection, resource__in=lists, is_active=True)
    return list(found.annotate(is_linked=linked).order_by("is_linked", "pk")[:MOST_NAMESAKES])


def _linked_roles(frame: Frame, side: SideKey, row: RemoteItem) -> frozenset[str]:
    """The roles a Procore company has already."""
    if side != "procore" or len(frame.section.kinds) < 2:
        return frozenset()
    connection = frame.connection(side)
    rows = all_rows().filter(pk=row.pk)
    return frozenset(kind.key for kind in frame.section.kinds if rows.filter(linked_left([kind], connection)).exists())


def _free_role(role: pushes.Role, taken: frozenset[str]) -> pushes.Role:
    return role if role not in taken else next((each for each in pushes.ROLES if each not in taken), role)


def _role_choices(role: pushes.Role, taken: frozenset[str]) -> list[dict[str, Any]]:
    details = {
        "vendor": "Someone who bills you: subcontractors, suppliers.",
        "customer": "Someone you bill: owners, clients.",
    }
    return [
        {
            "value": value,
            "label": value.capitalize(),
            "detail": details[value],
            "is_checked": value == role,
            "disabled_reason": f"It is linked to a {value} already." if value in taken else None,
        }
        for value in pushes.ROLES
    ]


def _duplicate(frame: Frame, side: SideKey, row: RemoteItem, twin: RemoteItem) -> dict[str, Any]:
    other = SIDE_LABELS[OTHER_SIDE[side]]
    is_linked = bool(getattr(twin, "is_linked", False))
    noun = "sub-customer" if twin.parent_id else NOUNS[twin.resource]
    what = f" as {with_article(noun)}" if side == "procore" else ""
    can_link = side == "quickbooks" or kind_of_right(frame.section.kinds, twin) is not None
    url = reverse("mapping:link", args=[frame.section.key, row.pk])
    link = Action(label="Link it", url=url, method="post", icon="link", fields={"target": str(twin.pk)})
    return {
        "name": name_of(twin),
        "detail": f"{other} has this name{what}, and it is linked." if is_linked else f"{other} has this name{what}.",
        "link": None if is_linked or not can_link else link,
    }
