"""The memo: the firm's text, what must be said of the document, and our mark whole at the end."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.procore.records_costs import OUR_MARK
from mapping.defaults import BILL_MEMO, COST_MEMO, OWNER_MEMO, Choice, DefaultKind, Defaults
from sync.flows._memos import LONGEST_TEXT, join_memo, make_text, tell_period

VALUES = {
    "project": "Lofts",
    "contract": "SC-2417-014",
    "number": "3",
    "period": "1 Feb 2026 to 28 Feb 2026",
    "vendor": "Aspen Roofing",
    "owner": "City of Golden",
    "description": "Pipe",
    "type": "Invoice",
}
MARK = "Smoothx 0123456789"


def text(kind: DefaultKind, template: str | None = None) -> str:
    chosen = {kind.key: Choice(template, template)} if template is not None else {}
    return make_text(kind, Defaults(chosen), VALUES)


@pytest.mark.parametrize(
    ("kind", "template", "expected"),
    [
        (BILL_MEMO, None, "SC-2417-014, invoice 3."),
        (OWNER_MEMO, None, "SC-2417-014, invoice 3."),
        (COST_MEMO, None, "Pipe."),
        (BILL_MEMO, "{project} / {vendor} / {period}", "Lofts / Aspen Roofing / 1 Feb 2026 to 28 Feb 2026"),
        (OWNER_MEMO, "{owner} {number}", "City of Golden 3"),
        (COST_MEMO, "{type} {number} of {vendor}", "Invoice 3 of Aspen Roofing"),
        # A token that another version of the product knew leaves nothing behind.
        (BILL_MEMO, "{claim}{number}", "3"),
    ],
)
def test_the_text_is_the_firms_and_without_one_as_it_always_was(
    kind: DefaultKind, template: str | None, expected: str
) -> None:
    assert text(kind, template) == expected


@given(st.text(max_size=300), st.text(max_size=2000), st.sampled_from(["", " Dated 14 Mar 2026."]))
def test_the_mark_stays_whole_and_last_whatever_the_text(template: str, contract: str, told: str) -> None:
    chosen = Defaults({BILL_MEMO.key: Choice(template, template)})
    made = make_text(BILL_MEMO, chosen, {**VALUES, "contract": contract})
    memo = join_memo(made, told, MARK)
    assert len(made) <= LONGEST_TEXT
    assert memo.endswith(MARK)
    assert OUR_MARK.search(memo[-len(MARK) :]) is not None


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2026, 2, 1), date(2026, 2, 28), "1 Feb 2026 to 28 Feb 2026"),
        (None, date(2026, 2, 28), "28 Feb 2026"),
        (date(2026, 2, 1), date(2026, 2, 1), "1 Feb 2026"),
        (None, None, ""),
    ],
)
def test_the_period_is_told_as_far_as_it_is_known(first: date | None, last: date | None, told: str) -> None:
    assert tell_period(first, last) == told
