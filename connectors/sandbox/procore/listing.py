"""Lists as v1 serves them: filters in the query, pages in the headers, a bare array in the body."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from werkzeug.wrappers import Request, Response

from connectors.sandbox.procore.errors import refuse_request
from connectors.sandbox.procore.tables import Row, read_number
from connectors.sandbox.procore.values import read_moment, write_stamp
from connectors.sandbox.wire import json_response

DEFAULT_PAGE = 100
# The guides recommend no more than this in v1; whether the servers clamp or refuse beyond it is unverified.
LARGEST_PAGE = 2000

Test = Callable[[Row], bool]
Filter = Callable[[list[str]], Test]

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def list_values(request: Request, name: str) -> list[str]:
    """The values of `filters[name]`, given plain, with [] or as a JSON or comma list: all are seen in the wild.

    So are quotes around one, which the guide shows with the backslashes of a shell.
    """
    values: list[str] = []
    for key in (f"filters[{name}]", f"filters[{name}][]"):
        for text in request.args.getlist(key):
            values += [part.strip(' \\"') for part in text.strip().removeprefix("[").removesuffix("]").split(",")]
    return [value for value in values if value]


def read_view(request: Request, views: Collection[str], default: str = "default") -> str:
    """The `view` of the query. Whether an unknown one falls back or is refused differs (unverified); refusing shows
    the mistake.
    """
    view = request.args.get("view", default)
    if view not in views:
        raise refuse_request(f"view does not have a valid value: {view}")
    return view


def by_number(field: str) -> Filter:
    def build(values: list[str]) -> Test:
        wanted = {read_number(value) for value in values} - {None}
        return lambda row: row[field] in wanted

    return build


def by_text(field: str) -> Filter:
    def build(values: list[str]) -> Test:
        wanted = set(values)
        return lambda row: row[field] in wanted

    return build


def by_any(field: str) -> Filter:
    """For a field that holds a list of ids."""

    def build(values: list[str]) -> Test:
        wanted = {read_number(value) for value in values} - {None}
        return lambda row: bool(wanted.intersection(row[field]))

    return build


def by_flag(field: str) -> Filter:
    def build(values: list[str]) -> Test:
        return lambda row: bool(row[field]) == is_true(values[0])

    return build


def is_true(value: Any) -> bool:
    """A boolean as requests write it."""
    return value in (True, 1) or (isinstance(value, str) and value.strip().lower() in ("true", "1"))


def by_date(field: str) -> Filter:
    """As `by_range`, for a field that holds a plain date, or of a time no more than its day counts."""

    def build(values: list[str]) -> Test:
        first, last = read_range(values[0])
        return lambda row: row.get(field) is not None and first[:10] <= row[field][:10] <= last[:10]

    return build


def by_range(field: str) -> Filter:
    """`A...B` of dates or times. Unverified whether the ends count; here both do, so polls that touch lose nothing."""

    def build(values: list[str]) -> Test:
        first, last = read_range(values[0])
        return lambda row: row[field] is not None and first <= row[field] <= last

    return build


def read_range(text: str) -> tuple[str, str]:
    """Both ends as the stamps records carry. Refuses anything else than two ends with three dots between."""
    ends = text.split("...")
    if len(ends) != 2:
        raise refuse_request(f"invalid range {text!r}")
    return _read_end(ends[0], "00:00:00"), _read_end(ends[1], "23:59:59")


def _read_end(text: str, time: str) -> str:
    if _DAY.fullmatch(text):
        return f"{text}T{time}Z"
    moment = read_moment(text)
    if moment is None:
        raise refuse_request(f"invalid date or time {text!r}")
    return write_stamp(moment)


def filter_rows(request: Request, rows: Iterable[Row], filters: Mapping[str, Filter]) -> list[Row]:
    """Rows that pass every filter in the query. Filters that the endpoint does not know are ignored (unverified)."""
    kept = list(rows)
    for name, build in filters.items():
        values = list_values(request, name)
        if values:
            test = build(values)
            kept = [row for row in kept if test(row)]
    return kept


def sort_rows(request: Request, rows: list[Row], fields: Mapping[str, str]) -> list[Row]:
    """`sort=name,-name`; a field the endpoint does not sort by is ignored."""
    for name in reversed(request.args.get("sort", "").split(",")):
        field = fields.get(name.removeprefix("-"))
        if field:
            rows = sorted(rows, key=lambda row: str(row[field]).lower(), reverse=name.startswith("-"))
    return rows


def answer_page(
    request: Request,
    rows: Sequence[Any],
    shape: Callable[[Any], Any],
    *,
    default: int = DEFAULT_PAGE,
    largest: int = LARGEST_PAGE,
) -> Response:
    """One page of `rows`, only its own rows shaped, with Total, Per-Page and Link."""
    page, headers = cut_page(request, rows, default=default, largest=largest)
    response = json_response([shape(row) for row in page])
    response.headers.extend(headers)
    return response


def answer_v2_page(request: Request, rows: Sequence[Any], shape: Callable[[Any], Any]) -> Response:
    """One page as v2 serves it: the rows under `data`, ten of them unless more are asked for, never over a hundred."""
    page, headers = cut_page(request, rows, default=10, largest=100)
    response = json_response({"data": [shape(row) for row in page]})
    response.headers.extend(headers)
    return response


def cut_page(
    request: Request, rows: Sequence[Any], *, default: int = DEFAULT_PAGE, largest: int = LARGEST_PAGE
) -> tuple[Sequence[Any], dict[str, str]]:
    """The rows of the page that was asked for, and the headers that go with it."""
    number = max(_read_count(request, "page", 1), 1)
    size = min(max(_read_count(request, "per_page", default), 1), largest)
    headers = {"Total": str(len(rows)), "Per-Page": str(size)}
    link = _write_link(request, number, size, -(-len(rows) // size))
    if link:
        headers["Link"] = link
    return rows[(number - 1) * size : number * size], headers


def _read_count(request: Request, name: str, default: int) -> int:
    number = read_number(request.args.get(name, ""))
    return default if number is None else number


def _write_link(request: Request, number: int, size: int, last: int) -> str:
    targets = []
    if number > 1:
        targets.append(("first", 1))
    if number > 2:
        targets.append(("prev", number - 1))
    if number < last:
        targets += [("next", number + 1), ("last", last)]
    query = [(name, text) for name, text in request.args.items(multi=True) if name not in ("page", "per_page")]
    return ", ".join(
        f'<{request.base_url}?{urlencode([*query, ("page", page), ("per_page", size)])}>; rel="{relation}"'
        for relation, page in targets
    )
