"""What the company's small lists hold: how a row of each is read, checked and written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sandbox.procore.attributes import take_flags, take_texts
from connectors.sandbox.procore.errors import refuse_fields, refuse_state
from connectors.sandbox.procore.tables import Row, Tables, read_number
from connectors.sandbox.procore.values import read_decimal

# (name, code, base type) of a new company's cost types.
DEFAULT_TYPES = (
    ("Labor", "L", "labor"),
    ("Equipment", "E", "equipment"),
    ("Materials", "M", "materials"),
    ("Commitment", "C", "commitment"),
    ("Owner Cost", "OC", "owner_cost"),
    ("Professional Services", "SVC", "professional_services"),
    ("Other", "O", "other"),
)
BASE_TYPES = tuple(base_type for _, _, base_type in DEFAULT_TYPES)
STAGE_CATEGORIES = (
    "pre_construction", "course_of_construction", "post_construction", "completed", "not_awarded", "canceled",
)  # fmt: skip
# The built-in stages of older companies, without a category.
DEFAULT_STAGES = ((1, "Bidding"), (2, "Pre-Construction"), (3, "Course of Construction"), (5, "Post-Construction"))
LARGEST_RATE = 100
OFFICE = ("name", "address", "city", "state_code", "country_code", "zip", "phone", "fax", "division")
PROGRAM = ("name", "address_freeform", "website", "zip")
# (category, units) of a new company; lines carry the unit by its name. The selection is unverified.
DEFAULT_UNITS = (
    ("Amount", ("ls", "ea", "%")),
    ("Area", ("sf", "sy", "acre")),
    ("Length", ("lf", "ft", "yd", "mile")),
    ("Time", ("hours", "days", "weeks", "months", "years")),
    ("Volume", ("cf", "cy", "gal")),
    ("Weight", ("lb", "ton")),
)
UNIT_CATEGORY_IDS = {number: category for number, (category, _) in enumerate(DEFAULT_UNITS, start=1)}

Shape = Callable[[Row], dict[str, Any]]
Write = Callable[[Row, dict[str, Any]], None]
Check = Callable[[Tables, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list. `delete_status` is None where records cannot be deleted."""

    key: str
    required: str
    shape: Shape
    write: Write
    empty: dict[str, Any]
    check: Check | None = None
    check_change: Callable[[Row], None] | None = None
    shape_listed: Shape | None = None
    resource_name: str | None = None
    largest: int = 2000
    has_origin: bool = False
    has_sync: bool = False
    delete_status: int | None = 200
    can_change: bool = True
    in_company_path: bool = False


def _shape_by(*names: str) -> Shape:
    return lambda row: {name: row[name] for name in names}


def _write_texts(*names: str) -> Write:
    return lambda row, attributes: take_texts(row, attributes, names)


def shape_type(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("id", "name", "code", "base_type", "origin_id", "origin_data")}


def _write_type(row: Row, attributes: dict[str, Any]) -> None:
    # Read as `code`, written as `csv_import_code`.
    take_texts(row, attributes, ("name",))
    renamed = {"code": attributes["csv_import_code"]} if "csv_import_code" in attributes else {}
    take_texts(row, renamed, ("code",), empty=None)
    take_texts(row, attributes, ("base_type",), empty=None)


def _check_type(tables: Tables, attributes: dict[str, Any]) -> None:
    if attributes.get("base_type") not in (None, *BASE_TYPES):
        raise refuse_fields(base_type=["is not included in the list"])


def shape_tax_code(row: Row) -> dict[str, Any]:
    """`rate1` is percent and a number: 8.0 is 8 %."""
    names = ("id", "code", "description", "archived", "default_tax_code", "origin_id", "origin_data")
    return {**{name: row[name] for name in names}, "rate1": Decimal(row["rate1"])}


def _write_tax_code(row: Row, attributes: dict[str, Any]) -> None:
    take_texts(row, attributes, ("code", "description"))
    take_flags(row, attributes, ("archived", "default_tax_code"))
    rate = read_decimal(attributes.get("rate1"))
    row["rate1"] = row["rate1"] if rate is None else f"{rate:f}"


def _check_tax_code(tables: Tables, attributes: dict[str, Any]) -> None:
    """That a rate over 100 % is refused is unverified."""
    if attributes.get("rate1") is None:
        return
    rate = read_decimal(attributes["rate1"])
    if rate is None:
        raise refuse_fields(rate1=["is not a number"])
    if not 0 <= rate <= LARGEST_RATE:
        raise refuse_fields(rate1=[f"must be between 0 and {LARGEST_RATE}"])


def _shape_office(row: Row) -> dict[str, Any]:
    return {"id": row["id"], **{name: row[name] for name in OFFICE}, "logo": None}


def _shape_program(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        **{name: row[name] for name in PROGRAM},
        "longitude": None,
        "latitude": None,
        "projects": [],
    }


def _shape_listed_program(row: Row) -> dict[str, Any]:
    empty = ("photo_prostore_file_id", "logo_prostore_file_id", "photo_prostore_file_url", "logo_prostore_file_url")
    names = ("id", "name", "address_freeform", "website")
    return {**{name: row[name] for name in names}, **dict.fromkeys(empty), "project_count": 0}


