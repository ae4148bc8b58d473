"""Changes of vendors and customers that stand in the books already."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from connectors.qbo.documents import PostalAddress

Detail = Literal["name", "email", "phone", "address"]
PHONE_LENGTH = 30
COMPANY_NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class ContactChange:
    """Sparse: what is empty stays as it is. `title` is how a reader knows the contact, `more_lines` are the lines of
    the address below its first. An address is sent whole, since QuickBooks may put it in place of the old one.
    """

    role: Literal["vendor", "customer"]
    id: str
    version: str
    title: str
    name: str = ""
    company_name: str = ""
    email: str = ""
    phone: str = ""
    address: PostalAddress = field(default_factory=PostalAddress)
    more_lines: tuple[str, ...] = ()

    @property
    def entity(self) -> str:
        return "vendor_change" if self.role == "vendor" else "customer_change"

    @property
    def is_empty(self) -> bool:
        return not self._fields()

    @property
    def shown(self) -> dict[Detail, str]:
        """What it sets, for a reader."""
        own = self.address
        lines = (own.line, *self.more_lines, own.city, f"{own.region} {own.postal_code}".strip(), own.country)
        values: dict[Detail, str] = {"name": self.name, "email": self.email, "phone": self.phone}
        values["address"] = ", ".join(part for part in lines if part)
        return {detail: text for detail, text in values.items() if text}

    def to_wire(self) -> dict[str, Any]:
        return {"Id": self.id, "SyncToken": self.version, "sparse": True, **self._fields()}

    def _fields(self) -> dict[str, Any]:
        wire: dict[str, Any] = {}
        if self.name:
            wire["DisplayName"] = self.name
        if self.company_name:
            wire["CompanyName"] = self.company_name[:COMPANY_NAME_LENGTH]
        if self.email:
            wire["PrimaryEmailAddr"] = {"Address": self.email}
        if self.phone:
            wire["PrimaryPhone"] = {"FreeFormNumber": self.phone}
        address = self.address.to_wire()
        if address:
            wire["BillAddr"] = address | {f"Line{n}": line for n, line in enumerate(self.more_lines, start=2)}
        return wire
