"""What every row of the directory has, as values that are not saved yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from connectors.models import Connection
from mapping.normalize import normal_name
from smoothx.lib.text import drop_unfit

Wire = Mapping[str, Any]


class DirectoryRow(TypedDict):
    """What a vendor's record puts into RemoteItem, by field. A list has thousands of these: a model instance for each
    would cost more than reading the list."""

    remote_id: str
    name: str
    normal_name: str
    code: str
    email: str
    phone: str
    parent_id: str
    project_id: str
    subtype: str
    is_active: bool
    data: dict[str, Any]


ReadItem = Callable[[Connection, Wire], DirectoryRow]


def make_row(
    *,
    remote_id: str,
    name: str,
    is_active: bool,
    code: str = "",
    email: str = "",
    phone: str = "",
    parent_id: str = "",
    project_id: str = "",
    subtype: str = "",
    data: dict[str, Any] | None = None,
) -> DirectoryRow:
    """Texts are cut to their columns and rid of what cannot be stored: what is cut is shown, never sent.

    A row without a name is called by its id, so that a person can find it on the vendor's side.
    """
    shown = drop_unfit(name).strip()
    return {
        "remote_id": drop_unfit(remote_id),
        "name": shown[:500] or f"No name, {remote_id}",
        "normal_name": normal_name(shown)[:500],
        "code": drop_unfit(code)[:100],
        "email": drop_unfit(email)[:200],
        "phone": drop_unfit(phone)[:60],
        "parent_id": drop_unfit(parent_id),
        "project_id": project_id,
        "subtype": subtype,
        "is_active": is_active,
        "data": {key: drop_unfit(fact) if isinstance(fact, str) else fact for key, fact in (data or {}).items()},
    }
