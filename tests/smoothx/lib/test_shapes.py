from __future__ import annotations

import pytest

from smoothx.lib.shapes import Page, turn_page


@pytest.mark.parametrize(
    ("number", "total", "expected"),
    [
        (1, 0, (0, 0, "", "")),
        (1, 10, (1, 10, "", "")),
        (1, 11, (1, 10, "", "p2")),
        (2, 11, (11, 11, "p1", "")),
        (2, 25, (11, 20, "p1", "p3")),
        (99, 25, (21, 25, "p2", "")),
        (0, 25, (1, 10, "", "p2")),
    ],
)
def test_a_page_knows_its_rows_and_its_neighbours(
    number: int, total: int, expected: tuple[int, int, str, str]
) -> None:
    page, shown = turn_page(number, size=10, total=total, url_of=lambda wanted: f"p{wanted}")
    first, last, previous_url, next_url = expected
    assert page == Page(first=first, last=last, total=total, previous_url=previous_url, next_url=next_url)
    assert [row + 1 for row in range(total)][shown] == list(range(max(first, 1), last + 1))
