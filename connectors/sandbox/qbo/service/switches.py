"""What a company's subscription and its user's role allow; turned by acts, asked before every call."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from connectors.sandbox.control import ActRefused
from connectors.sandbox.qbo.books.faults import feature_off, subscription_ended
from connectors.sandbox.qbo.books.kinds import Kind

SUBSCRIPTIONS = ("active", "ended")
ROLES = ("admin", "reader")


@dataclass(slots=True)
class Switches:
    """`features_off`: entities the company's edition lacks; calls on them are refused."""

    subscription: str = "active"
    role: str = "admin"
    features_off: list[str] = field(default_factory=list)

    def check(self, kind: Kind, *, is_write: bool) -> None:
        """Raises QboFault 6190 or 120. That a lacking feature and a lacking right are both 120 is documented."""
        if kind.name in self.features_off or (is_write and self.role != "admin"):
            raise feature_off()
        if is_write and self.subscription != "active":
            raise subscription_ended()


class SwitchActs:
    """Mixed into the sandbox."""

    switches: dict[str, Switches]

    def act_set_subscription(self: Any, state: str, realm: str = "") -> dict[str, Any]:
        """ "ended" makes the company read-only (6190), "active" opens it again."""
        if state not in SUBSCRIPTIONS:
            raise ActRefused(f"state is one of {', '.join(SUBSCRIPTIONS)}")
        return _set(self, realm, subscription=state)

    def act_set_role(self: Any, role: str, realm: str = "") -> dict[str, Any]:
        """The connected user's: a "reader" may change nothing (120)."""
        if role not in ROLES:
            raise ActRefused(f"role is one of {', '.join(ROLES)}")
        return _set(self, realm, role=role)

    def act_set_feature(self: Any, entity: str, is_on: bool, realm: str = "") -> dict[str, Any]:
        """Take an entity (Class, Department, Budget) out of the company's edition, or put it back (120)."""
        if entity not in self.find_book(realm).kinds:
            raise ActRefused(f"there is no entity {entity}")
        switches = self.switches_of(self.find_book(realm).realm_id)
        off = {*switches.features_off} - {entity} if is_on else {*switches.features_off, entity}
        return _set(self, realm, features_off=sorted(off))

    def switches_of(self, realm_id: str) -> Switches:
        return self.switches.setdefault(realm_id, Switches())

    def dump_switches(self) -> dict[str, Any]:
        return {realm_id: asdict(each) for realm_id, each in self.switches.items()}

    def restore_switches(self, dump: dict[str, Any]) -> None:
        self.switches = {realm_id: Switches(**each) for realm_id, each in dump.items()}


def _set(sandbox: Any, realm: str, **changes: Any) -> dict[str, Any]:
    switches = sandbox.switches_of(sandbox.find_book(realm).realm_id)
    for name, value in changes.items():
        setattr(switches, name, value)
    return asdict(switches)
