"""Lines of prime contracts and direct costs: how a write is read, and the form they are answered in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.sandbox.amounts import round_cents
from connectors.sandbox.procore.codes.wbs import WbsCodes
from connectors.sandbox.procore.company.code_tables import shape_type
from connectors.sandbox.procore.currency import CURRENCY
from connectors.sandbox.procore.errors import refuse_fields
from connectors.sandbox.procore.inputs import ORIGIN, drop_blank_origin, read_amount, read_choice, read_text
from connectors.sandbox.procore.listing import by_number, by_range
from connectors.sandbox.procore.tables import Row
from connectors.sandbox.procore.values import write_plain

EXTENDED_TYPES = ("manual", "calculated")
LINE_FILTERS = {
    "id": by_number("id"),
    "cost_code_id": by_number("cost_code_id"),
    "line_item_type_id": by_number("line_item_type_id"),
    "created_at": by_range("created_at"),
    "updated_at": by_range("updated_at"),
}
TEXTS = ("description", "uom", *ORIGIN)


class LineItems(WbsCodes):
    # --- reading a write

    def read_financial_line(
        self, table: str, project: Row, attributes: dict[str, Any], line: Row | None = None
    ) -> Row:
        """The values of a line that a write sets, all of them checked; `line` is the one it changes, if any.

        A budget code wins over a cost code with a cost type, and one of the two is needed. The budget code is made
        when nobody has used the pair before.
        """
        attributes = drop_blank_origin(attributes)
        self.check_origin(table, attributes, line["id"] if line else None)
        values: Row = {name: read_text(attributes, name) for name in TEXTS if name in attributes}
        if values.get("uom"):
            self._check_line_unit(values["uom"])
        if "tax_code_id" in attributes:
            values["tax_code_id"] = self._read_line_tax_code(attributes["tax_code_id"])
        values |= _read_amounts(attributes, line)
        return values | self._read_line_codes(project, attributes, line)

    def add_financial_line(self, table: str, owner: dict[str, Any], values: Row, position: int) -> Row:
        stamp = self.stamp()
        return self.tables.add(
            table,
            {
                **owner,
                **dict.fromkeys((*TEXTS, "tax_code_id")),
                "position": position,
                "created_at": stamp,
                "updated_at": stamp,
                **values,
            },
        )

    def _check_line_unit(self, name: str) -> None:
        """A unit has to be in the company's list, unless the company has none at all."""
        units = [row["name"] for row in self.tables.iterate("uoms")]
        if units and name not in units:
            raise refuse_fields(uom=["is not included in the list"])

    def _read_line_tax_code(self, given: Any) -> int | None:
        if given is None or given == "":
            return None
        row = self.tables.find("tax_codes", given)
        if row is None:
            raise refuse_fields(tax_code_id=["is invalid"])
        return int(row["id"])

    def _read_line_codes(self, project: Row, attributes: dict[str, Any], line: Row | None) -> Row:
        if attributes.get("wbs_code_id") is not None:
            return _name_codes(self._find_line_code("wbs_codes", project, attributes, "wbs_code_id"))
        if not {"cost_code_id", "line_item_type_id"} & set(attributes):
            if line is None:
                raise refuse_fields(wbs_code_id=["can't be blank"])
            return {}
        given = {**({} if line is None else line), **attributes}
        code = self._find_line_code("cost_codes", project, given, "cost_code_id")
        cost_type = self.tables.find("line_item_types", given.get("line_item_type_id"))
        if cost_type is None:
            raise refuse_fields(line_item_type_id=["is invalid"])
        return _name_codes(self.use_wbs_code(code, cost_type))

    def _find_line_code(self, table: str, project: Row, given: dict[str, Any], name: str) -> Row:
        row = self.tables.find(table, given.get(name))
        if row is None or row["project_id"] != project["id"]:
            raise refuse_fields(**{name: ["is invalid"]})
        return row

    # --- answering

    def shape_bare_financial_line(self, line: Row) -> dict[str, Any]:
        """What every form of a line has; `uom` is absent, not null, when it is not set."""
        amount = write_plain(Decimal(line["amount"]))
        names = (
            "id", "description", "extended_type", "position", "origin_id", "tax_code_id", "created_at", "updated_at",
        )  # fmt: skip
        return {
            **{name: line[name] for name in names},
            # Unverified: whether total_amount holds tax; here tax stands in the sums of the whole record only.
            "amount": amount,
            "total_amount": amount,
            "extended_amount": amount,
            "quantity": write_plain(Decimal(line["quantity"])),
            "unit_cost": write_plain(Decimal(line["unit_cost"])),
            "line_item_type": shape_type(self.tables.get("line_item_types", line["line_item_type_id"])),
            "wbs_code": self.shape_short_wbs(line["wbs_code_id"]),
            "currency_configuration": CURRENCY,
            **({"uom": line["uom"]} if line["uom"] else {}),
        }

    def shape_financial_line(self, line: Row, project: Row, holder: tuple[int, str]) -> dict[str, Any]:
        """The full form, with what the line stands in."""
        company = self.tables.get("companies", project["company_id"])
        return {
            **self.shape_bare_financial_line(line),
            "company": {"id": company["id"], "name": company["name"]},
            "project": {"id": project["id"], "name": project["name"]},
            "cost_code": self.shape_cost_code(self.tables.get("cost_codes", line["cost_code_id"])),
            "holder": {"id": holder[0], "holder_type": holder[1]},
            "change_event_line_item": None,
            "origin_data": line["origin_data"],
        }


def _read_amounts(attributes: dict[str, Any], line: Row | None) -> Row:
    """The amount as entered, or quantity times unit cost where it is calculated or no amount is given."""
    before = line or {"amount": "0.00", "quantity": "0", "unit_cost": "0", "extended_type": None}
    given = {name: read_amount(attributes, name) for name in ("quantity", "unit_cost")}
    entered = read_amount(attributes, "manual_amount" if "manual_amount" in attributes else "amount")
    numbers = {name: Decimal(before[name]) if value is None else value for name, value in given.items()}
    kind = read_choice(attributes, "extended_type", EXTENDED_TYPES) or before["extended_type"]
    if entered is not None and "extended_type" not in attributes:
        kind = "manual"
    if kind is None:
        kind = "manual" if not any(numbers.values()) else "calculated"
    amount = Decimal(before["amount"]) if entered is None else entered
    if kind == "calculated":
        amount = numbers["quantity"] * numbers["unit_cost"]
        if abs(amount) >= Decimal(10) ** 15:
            raise refuse_fields(amount=["must be less than 1000000000000000"])
    return {
        "extended_type": kind,
        "amount": f"{round_cents(amount):f}",
        **{name: f"{value:f}" for name, value in numbers.items()},
    }


def _name_codes(wbs_code: Row) -> Row:
    return {
        "wbs_code_id": wbs_code["id"],
        "cost_code_id": wbs_code["cost_code_id"],
        "line_item_type_id": wbs_code["line_item_type_id"],
    }