def _shape_stage(row: Row) -> dict[str, Any]:
    names = ("id", "name", "is_bidding_stage", "category", "readonly")
    flags = ("is_concept_stage", "default_stage", "hideable", "has_rfi_prefixes", "project_stage_has_children")
    return {**{name: row[name] for name in names}, **dict.fromkeys(flags, False)}


def _write_stage(row: Row, attributes: dict[str, Any]) -> None:
    take_texts(row, attributes, ("name",))
    take_texts(row, attributes, ("category",), empty=None)
    take_flags(row, attributes, ("is_bidding_stage",))


def _check_stage(tables: Tables, attributes: dict[str, Any]) -> None:
    if attributes.get("category") not in (None, *STAGE_CATEGORIES):
        raise refuse_fields(category=["is not included in the list"])


def _check_stage_change(row: Row) -> None:
    # Unverified: which words a built-in stage is refused with.
    if row["readonly"]:
        raise refuse_state("Default project stages cannot be changed")


def _shape_unit(row: Row) -> dict[str, Any]:
    names = ("id", "is_standard", "name", "description")
    category = UNIT_CATEGORY_IDS.get(row["uom_category_id"])
    return {**{name: row[name] for name in names}, "uom_category": {"id": row["uom_category_id"], "name": category}}


def _write_unit(row: Row, attributes: dict[str, Any]) -> None:
    take_texts(row, attributes, ("name",))
    if "uom_category_id" in attributes:
        row["uom_category_id"] = read_number(attributes["uom_category_id"])


def _check_unit(tables: Tables, attributes: dict[str, Any]) -> None:
    if "uom_category_id" in attributes and read_number(attributes["uom_category_id"]) not in UNIT_CATEGORY_IDS:
        raise refuse_fields(uom_category_id=["is invalid"])


def _check_unit_change(row: Row) -> None:
    if row["is_standard"]:
        raise refuse_state("Standard units of measure cannot be changed")


def _write_trade(row: Row, attributes: dict[str, Any]) -> None:
    take_texts(row, attributes, ("name",))
    take_flags(row, attributes, ("active",))


def _make_named(key: str, resource_name: str) -> CodeList:
    """A list of bare names."""
    return CodeList(
        key,
        "name",
        _shape_by("id", "name"),
        _write_texts("name"),
        {"name": ""},
        resource_name=resource_name,
        in_company_path=True,
    )


CODE_LISTS = {
    "line_item_types": CodeList(
        "line_item_type",
        "name",
        shape_type,
        _write_type,
        {"name": "", "code": None, "base_type": None},
        check=_check_type,
        resource_name="Line Item Types",
        has_origin=True,
        has_sync=True,
        delete_status=None,
    ),
    "tax_codes": CodeList(
        "tax_code",
        "code",
        shape_tax_code,
        _write_tax_code,
        {"code": "", "description": "", "rate1": "0", "archived": False, "default_tax_code": False},
        check=_check_tax_code,
        largest=100,
        has_origin=True,
        has_sync=True,
        delete_status=None,
    ),
    "tax_types": CodeList(
        "tax_type",
        "name",
        _shape_by("id", "name", "description", "origin_id", "origin_data"),
        _write_texts("name", "description"),
        {"name": "", "description": ""},
        has_origin=True,
        has_sync=True,
    ),
    "departments": CodeList(
        "department",
        "name",
        _shape_by("id", "name", "origin_id", "origin_data"),
        _write_texts("name"),
        {"name": ""},
        resource_name="Departments",
        has_origin=True,
    ),
    "offices": CodeList(
        "office",
        "name",
        _shape_office,
        _write_texts(*OFFICE),
        dict.fromkeys(OFFICE, ""),
        resource_name="Offices",
    ),
    "programs": CodeList(
        "program",
        "name",
        _shape_program,
        _write_texts(*PROGRAM),
        dict.fromkeys(PROGRAM, ""),
        shape_listed=_shape_listed_program,
        resource_name="Programs",
        in_company_path=True,
    ),
    "project_stages": CodeList(
        "project_stage",
        "name",
        _shape_stage,
        _write_stage,
        {"name": "", "is_bidding_stage": False, "category": None, "readonly": False},
        check=_check_stage,
        check_change=_check_stage_change,
        resource_name="Project Stages",
        in_company_path=True,
    ),
    "project_types": _make_named("project_type", "Project Types"),
    "project_regions": _make_named("project_region", "Project Regions"),
    "project_bid_types": _make_named("project_bid_type", "Project Bid Types"),
    "project_owner_types": _make_named("project_owner_type", "Project Owner Types"),
    "trades": CodeList(
        "trade",
        "name",
        _shape_by("id", "name", "active", "updated_at"),
        _write_trade,
        {"name": "", "active": True, "updated_at": None},
        resource_name="Trades",
        delete_status=None,
        can_change=False,
        in_company_path=True,
    ),
    "uoms": CodeList(
        "uom",
        "name",
        _shape_unit,
        _write_unit,
        {"is_standard": False, "name": "", "description": "", "uom_category_id": 1},
        check=_check_unit,
        check_change=_check_unit_change,
        has_sync=True,
        delete_status=204,
        in_company_path=True,
    ),
}
