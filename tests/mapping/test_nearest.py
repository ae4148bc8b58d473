from __future__ import annotations

from typing import Any

import pytest

from connectors.qbo import resources as qbo
from mapping.automap import nearest
from mapping.automap.nearest import nearest_rows
from mapping.models import RemoteItem
from tests.mapping.factories import make_company, make_vendor

pytestmark = pytest.mark.usefixtures("scope")


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of more than three rows count as long."""
    monkeypatch.setattr(nearest, "MOST", 3)


def near(own: RemoteItem) -> list[str]:
    return [row.name for row in nearest_rows(own, RemoteItem.objects.filter(resource=qbo.VENDORS.key))]


def test_a_short_list_is_handed_on_whole() -> None:
    for name in ("Aspen", "Basin", "Cedar"):
        make_vendor(name)
    assert sorted(near(make_company("Zebra"))) == ["Aspen", "Basin", "Cedar"]


def test_of_a_long_list_what_shares_most_comes_first() -> None:
    for number in range(8):
        make_vendor(f"Unlike {number}")
    make_vendor("Rocky Mountain Fire Protection LLC")
    make_vendor("Rocky Beach")
    assert near(make_company("Rocky Mountain Fire")) == ["Rocky Mountain Fire Protection LLC", "Rocky Beach"]


@pytest.mark.parametrize(
    ("own", "other"),
    [
        ({"name": "RMFP", "phone": "303 555 0119"}, {"name": "Mountain Fire", "phone": "(303) 555-0119"}),
        ({"name": "RMFP", "email": "AP@rmfp.example"}, {"name": "Mountain Fire", "email": "ap@rmfp.example"}),
        ({"name": "Permits", "code": "5100"}, {"name": "Fees", "code": "5100"}),
        ({"name": "Electric Smith"}, {"name": "Smith Electrical"}),
    ],
)
def test_a_word_a_code_or_a_contact_is_enough(own: dict[str, Any], other: dict[str, Any]) -> None:
    for number in range(8):
        make_vendor(f"Unlike {number}")
    make_vendor(**other)
    assert near(make_company(**own)) == [other["name"]]


def test_nothing_in_common_is_nothing_near() -> None:
    for number in range(8):
        make_vendor(f"Unlike {number}")
    assert near(make_company("Zebra")) == []
