"""What becomes of a company's subscription and its user's role, which nobody does in QuickBooks' own pages."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.qbo.desk.acts_base import ActBase
from connectors.sandbox.qbo.service.switches import ROLES, SUBSCRIPTIONS, SwitchBoard, Switches


class SwitchActs(SwitchBoard, ActBase):
    """Mixed into the sandbox."""

    def act_set_subscription(self, state: str, realm: str = "") -> dict[str, Any]:
        """ "ended" makes the company read-only (6190), "active" opens it again."""
        if state not in SUBSCRIPTIONS:
            raise ActRefused(f"state is one of {', '.join(SUBSCRIPTIONS)}")
        switches = self._find_switches(realm)
        switches.subscription = state
        return asdict(switches)

    def act_set_role(self, role: str, realm: str = "") -> dict[str, Any]:
        """The connected user's: a "reader" may change nothing (120)."""
        if role not in ROLES:
            raise ActRefused(f"role is one of {', '.join(ROLES)}")
        switches = self._find_switches(realm)
        switches.role = role
        return asdict(switches)

    def act_set_feature(self, entity: str, is_on: bool, realm: str = "") -> dict[str, Any]:
        """Take an entity (Class, Department, Budget) out of the company's edition, or put it back (120)."""
        if entity not in self.find_book(realm).kinds:
            raise ActRefused(f"there is no entity {entity}")
        switches = self._find_switches(realm)
        off = {*switches.features_off} - {entity} if is_on else {*switches.features_off, entity}
        switches.features_off = sorted(off)
        return asdict(switches)

    def _find_switches(self, realm: str) -> Switches:
        return self.switches_of(self.find_book(realm).realm_id)
