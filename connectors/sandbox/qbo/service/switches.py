"""What a company's subscription and its user's role allow; asked before every call."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

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


class SwitchBoard:
    """The switches of every company. Mixed into the sandbox."""

    switches: dict[str, Switches]

    def switches_of(self, realm_id: str) -> Switches:
        return self.switches.setdefault(realm_id, Switches())

    def dump_switches(self) -> dict[str, Any]:
        return {realm_id: asdict(each) for realm_id, each in self.switches.items()}

    def restore_switches(self, dump: dict[str, Any]) -> None:
        self.switches = {realm_id: Switches(**each) for realm_id, each in dump.items()}
