"""A change of a QuickBooks sub-customer, as a frozen value with its wire form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class JobChange:
    """What is to be otherwise at version `version`; what is empty or None stays. `was` is its name until now.

    That a sparse update moves a sub-customer under another parent is unverified; QuickBooks refuses or does it whole.
    """

    job_id: str
    version: str
    was: str
    name: str = ""
    parent_id: str = ""
    parent_name: str = ""
    is_active: bool | None = None

    @property
    def entity(self) -> str:
        return "JobChange"

    def to_wire(self) -> dict[str, Any]:
        wire: dict[str, Any] = {"Id": self.job_id, "SyncToken": self.version, "sparse": True}
        if self.name:
            wire["DisplayName"] = self.name
        if self.parent_id:
            wire |= {"Job": True, "ParentRef": {"value": self.parent_id}, "BillWithParent": True}
        if self.is_active is not None:
            wire["Active"] = self.is_active
        return wire
