"""Pages of a list in order of time that goes on changing: each begins behind the last row of the one before."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from smoothx.api.absolute import absolute
from smoothx.api.errors import BadFilter
from smoothx.lib.dates import parse_instant

_PLACE = re.compile(r"(?P<at>[0-9T:.+-]{19,40}),(?P<id>[1-9][0-9]{0,17})")
Place = tuple[datetime, int]


def read_places(rows: QuerySet[Any], column: str, *, cursor: str | None, limit: int) -> tuple[list[int], str]:
    """The ids of a page in order of `column`, and the cursor of the next one, "" at the end. Raises BadFilter."""
    if cursor is not None:
        at, row_id = read_cursor(cursor)
        # The first condition is what an index is read from, the second parts rows of one moment.
        rows = rows.filter(Q(**{f"{column}__gt": at}) | Q(pk__gt=row_id), **{f"{column}__gte": at})
    found: list[Place] = list(rows.order_by(column, "pk").values_list(column, "pk")[: limit + 1])
    shown = found[:limit]
    return [row_id for _, row_id in shown], write_cursor(shown[-1]) if len(found) > limit else ""


def write_cursor(place: Place) -> str:
    """Opaque to whoever asks."""
    text = f"{place[0].isoformat()},{place[1]}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(text: str) -> Place:
    """Raises BadFilter for what `write_cursor` did not write."""
    try:
        place = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        match = _PLACE.fullmatch(place)
        at = parse_instant(match["at"]) if match else None
    except ValueError:
        match = at = None
    if match is None or at is None:
        message = "cursor cannot be read. Take it over from next of the page before."
        raise BadFilter(message)
    return at, int(match["id"])


def next_url(path: str, asked: Mapping[str, Any], cursor: str) -> str | None:
    """The address of the next page, with all that was asked for; None at the end."""
    if not cursor:
        return None
    kept = {
        name: value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
        for name, value in asked.items()
        if value is not None
    }
    return absolute(f"{path}?{urlencode({**kept, 'cursor': cursor})}")
