"""What a document's page says above all else, where there is much to say."""

from __future__ import annotations

import pytest

from sync.pages.callouts import callouts_of
from sync.pages.frame import Frame
from tests.factories import make_entry, notice

pytestmark = pytest.mark.usefixtures("scope")


def test_of_many_reasons_alike_the_first_are_told_and_the_rest_counted() -> None:
    codes = [f"01-{number:03d}" for number in range(40)]
    alike = [notice("code_not_mapped", code, default="QB Bill Account Code") for code in codes]
    other = notice("vendor_not_mapped", "Aspen Roofing")
    shown = callouts_of(make_entry("blocked", notices=[alike[0], other, *alike[1:]]), Frame())
    assert [each.title for each in shown] == [
        *(f"Cost code {code} is not mapped and QB Bill Account Code is empty" for code in codes[:5]),
        "35 more like these",
        "Vendor Aspen Roofing is not mapped",
    ]
    rest = shown[5]
    assert rest.text == f"{', '.join(codes[5:17])} and 23 more."
    assert (rest.severity, rest.action and rest.action.url) == ("bad", "/mapping/account-codes/?tab=procore")
    few = callouts_of(make_entry("blocked", notices=alike[:5]), Frame())
    assert [each.title for each in few][-1] == "Cost code 01-004 is not mapped and QB Bill Account Code is empty"
