"""The item that stands for an account on sales lines, which take items only. Pure."""

from __future__ import annotations

from mapping.defaults import Choice
from mapping.maps import Maps, Target
from sync.flows import _waits
from sync.plan import Notes

FLOW_KEY = "carrier_items"


def find_carrier(account: Choice, maps: Maps, notes: Notes) -> Target | None:
    """The item that posts to this account; where there is none yet, the document waits until it is made."""
    carrier = maps.carriers.get(account.id)
    if carrier is None:
        wait = _waits.posted(FLOW_KEY, account.id)
        notes.block("carrier_missing", account.name, waits_for=wait)
    elif not carrier.is_active:
        notes.block("carrier_inactive", carrier.name, account=account.name)
    return carrier
