"""Notices that a linked contact changed, wherever the directory learns of it: a poll, the change feed, a refresh.

The directory tells before it writes rows, so what they said before is still known: where both sides said the same,
that is what they were last in step about. Our own changes come back as what was agreed, and are no news.

Before the first reading after the switch the directory may be old. A record that its vendor dates after the switch
follows all the same, by what both sides said there; other differences are shown and do not follow by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from connectors.models import Connection, Cursor, Vendor
from connectors.probe import books_of
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.resource import Resource
from mapping.directory.items import READERS, DirectoryRow, Wire
from mapping.models import RemoteItem
from mapping.sides import Sides, load_sides
from smoothx.lib.dates import parse_instant
from sync import ledger
from sync.contact_links import ROLES, ContactLinks, load_links
from sync.directory_records import company_of, contact_of
from sync.flow import Flow
from sync.flows import _contact_fields as details
from sync.flows._contact_pairs import TARGET, Role
from sync.marks import CHANGE_FEED
from sync.models import Entry, FlowSetting
from sync.registry import all_flows
from sync.sets import write_back

RESOURCES: Mapping[Role, Resource] = {"vendor": qbo.VENDORS, "customer": qbo.CUSTOMERS}
WATCHED = frozenset({procore.VENDORS.key, qbo.VENDORS.key, qbo.CUSTOMERS.key})
AIM = ("target_type", "target_id", "target_number")
# Rows by role and id.
Rows = Mapping[tuple[Role, str], RemoteItem]
# Role, and the ids of the side that changed and of the other.
Changed = tuple[Role, str, str]


def running_flow() -> Flow | None:
    """The flow that keeps contacts in step, None when neither is switched on. One statement."""
    setting = _setting()
    return all_flows()[setting.flow] if setting is not None else None


def has_first_reading(connection: Connection, setting: FlowSetting | None = None) -> bool:
    """Whether the lists of this side were read since the flow was switched on."""
    setting = setting or _setting()
    mark = CHANGE_FEED if connection.vendor == Vendor.QBO else procore.VENDORS.key
    marks = Cursor.objects.filter(connection=connection, resource=mark, project_id="")
    return setting is not None and marks.filter(read_until__gte=setting.changed_at).exists()


def _setting() -> FlowSetting | None:
    keys = [flow.key for flow in all_flows().values() if flow.amends]
    return FlowSetting.objects.filter(flow__in=keys, is_on=True).order_by("-changed_at").first()


def note_changes(connection: Connection, resource_key: str, rows: Sequence[DirectoryRow]) -> None:
    """Note the changes of rows that are about to be written, once there was a first reading."""
    if resource_key not in WATCHED:
        return
    setting = _setting()
    if setting is not None and has_first_reading(connection, setting):
        _note(connection, resource_key, rows, all_flows()[setting.flow])


def note_since_switch(connection: Connection, lists: Mapping[Resource, Sequence[Wire]]) -> None:
    """Of a first reading, whose rows are about to be written: put in the queue what its vendor dates after the switch.

    What was changed in such a record before the switch as well, and seen by nobody, goes with it. The other side has
    what both had, or it is held as changed on both. Procore and QuickBooks date in whole seconds, so a change in the
    second of the switch counts as before.
    """
    setting = _setting() if any(lists.values()) else None
    if setting is None or has_first_reading(connection, setting):
        return
    for resource, wires in lists.items():
        since = [wire for wire in wires if _is_changed_after(wire, setting.changed_at)]
        if since:
            rows = [READERS[resource.key](connection, wire) for wire in since]
            _note(connection, resource.key, rows, all_flows()[setting.flow])


def _is_changed_after(wire: Wire, at: datetime) -> bool:
    """By its vendor's word; what was deleted is no change to follow."""
    dated = parse_instant(wire.get("updated_at") or (wire.get("MetaData") or {}).get("LastUpdatedTime"))
    return dated is not None and dated > at and wire.get("status") != "Deleted"


def _note(connection: Connection, resource_key: str, rows: Sequence[DirectoryRow], flow: Flow) -> None:
    """Put in the queue what changes of linked contacts with these rows."""
    now = {row["remote_id"]: RemoteItem(resource=resource_key, **row) for row in rows if row["is_active"]}
    is_procore = connection.vendor == Vendor.PROCORE
    links = load_links(company_ids=list(now)) if is_procore else load_links(contact_ids=list(now))
    before = _load_linked(connection, resource_key, now, links)
    changed = _find_changed(is_procore, before, now, links)
    if not changed:
        return
    if (flow.source == "procore") == is_procore:
        _note_sources(flow, changed, before)
    else:
        _note_drifted(flow, changed, now)


def _load_linked(
    connection: Connection, resource_key: str, now: Mapping[str, RemoteItem], links: ContactLinks
) -> dict[str, RemoteItem]:
    """The linked ones of these rows as they still are."""
    is_procore = connection.vendor == Vendor.PROCORE
    linked = {
        own
        for role, own in (links.contacts if is_procore else links.companies)
        if own in now and (is_procore or RESOURCES[role].key == resource_key)
    }
    return _load_rows(connection, resource_key, sorted(linked))


def _find_changed(
    is_procore: bool, before: Mapping[str, RemoteItem], now: Mapping[str, RemoteItem], links: ContactLinks
) -> list[Changed]:
    """The linked rows whose details are to be others than before."""
    return [
        (role, own, other)
        for (role, own), other in (links.contacts if is_procore else links.companies).items()
        if own in before
        and (is_procore or RESOURCES[role].key == before[own].resource)
        and _keys_of(before[own], role) != _keys_of(now[own], role)
    ]


