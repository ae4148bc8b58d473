"""What a vendor resource is: one declaration, read by the client, the directory and the screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["company", "project", "realm"]


@dataclass(frozen=True, slots=True)
class Resource:
    """`key` names it everywhere ("procore.vendors"); `label` is the vendor's word, plural; `path` may hold {company},
    {project} and {realm}. `page_size` is the largest page the vendor allows; `entity` the wire name where it differs
    from the path."""

    key: str
    label: str
    path: str
    scope: Scope
    page_size: int = 1000
    entity: str = ""
    wrapper: str = ""
    filters_by_update: bool = False
