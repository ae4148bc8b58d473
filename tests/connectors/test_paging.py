from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.errors import Rejected
from connectors.paging import Page, iterate_pages, read_header_page
from connectors.transport import Response


def page(rows: list[Any], **headers: str) -> Page:
    names = {"total": "Total", "per_page": "Per-Page", "link": "Link"}
    response = Response(200, {names[name]: text for name, text in headers.items()}, json.dumps(rows))
    return read_header_page(response, number=2, asked_size=3)


def test_the_link_decides_where_there_is_one() -> None:
    assert page([1], link='<https://x?page=3>; rel="next", <https://x?page=9>; rel="last"', total="1").has_next
    assert not page([1, 2, 3], link='<https://x?page=1>; rel="first"', total="99").has_next


def test_else_the_total_with_the_size_the_server_gave() -> None:
    assert page([1, 2, 3], total="7").has_next
    assert not page([1, 2, 3], total="6").has_next
    assert page([1, 2], total="6", per_page="2").has_next
    assert page([1, 2], total="6").total == 6


def test_else_a_full_page_means_more() -> None:
    assert page([1, 2, 3]).has_next
    assert not page([1, 2]).has_next
    assert not page([1, 2, 3, 4]).has_next


def test_pages_are_read_to_the_end() -> None:
    pages = {1: Page([{"id": 1}], True), 2: Page([{"id": 2}], True), 3: Page([], False)}
    assert [each.rows for each in iterate_pages(pages.__getitem__)] == [[{"id": 1}], [{"id": 2}], []]


def test_a_page_that_comes_twice_ends_in_an_error() -> None:
    with pytest.raises(Rejected, match="same as the page before"):
        list(iterate_pages(lambda number: Page([{"id": 1}], True)))


def test_something_else_than_a_list_is_refused() -> None:
    with pytest.raises(Rejected, match="list was asked"):
        read_header_page(Response(200, {}, '{"data": []}'), number=1, asked_size=3)