def _keys_of(row: RemoteItem, role: Role) -> list[str]:
    return [value.key for value in read_row(row, role, home="").values()]


def read_row(row: RemoteItem, role: Role, *, home: str) -> details.Values:
    """The details a row of either directory tells."""
    if row.resource == procore.VENDORS.key:
        return details.read_company(company_of(row), role=role, home=home)
    return details.read_contact(contact_of(row, is_customer=role == "customer"), home=home)


def _load_rows(connection: Connection, resource_key: str, ids: Sequence[str]) -> dict[str, RemoteItem]:
    if not ids:
        return {}
    rows = RemoteItem.objects.filter(connection=connection, resource=resource_key, remote_id__in=ids)
    return {row.remote_id: row for row in rows}


def _note_sources(flow: Flow, changed: Sequence[Changed], before: Mapping[str, RemoteItem]) -> None:
    """Queue them, with what both sides were in step about by what the directory says, where nothing is known yet."""
    sides = load_sides()
    if sides.procore is None or sides.quickbooks is None:
        return
    others = load_others(flow, sides, changed)
    home = home_of(sides)
    with transaction.atomic():
        queue(flow, sides, [(role, own) for role, own, _ in changed])
        entries = load_entries(flow, sides, [own for _, own, _ in changed])
        news = []
        for role, own, other in changed:
            entry, theirs = entries[role, own], others.get((role, other))
            known = entry.facts if entry.facts.get(TARGET) == other else {}
            seeds = _find_agreed(before[own], theirs, role, home) if theirs is not None else {}
            facts = {**seeds, **known, TARGET: other}
            if facts != entry.facts:
                entry.facts = facts
                aim_at(flow, entry, other, theirs.name if theirs is not None else "")
                news.append(entry)
        # What is known already is left to the worker that may have the entry in hand.
        write_back(news, ["facts", *AIM])


def aim_at(flow: Flow, entry: Entry, target_id: str, name: str) -> None:
    """The record that is to be changed, which stands there before anything is written. AIM are the fields."""
    entry.target_type = f"{ROLES[entry.part]}_change" if flow.target == "qbo" else "company_change"
    entry.target_id, entry.target_number = target_id, (name or entry.target_number)[:60]


def _find_agreed(ours: RemoteItem, theirs: RemoteItem, role: Role, home: str) -> dict[str, str]:
    mine, other = read_row(ours, role, home=home), read_row(theirs, role, home=home)
    agreed: dict[str, str] = {}
    for field in details.FIELDS:
        # Many are linked under names that differ, in a legal form at least: only one that changes since is news.
        is_known = field == "name" and bool(other[field].key)
        if mine[field].key and (is_known or mine[field].is_same(other[field])):
            agreed |= details.agree(field, mine[field], other[field])
    return agreed


def _note_drifted(flow: Flow, changed: Sequence[Changed], now: Mapping[str, RemoteItem]) -> None:
    """Look again at contacts we keep in step which somebody changed on the other side, or changed back."""
    sides = load_sides()
    entries = load_entries(flow, sides, [source for _, _, source in changed])
    home = home_of(sides)
    drifted = [
        (role, source)
        for role, own, source in changed
        if (role, source) in entries and _is_drift(entries[role, source], read_row(now[own], role, home=home))
    ]
    if drifted:
        queue(flow, sides, drifted)


def _is_drift(entry: Entry, theirs: details.Values) -> bool:
    """Our own change comes back as what was agreed, and is none while nothing is said of the contact."""
    if entry.notices:
        return True
    known = {field: details.read_agreed(entry.facts, field) for field in details.FIELDS}
    return any(agreed is not None and agreed[1] != theirs[field].key for field, agreed in known.items())


def load_others(flow: Flow, sides: Sides, pairs: Iterable[Changed]) -> Rows:
    """The directory's rows of the side that is to be changed."""
    wanted = list(pairs)
    found: dict[tuple[Role, str], RemoteItem] = {}
    for role in ROLES.values():
        ids = [other for each, _, other in wanted if each == role]
        is_books = flow.target == "qbo"
        resource = RESOURCES[role] if is_books else procore.VENDORS
        connection = sides.quickbooks if is_books else sides.procore
        if connection is not None:
            found |= {(role, key): row for key, row in _load_rows(connection, resource.key, ids).items()}
    return found


def queue(flow: Flow, sides: Sides, sources: Iterable[tuple[Role, str]], *, priority: int = 50) -> None:
    """Put these contacts of the side that is right in the queue."""
    source, target = sides.need("procore"), sides.need("quickbooks")
    if flow.source == "qbo":
        source, target = target, source
    wanted = list(sources)
    for role in ROLES.values():
        ledger.note(
            flow,
            source_connection=source,
            target_connection=target,
            source_ids=[(own, "") for each, own in wanted if each == role],
            part=role,
            priority=priority,
        )


def load_entries(flow: Flow, sides: Sides, source_ids: Iterable[str]) -> dict[tuple[Role, str], Entry]:
    source = sides.procore if flow.source == "procore" else sides.quickbooks
    rows = Entry.objects.filter(flow=flow.key, source_connection=source, source_id__in=list(source_ids))
    return {(ROLES[row.part], row.source_id): row for row in rows}


def home_of(sides: Sides) -> str:
    """The country an address without one is in, as rules take it."""
    known = books_of(sides.quickbooks) if sides.quickbooks is not None else None
    return (known.country if known is not None else "") or "US"
