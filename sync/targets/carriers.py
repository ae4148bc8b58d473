"""The items that stand for accounts on sales lines: found by their name and account, or made."""

from __future__ import annotations

from typing import Any

from connectors.qbo.documents import clean_name
from connectors.qbo.lists_documents import NAME_LENGTH
from sync.models import Entry, Outgoing
from sync.targets.answers import Adapter, Answer
from sync.targets.documents import read_answer
from sync.work import Work

ENTITY = "Item"
# What tells an item from another one of the account's name that posts elsewhere.
SUFFIX = ", on invoices"


class CarrierItems(Adapter):
    can_update = False

    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        """Look first: an item of a firm that has made one by hand is taken, and so is ours of a lost answer."""
        body = dict(outgoing.body)
        for name in _names(body):
            found = work.qbo.find_by_name(ENTITY, name)
            if found is not None and _stands_for(found, body):
                return read_answer(ENTITY, found)
            if found is None:
                return read_answer(ENTITY, work.qbo.create(ENTITY, body | {"Name": name}, key=outgoing.key))
        return read_answer(ENTITY, work.qbo.create(ENTITY, body, key=outgoing.key))

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        for name in _names(outgoing.body):
            found = work.qbo.find_by_name(ENTITY, name)
            if found is not None and _stands_for(found, outgoing.body):
                return read_answer(ENTITY, found)
        return None


def _names(body: dict[str, Any]) -> tuple[str, str]:
    name = str(body["Name"])
    return name, clean_name(name, NAME_LENGTH - len(SUFFIX)) + SUFFIX


def _stands_for(item: dict[str, Any], body: dict[str, Any]) -> bool:
    account = (item.get("IncomeAccountRef") or {}).get("value")
    is_sold = item.get("Type") in ("Service", "NonInventory") and item.get("Active", True)
    return bool(is_sold and account == body["IncomeAccountRef"]["value"])
