"""Speaking to QuickBooks Online's accounting API for one connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from django.conf import settings

from connectors.errors import Rejected, Uncertain, VendorError
from connectors.exact_json import encode
from connectors.http import send
from connectors.models import Connection
from connectors.multipart import LocalFile, Multipart, TextPart
from connectors.paging import Row, Rows
from connectors.qbo.faults import Operation, error_for, error_in, read_body
from connectors.qbo.query import PAGE_SIZE, literal, match, one_of, select
from connectors.qbo.records import PostedDocument
from connectors.qbo.resources import COMPANY_INFO, PREFERENCES
from connectors.resource import Resource
from connectors.transport import Request, Response
from smoothx.lib.dates import parse_instant, to_instant_text

MOST_BATCH_ITEMS = 30
MOST_CHANGES = 1000
# Gateways cut long addresses; a longer statement goes as the body of a POST.
LONGEST_QUERY_IN_URL = 1500
# Lists whose inactive rows show only when the statement speaks of Active.
_NAME_LISTS = frozenset(
    {"Vendor", "Customer", "Employee", "Account", "Item", "TaxCode", "Term", "Class", "Department", "PaymentMethod"}
)
# Documents to a customer; the others are to a vendor.
_SALES = frozenset({"Invoice", "CreditMemo", "Estimate"})
_ANY_STATE = "Active IN (true, false)"
# What a name stands in, where it is not the display name of a person or firm.
_NAME_MEMBERS = {"Item": "Name", "Class": "Name"}


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One write of a batch. `item_id` comes back with its result, at most 10 characters."""

    item_id: str
    operation: Literal["create", "update", "delete"]
    entity: str
    wire: Mapping[str, Any]


