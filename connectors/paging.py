"""Reading a list to its end: page after page until the vendor says there is no more, never until a limit of ours."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.errors import Rejected
from connectors.transport import Response

Row = dict[str, Any]
Rows = list[Row]

_NEXT = re.compile(r'rel="?next"?')


@dataclass(frozen=True, slots=True)
class Page:
    """`total` is the length of the whole list where the vendor tells it."""

    rows: Rows
    has_next: bool
    total: int | None = None


def iterate_pages(fetch: Callable[[int], Page]) -> Iterator[Page]:
    """The pages from number 1 on. Raises Rejected when a page comes twice: then the list has no end we could reach."""
    number, page = 1, fetch(1)
    yield page
    while page.has_next:
        number += 1
        following = fetch(number)
        if following.rows == page.rows:
            message = f"page {number} of a list is the same as the page before"
            raise Rejected(message)
        page = following
        yield page


def read_header_page(response: Response, *, number: int, asked_size: int) -> Page:
    """A page of a list that is paged in its headers: Link, else Total, else whether the page is full.

    A server may cut the asked page size, then Per-Page holds what it gave.
    """
    rows = response.json
    if not isinstance(rows, list):
        message = "a list was asked for and something else came"
        raise Rejected(message, **response.facts)
    total = _number(response, "Total")
    size = _number(response, "Per-Page") or asked_size
    if "Link" in response.headers:
        return Page(rows, bool(_NEXT.search(response.headers["Link"])), total)
    if total is not None:
        return Page(rows, number * size < total, total)
    return Page(rows, len(rows) == asked_size)


def _number(response: Response, name: str) -> int | None:
    text = response.headers.get(name, "").strip()
    return int(text) if text.isdigit() else None
