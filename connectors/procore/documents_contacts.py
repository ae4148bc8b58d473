"""Changes of companies that stand in Procore's directory already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Detail = Literal["name", "email", "phone", "address"]


@dataclass(frozen=True, slots=True)
class CompanyChange:
    """What is empty stays as it is. `title` is how a reader knows the company, `version` when it was last changed."""

    id: str
    version: str
    title: str
    name: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    state_code: str = ""
    zip: str = ""
    country_code: str = ""

    @property
    def entity(self) -> str:
        return "company_change"

    @property
    def is_empty(self) -> bool:
        return len(self.to_wire()) == 1

    @property
    def shown(self) -> dict[Detail, str]:
        """What it sets, for a reader."""
        parts = (self.street, self.city, f"{self.state_code} {self.zip}".strip(), self.country_code)
        values: dict[Detail, str] = {"name": self.name, "email": self.email, "phone": self.phone}
        values["address"] = ", ".join(part for part in parts if part)
        return {detail: text for detail, text in values.items() if text}

    def to_wire(self) -> dict[str, Any]:
        """As a row of a sync action; alone, the id stands in the address."""
        named = {
            "name": self.name,
            "email_address": self.email,
            "business_phone": self.phone,
            "address": self.street,
            "city": self.city,
            "state_code": self.state_code,
            "zip": self.zip,
            "country_code": self.country_code,
        }
        return {"id": int(self.id), **{key: value for key, value in named.items() if value}}
