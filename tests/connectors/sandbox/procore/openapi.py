"""Checks an answer of the sandbox against the response schemas of Procore's published API description.

The description says nothing of null, and real answers carry it in almost every member, so null passes everywhere.
Members that the description does not name pass too: recorded bodies carry many of them. Where recordings contradict
the description, `DEVIATIONS` says where and why.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

FOLDER = Path(__file__).resolve().parents[3] / "wire" / "procore" / "openapi"
PARAMETER = re.compile(r"\{[^}]+\}")
IDENTIFIER = re.compile(r"/\d+(?=/|$)")
# (operation, place of the value in the answer, why the answer is right), the first two as regular expressions.
DEVIATIONS: tuple[tuple[str, str, str], ...] = (
    (
        "GET /rest/v1.1/requisitions 200",
        r"\*/items/\*/(taxes|previous_progress_id|uom)",
        "the list leaves these open, the show of the same invoice says what they are",
    ),
    (
        "GET /rest/v2.0/.*/commitment_contracts/.*/line_items 200",
        r"data/\*/(wbs_code/.*|quantity)",
        "the list leaves the budget code open, the show does not; recorded quantities are text",
    ),
    (
        "/rest/v2.0/.*/commitment_contracts/.*/line_items.* 200",
        r"data(/\*)?/quantity",
        "recorded quantities are text",
    ),
    (
        "/rest/v1.0/purchase_order_contracts.* 20[01]",
        "attachments",
        "a list, as for subcontracts; the description has the object of one",
    ),
    ("/people.* 20[01]", r"(\*/)?user_uuid", "recorded as a UUID; the description has an integer"),
    (" 20[01]$", r".*base_type", "labor is recorded; the description forgets it in answers"),
    ("PATCH .*/timesheets/update_approval 200", "", "the guide's own example is a list of sheets"),
    (
        "/rest/v2.0/.*/webhooks/.* 200",
        r"data/\*/(actions|payload)/.*",
        "the description is cut short there and calls the texts objects",
    ),
    ("/sync 200", r"errors/.*", "a refused row comes back with what was sent, right or wrong"),
    ("GET .*/(commitment|prime)_change_orders 200", "", "a list; the description has one row of it"),
    (
        "_contracts/{id} 200",
        r"change_order_requests/\*",
        "a list of change orders; the description has a list of lists there and nowhere else",
    ),
    ("GET .*/users/{id} 200", "", "the list of inactive users, which the newer versions do not describe"),
    (
        "GET .*/companies/{company_id}/timecard_entries 200",
        r"\*",
        "the view ids_only has ids instead of entries",
    ),
    ("POST .*/timecard_entries 201", "lunch_time", "recorded as minutes; the description has text"),
    (
        "/rest/v2.0/.*/(commitment_change_orders|prime_contracts)/.*/line_items.* 200",
        r"data/(\*/)?(wbs_code/.*|quantity)",
        "as with commitment contracts: the budget code is left open, recorded quantities are text",
    ),
    (
        "PATCH /rest/v1.0/change_order_requests/sync 200",
        r"entities/\*/(contract|currency_configuration)/.*",
        "the description is cut short there and calls the texts objects",
    ),
    (
        "GET /rest/v2.0/.*/webhooks/hooks 200",
        r"data/\*/destination_headers/Authorization",
        "the description is cut short there and calls the text an object",
    ),
)


def list_schema_problems(method: str, path: str, status: int, body: Any) -> list[str]:
    """What is wrong with `body`; `path` is a template or a real path. Raises LookupError for an unknown operation."""
    operation = find_operation(method, path, status)
    if operation is None:
        raise LookupError(f"the description has no {method} {path} {status}")
    problems = []
    for outer in _make_validator(operation).iter_errors(body):
        error = best_match([outer]) or outer
        place = "/".join("*" if isinstance(part, int) else str(part) for part in error.absolute_path)
        if not _is_deviation(operation, place):
            problems.append(f"{operation}: {place}: {error.message[:200]}")
    return problems


def list_absent_members(method: str, path: str, status: int, body: Any) -> list[str]:
    """Members that the description names and `body` lacks; where it offers several views nothing is asked."""
    operation = find_operation(method, path, status)
    if operation is None:
        raise LookupError(f"the description has no {method} {path} {status}")
    return sorted(set(_list_absent(_load("operations")[operation], body, "")))


def find_operation(method: str, path: str, status: int) -> str | None:
    """The key of the operation a call belongs to; a literal segment wins over a parameter."""
    return _find_plain(method, IDENTIFIER.sub("/{}", PARAMETER.sub("{}", path.partition("?")[0])), status)


@cache
def _find_plain(method: str, plain: str, status: int) -> str | None:
    found = [
        operation
        for expression, _, operation in _index_operations()
        if operation.startswith(f"{method} ") and operation.endswith(f" {status}") and expression.fullmatch(plain)
    ]
    return found[0] if found else None


@cache
def _load(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


@cache
def _index_operations() -> list[tuple[re.Pattern[str], int, str]]:
    rows = []
    for operation in _load("operations"):
        path = operation.split(" ")[1]
        expression = "[^/]+".join(map(re.escape, PARAMETER.split(path)))
        rows.append((re.compile(expression), len(PARAMETER.findall(path)), operation))
    return sorted(rows, key=lambda row: row[1])


@cache
def _make_validator(operation: str) -> Draft202012Validator:
    schema = {"allOf": [_allow_null(_load("operations")[operation])], "$defs": _load_definitions()}
    return Draft202012Validator(schema)


@cache
def _load_definitions() -> dict[str, Any]:
    return {name: _allow_null(schema) for name, schema in _load("schemas").items()}


def _allow_null(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_allow_null(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {}
    for name, value in schema.items():
        if name == "properties":
            changed[name] = {member: _allow_null(part) for member, part in value.items()}
        elif name == "type" and value == "any":
            continue
        elif name == "type" and isinstance(value, str):
            changed[name] = [value, "null"]
        elif name == "enum":
            changed[name] = [*value, None]
        else:
            changed[name] = _allow_null(value)
    return changed


def _is_deviation(operation: str, place: str) -> bool:
    return any(re.search(which, operation) and re.fullmatch(where, place) for which, where, _ in DEVIATIONS)


def _list_absent(schema: dict[str, Any], value: Any, place: str) -> list[str]:
    if "$ref" in schema:
        schema = _load("schemas")[schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        items = schema.get("items", {})
        return [line for item in value[:3] for line in _list_absent(items, item, f"{place}*/")]
    if not isinstance(value, dict):
        return []
    members = schema.get("properties", {})
    absent = [f"{place}{name}" for name in members if name not in value and "%" not in name]
    return absent + [
        line
        for name, part in members.items()
        if name in value
        for line in _list_absent(part, value[name], f"{place}{name}/")
    ]
