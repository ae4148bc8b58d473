"""What we write to Procore, as frozen values with their wire form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class DirectoryCompany:
    """A company for the directory. State and country are ISO codes: Procore refuses others."""

    name: str
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    state_code: str = ""
    zip: str = ""
    country_code: str = ""

    @property
    def entity(self) -> str:
        return "vendor"

    def to_wire(self) -> dict[str, Any]:
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
        return {key: value for key, value in named.items() if value}
