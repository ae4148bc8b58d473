"""Sync actions: up to 1,000 rows in one PATCH, answered with 200 however many of them fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Response

from connectors.sandbox.procore.errors import Refused, refuse_fields, refuse_request
from connectors.sandbox.procore.inputs import drop_blank_origin
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.wire import json_response

LARGEST_SYNC = 1000


def answer_sync(
    updates: Any,
    rows: Iterable[Row],
    *,
    create: Callable[[dict[str, Any]], Row],
    update: Callable[[Row, dict[str, Any]], Row],
    shape: Callable[[Row], Any],
) -> Response:
    """Create or update each of `updates` among `rows`, the resource's rows in scope.

    `create` and `update` raise Refused for a bad row before they change anything; its messages go into `errors`
    beside the row's own attributes. The id finds a record first, then the origin_id; with both, the origin_id is
    changed. Neither, or an origin_id that nobody has, creates. Raises Refused 400 for the request as a whole.
    """
    if not isinstance(updates, list) or not updates:
        raise refuse_request("param is missing or the value is empty: updates")
    if len(updates) > LARGEST_SYNC:
        # The limit is published, the answer beyond it is unverified.
        raise refuse_request(f"updates cannot hold more than {LARGEST_SYNC} rows")
    by_id = {row["id"]: row for row in rows}
    by_origin = {row["origin_id"]: row for row in by_id.values() if row.get("origin_id") is not None}
    entities, errors = [], []
    for attributes in updates:
        if not isinstance(attributes, dict):
            errors.append({"errors": {"base": ["must be an object"]}})
            continue
        given = drop_blank_origin(attributes)
        try:
            found = _find(given, by_id, by_origin)
            row = create(given) if found is None else update(found, given)
        except Refused as refusal:
            errors.append({**attributes, "errors": _list_messages(refusal)})
            continue
        by_id[row["id"]] = row
        if row.get("origin_id") is not None:
            by_origin[row["origin_id"]] = row
        entities.append(shape(row))
    return json_response({"entities": entities, "errors": errors})


def _find(attributes: dict[str, Any], by_id: dict[int, Row], by_origin: dict[str, Row]) -> Row | None:
    if attributes.get("id") is not None:
        number = read_number(attributes["id"])
        found = None if number is None else by_id.get(number)
        if found is None:
            raise refuse_fields(id=["Entity with this ID not found"])
        return found
    origin_id = attributes.get("origin_id")
    return None if origin_id is None else by_origin.get(str(origin_id))


def _list_messages(refusal: Refused) -> Any:
    errors = refusal.body.get("errors") if isinstance(refusal.body, dict) else None
    return errors if isinstance(errors, dict) else {"base": [str(errors or refusal.body)]}
