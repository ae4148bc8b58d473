"""Companies of the Procore directory. Procore has no request key, so a lost answer is looked up by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.errors import Uncertain, VendorError
from connectors.procore import resources as procore
from connectors.procore.faults import error_in
from connectors.procore.records import Company
from smoothx.lib.text import collapse_spaces
from sync.models import Entry, Outgoing
from sync.targets.answers import Adapter, Answer
from sync.work import Work


class ProcoreDirectory(Adapter):
    can_update = False

    def send(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer:
        return _read(work.procore.create(procore.VENDORS, outgoing.body, key=outgoing.key))

    def send_many(self, work: Work, drafts: Sequence[Outgoing]) -> dict[int, Answer | VendorError]:
        """One sync action. Its answer names no row, and promises no order: the names tell which is which."""
        answer = work.procore.sync(procore.VENDORS, [draft.body for draft in drafts], key=drafts[0].key)
        made = _by_name(answer.entities)
        refused = _by_name(answer.errors)
        return {draft.pk: _find(collapse_spaces(draft.body["name"]), made, refused) for draft in drafts}

    def probe(self, work: Work, outgoing: Outgoing, entry: Entry) -> Answer | None:
        wanted = outgoing.body["name"]
        found: list[Company] = [c for c in work.procore.find_company(wanted) if c.name == wanted]
        return _read(work.procore.get(procore.VENDORS, found[0].id)) if len(found) == 1 else None


def _find(name: str, made: Mapping[str, Any], refused: Mapping[str, Any]) -> Answer | VendorError:
    if name in made:
        return _read(made[name])
    if name in refused:
        return error_in(refused[name])
    return Uncertain("a row of a sync action has no answer")


def _read(wire: dict[str, Any]) -> Answer:
    return Answer(str(wire["id"]), str(wire.get("updated_at") or ""), wire.get("name") or "", None, wire)


def _by_name(rows: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {collapse_spaces(str(row.get("name") or "")): row for row in rows}
