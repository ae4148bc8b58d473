"""Where the sandbox keeps its records: plain dicts of JSON-able values, by table and id."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

Row = dict[str, Any]

# Ids are above 2^31, as in Procore's newer regions; each table has its own range so that a mixed-up id is noticed.
FIRST_ID = 598134330000001
IDS_PER_TABLE = 10_000_000
# Order decides the ids, so new tables go at the end.
TABLES = (
    "companies",
    "vendors",
    "projects",
    "custom_field_definitions",
    "lov_entries",
    "standard_cost_code_lists",
    "standard_cost_codes",
    "cost_codes",
    "line_item_types",
    "tax_codes",
    "departments",
    "wbs_codes",
    "billing_periods",
    "commitments",
    "contract_lines",
    "change_order_packages",
    "requisitions",
    "requisition_items",
    "hooks",
    "triggers",
    "events",
    "prime_contracts",
    "prime_lines",
    "prime_packages",
    "payment_applications",
    "payment_application_items",
    "direct_costs",
    "direct_cost_lines",
    "contract_payments",
    "uploads",
    "attachments",
    "async_jobs",
    "deleted_commitments",
    "contract_details",
    "requisition_changes",
    "invoice_jobs",
    "change_order_requests",
    "potential_change_orders",
    "people",
    "users",
    "contacts",
    "offices",
    "programs",
    "project_stages",
    "project_types",
    "project_regions",
    "project_bid_types",
    "project_owner_types",
    "tax_types",
    "uoms",
    "trades",
    "business_registers",
    "locations",
    "sub_jobs",
    "timecard_time_types",
    "timesheets",
    "timecard_entries",
    "timecard_changes",
    "deliveries",
)
# Tables that are mostly read per owner.
OWNERS = {
    "cost_codes": "project_id",
    "wbs_codes": "project_id",
    "billing_periods": "project_id",
    "commitments": "project_id",
    "contract_lines": "commitment_id",
    "change_order_packages": "commitment_id",
    "requisitions": "commitment_id",
    "requisition_items": "requisition_id",
    "triggers": "hook_id",
    "vendors": "company_id",
    "people": "company_id",
    "lov_entries": "definition_id",
    "standard_cost_codes": "standard_cost_code_list_id",
    "locations": "project_id",
    "sub_jobs": "project_id",
    "timesheets": "project_id",
    "timecard_entries": "project_id",
    "timecard_changes": "entry_id",
    "deliveries": "hook_id",
    "prime_contracts": "project_id",
    "prime_lines": "prime_contract_id",
    "prime_packages": "prime_contract_id",
    "payment_applications": "prime_contract_id",
    "payment_application_items": "application_id",
    "direct_costs": "project_id",
    "direct_cost_lines": "direct_cost_id",
    "contract_payments": "contract_id",
    "attachments": "holder_id",
    "deleted_commitments": "project_id",
    "contract_details": "commitment_id",
    "requisition_changes": "requisition_id",
    "change_order_requests": "commitment_id",
    "potential_change_orders": "commitment_id",
}


# Longer than any id; a longer number is not worth turning into one.
MOST_DIGITS = 18


def read_number(value: Any) -> int | None:
    """An id out of a request."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value) if isinstance(value, str) or abs(value) < 10**MOST_DIGITS else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def _copy(value: Any) -> Any:
    """Rows change in place, and so do the lists in them."""
    if isinstance(value, dict):
        return {name: _copy(member) if isinstance(member, dict | list) else member for name, member in value.items()}
    return [_copy(member) if isinstance(member, dict | list) else member for member in value]


class Tables:
    """Rows by table and id, in order of creation. A row's owner never changes."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[int, Row]] = {table: {} for table in TABLES}
        self._owned: dict[str, dict[int, dict[int, Row]]] = {table: {} for table in OWNERS}
        self._next = {table: FIRST_ID + index * IDS_PER_TABLE for index, table in enumerate(TABLES)}
        self._origins: dict[str, dict[str, int | None]] = {table: {} for table in TABLES}

    def draw_id(self, table: str) -> int:
        number = self._next[table]
        self._next[table] = number + 1
        return number

    def add(self, table: str, row: Row) -> Row:
        """Keep `row`, numbering it unless it brings an id."""
        kept = {"id": row["id"] if "id" in row else self.draw_id(table), **row}
        self._keep(table, kept)
        return kept

    def find(self, table: str, row_id: Any) -> Row | None:
        """The row of an id as a request may give it, a number or its digits; None for anything else."""
        number = row_id if type(row_id) is int else read_number(row_id)
        return None if number is None else self._rows[table].get(number)

    def get(self, table: str, row_id: int) -> Row:
        """The row that must be there; KeyError when it is not."""
        return self._rows[table][row_id]

    def all(self, table: str) -> list[Row]:
        return list(self._rows[table].values())

    def iterate(self, table: str) -> Iterator[Row]:
        return iter(self._rows[table].values())

    def list_surplus(self, table: str, most: int) -> list[Row]:
        """The oldest rows beyond the `most` newest."""
        rows = self._rows[table]
        return list(islice(rows.values(), max(len(rows) - most, 0)))

    def of(self, table: str, owner_id: int) -> list[Row]:
        """The rows of one owner, as `OWNERS` says who that is."""
        rows = self._owned[table].get(owner_id)
        return list(rows.values()) if rows else []

    def is_origin_free(self, table: str, origin_id: str, row_id: int | None) -> bool:
        """Whether no other row carries `origin_id`. Row `row_id` (None: the next one added) is taken to carry it now.

        Every write of an origin_id asks here first, so only an id that was seen before can need a scan.
        """
        origins = self._origins[table]
        if origin_id not in origins:
            origins[origin_id] = row_id
            return True
        holder = self._find_holder(table, origin_id, row_id)
        origins[origin_id] = row_id if holder is None else holder
        return holder is None or holder == row_id

    def find_origin(self, table: str, origin_id: str) -> Row | None:
        """The row that carries `origin_id`."""
        if origin_id not in self._origins[table]:
            return None
        holder = self._find_holder(table, origin_id, None)
        return None if holder is None else self._rows[table][holder]

    def _find_holder(self, table: str, origin_id: str, row_id: int | None) -> int | None:
        rows = self._rows[table]
        for number in (self._origins[table].get(origin_id), row_id):
            if number is not None and number in rows and rows[number].get("origin_id") == origin_id:
                return number
        return next((row["id"] for row in rows.values() if row.get("origin_id") == origin_id), None)

    def remove(self, table: str, row_id: int) -> None:
        row = self._rows[table].pop(row_id)
        if table in OWNERS:
            del self._owned[table][row[OWNERS[table]]][row_id]

    def dump(self) -> dict[str, Any]:
        rows = {table: [_copy(row) for row in self.iterate(table)] for table in TABLES}
        return {"rows": rows, "next": dict(self._next)}

    def restore(self, dump: dict[str, Any]) -> None:
        """Take over the rows of a dump."""
        for table, rows in dump["rows"].items():
            for row in rows:
                self._keep(table, row)
        self._next.update(dump["next"])

    def _keep(self, table: str, row: Row) -> None:
        self._rows[table][row["id"]] = row
        if row.get("origin_id") is not None:
            self._origins[table].setdefault(row["origin_id"], row["id"])
        if table in OWNERS:
            self._owned[table].setdefault(row[OWNERS[table]], {})[row["id"]] = row