class QboClient:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    # --- reading

    def query_all(self, resource: Resource, *, where: str = "", include_inactive: bool = True) -> Iterator[Rows]:
        """Every row in pages of 1,000, ordered by Id; a page that is not full is the last.

        No count is asked for, so a list of exactly n * 1,000 rows costs one empty page more. Raises Rejected when a
        page comes twice.
        """
        conditions = [where]
        if include_inactive and resource.entity in _NAME_LISTS and "active" not in where.lower():
            conditions.append(_ANY_STATE)
        return self._query_pages(resource.entity, conditions)

    def _query_pages(self, entity: str, conditions: Sequence[str]) -> Iterator[Rows]:
        start, first_id = 1, None
        while True:
            rows = self.query(select(entity, conditions, start=start), entity)
            if rows and rows[0].get("Id") == first_id:
                message = f"the page of {entity} from row {start} came twice"
                raise Rejected(message)
            if rows:
                yield rows
            if len(rows) < PAGE_SIZE:
                return
            start, first_id = start + PAGE_SIZE, rows[0].get("Id")

    def query(self, statement: str, entity: str) -> Rows:
        """The rows of one statement, at most 1,000."""
        url = self._url("query")
        if len(statement) <= LONGEST_QUERY_IN_URL:
            request = Request("GET", url, params={"query": statement})
        else:
            request = Request("POST", url, text=statement, headers={"Content-Type": "application/text"})
        answer = self._send(request, during="read").json
        rows: Rows = answer.get("QueryResponse", {}).get(entity, [])
        return rows

    def count(self, entity: str) -> int:
        """How many there are; of name lists the active ones."""
        request = Request("GET", self._url("query"), params={"query": f"SELECT COUNT(*) FROM {entity}"})  # noqa: S608 - no SQL
        answer = self._send(request, during="read").json
        return int(answer.get("QueryResponse", {}).get("totalCount") or 0)

    def newest(self, entity: str, *, most: int) -> Rows:
        """The newest transactions by date, at most 1,000 of them."""
        statement = f"SELECT * FROM {entity} ORDERBY TxnDate DESC MAXRESULTS {min(most, PAGE_SIZE)}"  # noqa: S608 - no SQL
        return self.query(statement, entity)

    def get(self, resource: Resource, record_id: str) -> Row:
        """One record, inactive ones too. Raises Missing when it was deleted or never was."""
        return self.get_entity(resource.entity, record_id)

    def get_entity(self, entity: str, record_id: str) -> Row:
        response = self._send(Request("GET", self._url(f"{entity.lower()}/{record_id}")), during="read")
        return _entity(response, entity)

    def get_many(self, resource: Resource, record_ids: Sequence[str]) -> Rows:
        """The records with these ids, inactive ones too, in order of id; what was deleted is left out."""
        if not record_ids:
            return []
        conditions = [one_of("Id", record_ids), _ANY_STATE]
        return [row for rows in self._query_pages(resource.entity, conditions) for row in rows]

    def find_by_name(self, entity: str, name: str, *, parent_id: str | None = None) -> Row | None:
        """The vendor, customer, employee, item or class with this name, but for case; inactive ones too.

        The same job name may stand under several customers: `parent_id` tells them apart, "" is the top level.
        """
        member = _NAME_MEMBERS.get(entity, "DisplayName")
        named = match(member, name)
        for rows in self._query_pages(entity, [named.condition, _ANY_STATE]):
            for row in rows:
                is_named = str(row.get(member)).casefold() == name.casefold()
                if is_named and parent_id in (None, _parent_of(row)):
                    return row
        return None

    def find_documents(
        self,
        entity: str,
        party_id: str,
        *,
        number: str | None = None,
        total: Decimal | None = None,
        around: date | None = None,
        days: int = 30,
    ) -> list[PostedDocument]:
        """Documents of a vendor or customer, narrowed to a number (but for case), a total, and `days` around a date.

        The totals of credits are positive as well.
        """
        numbered = match("DocNumber", number) if number else None
        party = "CustomerRef" if entity in _SALES else "VendorRef"
        conditions = [f"{party} = {literal(party_id)}", numbered.condition if numbered else ""]
        if total is not None:
            conditions.append(f"TotalAmt = {literal(format(total, 'f'))}")
        if around is not None:
            first, last = around - timedelta(days=days), around + timedelta(days=days)
            conditions.append(f"TxnDate >= '{first.isoformat()}' AND TxnDate <= '{last.isoformat()}'")
        found = [PostedDocument.from_wire(row) for rows in self._query_pages(entity, conditions) for row in rows]
        if numbered is None or numbered.is_exact:
            return found
        return [each for each in found if each.number.casefold() == str(number).casefold()]

    def company_info(self) -> Row:
        url = self._url(f"{COMPANY_INFO.path}/{self.connection.account_id}")
        return _entity(self._send(Request("GET", url), during="read"), COMPANY_INFO.entity)

    def preferences(self) -> Row:
        return _entity(self._send(Request("GET", self._url(PREFERENCES.path)), during="read"), PREFERENCES.entity)

    # --- changes

    def changes(self, entities: Sequence[str], since: datetime) -> dict[str, Rows]:
        """What changed since a time, whole records by entity, oldest change first; a deleted one has status "Deleted".

        QuickBooks looks back 30 days at most and answers 1,000 records in all, without pages. Should that be reached,
        each entity is read on from its last change. Rows of the seam may come twice.
        """
        found = self._changes_page(entities, since)
        if sum(len(rows) for rows in found.values()) < MOST_CHANGES:
            return found
        return {entity: self._changes_of(entity, since) for entity in entities}

    def _changes_of(self, entity: str, since: datetime) -> Rows:
        rows: Rows = []
        while True:
            page = self._changes_page([entity], since)[entity]
            rows += page
            if len(page) < MOST_CHANGES:
                return rows
            last = parse_instant(page[-1]["MetaData"]["LastUpdatedTime"])
            if last is None or last <= since:
                message = f"more than {MOST_CHANGES} changes of {entity} carry the same time"
                raise Rejected(message)
            since = last

    def _changes_page(self, entities: Sequence[str], since: datetime) -> dict[str, Rows]:
        params = {"entities": ",".join(entities), "changedSince": to_instant_text(since)}
        answer = self._send(Request("GET", self._url("cdc"), params=params), during="read").json
        found: dict[str, Rows] = {entity: [] for entity in entities}
        for response in answer.get("CDCResponse", []):
            for block in response.get("QueryResponse", []):
                found |= {entity: block[entity] for entity in entities if entity in block}
        return found

    # --- writing

    def create(self, entity: str, wire: Mapping[str, Any], *, key: str, allow_duplicate_number: bool = False) -> Row:
        """The record as created. The same `key` (at most 50 characters) again answers the first result once more."""
        return self._write(entity, wire, key=key, during="create", include=_include(allow_duplicate_number))

    def update(self, entity: str, wire: Mapping[str, Any], *, key: str, allow_duplicate_number: bool = False) -> Row:
        """The record as changed. `wire` holds Id and SyncToken; without `"sparse": True` what it lacks is cleared."""
        return self._write(entity, wire, key=key, during="change", include=_include(allow_duplicate_number))

    def delete(self, entity: str, record_id: str, sync_token: str, *, key: str) -> Row:
        """The stub of the deleted record. More than its Id and SyncToken may be refused."""
        wire = {"Id": record_id, "SyncToken": sync_token}
        return self._write(entity, wire, key=key, during="change", include={"operation": "delete"})

    def upload(self, wire: Mapping[str, Any], file: LocalFile, *, key: str) -> Row:
        """The attachment made of a file and what `wire` says of it.

        Whether a repeated `key` answers the first result here too is unverified: after Uncertain look for it first.
        """
        parts = Multipart(
            [TextPart("file_metadata_01", encode(dict(wire)), "application/json")],
            file,
            "file_content_01",
            str(wire["ContentType"]),
        )
        url, params = self._url("upload"), {"requestid": key}
        response = send(self.connection, Request("POST", url, params=params, multipart=parts, is_write=True), key=key)
        if not response.is_success:
            raise error_for(response, during="create")
        answers = response.json.get("AttachableResponse") or [{}]
        if "Fault" in answers[0]:
            raise error_in(answers[0]["Fault"], during="create", request_id=response.request_id)
        record = answers[0].get("Attachable")
        if not isinstance(record, dict):
            message = "an attachment was sent and something else came"
            raise Uncertain(message, **response.facts)
        return record

    def download_link(self, attachable_id: str) -> str:
        """A fresh address of a file, good for 15 minutes for whoever holds it."""
        return self._send(Request("GET", self._url(f"download/{attachable_id}")), during="read").body.strip()

    def batch(self, items: Sequence[BatchItem], *, key: str = "") -> dict[str, Row | VendorError]:
        """The result of each item by its id: the record, or the error that alone it would have raised.

        Items do not see each other. An item without an answer is Uncertain. `key`: at most 36 characters.
        """
        if len(items) > MOST_BATCH_ITEMS or len({item.item_id for item in items}) < len(items):
            message = f"a batch holds at most {MOST_BATCH_ITEMS} items with ids of their own"
            raise ValueError(message)
        body = {
            "BatchItemRequest": [
                {"bId": item.item_id, "operation": item.operation, item.entity: dict(item.wire)} for item in items
            ]
        }
        params = {"requestid": key} if key else {}
        request = Request("POST", self._url("batch"), params=params, json=body, is_write=True, cost_class="batch")
        response = self._send(request, during="change", key=key)
        answers = {answer.get("bId"): answer for answer in response.json.get("BatchItemResponse", [])}
        return {item.item_id: _read_item(item, answers.get(item.item_id), response.request_id) for item in items}

    def _write(
        self, entity: str, wire: Mapping[str, Any], *, key: str, during: Operation, include: Mapping[str, str]
    ) -> Row:
        params = {"requestid": key, **include}
        request = Request("POST", self._url(entity.lower()), params=params, json=dict(wire), is_write=True)
        return _entity(self._send(request, during=during, key=key), entity)

    def _send(self, request: Request, *, during: Operation, key: str = "") -> Response:
        response = send(self.connection, request, key=key, is_keyed=bool(key))
        # A fault may come with status 200.
        if not response.is_success or ("Fault" in response.body and read_body(response.body)):
            raise error_for(response, during=during)
        return response

    def _url(self, path: str) -> str:
        return f"{settings.QBO_API_URL}/v3/company/{self.connection.account_id}/{path}"


def _parent_of(row: Row) -> str:
    return str((row.get("ParentRef") or {}).get("value") or "")


def _include(allow_duplicate_number: bool) -> dict[str, str]:
    return {"include": "allowduplicatedocnum"} if allow_duplicate_number else {}


def _entity(response: Response, entity: str) -> Row:
    answer = response.json
    record: Any = answer.get(entity) if isinstance(answer, dict) else None
    if isinstance(record, dict):
        return record
    message = f"a {entity} was asked for and something else came"
    raise (Uncertain if response.is_write else Rejected)(message, **response.facts)


def _read_item(item: BatchItem, answer: Mapping[str, Any] | None, request_id: str) -> Row | VendorError:
    during: Operation = "create" if item.operation == "create" else "change"
    if answer is not None and "Fault" in answer:
        return error_in(answer["Fault"], during=during, request_id=request_id)
    if answer is None or not isinstance(answer.get(item.entity), dict):
        return Uncertain(f"item {item.item_id} of a batch has no answer", request_id=request_id)
    record: Row = answer[item.entity]
    return record
