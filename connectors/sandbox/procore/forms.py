"""Bodies of multipart/form-data: names like `contract_payment[amount]` become nested attributes."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Request

from connectors.sandbox.procore.errors import refuse_request

FORM_TYPES = ("multipart/form-data", "application/x-www-form-urlencoded")
MOST_PARTS = 8
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def is_form(request: Request) -> bool:
    return request.mimetype in FORM_TYPES


def read_form(request: Request) -> dict[str, Any]:
    """The fields of a form as the JSON body they stand for; every value is text. Raises Refused."""
    body: dict[str, Any] = {}
    for name, value in request.form.items(multi=True):
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        parts = [match[1], *_PART.findall(match[2])]
        if len(parts) > MOST_PARTS:
            raise refuse_request("There was a problem in the form you submitted")
        _put(body, parts, value)
    return body


def list_files(request: Request) -> list[FileStorage]:
    """The files of a form, sent as `attachments[]` beside the other fields."""
    if not is_form(request):
        return []
    return [file for name, file in request.files.items(multi=True) if name.startswith("attachment")]


def _put(place: dict[str, Any], parts: list[str], value: str) -> None:
    """Set `value` under the path of `parts`. An empty part is a list of values, or of objects.

    Values of the same name come together, so each goes to the first object without the name: all objects of a list
    need the same names.
    """
    name, rest = parts[0], parts[1:]
    if not rest:
        place[name] = value
        return
    if rest[0]:
        inner = place.setdefault(name, {})
        if not isinstance(inner, dict):
            raise refuse_request(f"expected Hash for param `{name}'")
        _put(inner, rest, value)
        return
    rows = place.setdefault(name, [])
    if not isinstance(rows, list):
        raise refuse_request(f"expected Array for param `{name}'")
    if len(rest) == 1:
        rows.append(value)
        return
    row = next((row for row in rows if isinstance(row, dict) and rest[1] not in row), None)
    if row is None:
        row = {}
        rows.append(row)
    _put(row, rest[1:], value)
