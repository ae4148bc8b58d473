"""What the preview of a payroll file says of the names in it that nobody knows."""

from __future__ import annotations

import pytest

from mapping.maps import CodeRef
from sync.models import PayrollRow
from sync.payroll.checking import Verdict, tell_misses
from sync.payroll.names import Codes, People

CODES = Codes([CodeRef("c1", "03-300", "Cast-in-place concrete")], "Procore Payroll Code is used, Supervision.")
PEOPLE = People(frozenset({"rosa alvarez"}))


@pytest.mark.parametrize(
    ("employee", "code", "reasons"),
    [
        ("Rosa Alvarez", "03-300", []),
        ("Alvarez, Rosa", "03-300 - cast-in-place Concrete", []),
        ("", "03-300 Cast-in-place concrete", []),
        ("Rosa Alvarez", "", ["It names no cost code, so Procore Payroll Code is used, Supervision."]),
        (
            "Nobody",
            "03-3",
            [
                "Nobody is no employee we know, so the cost names them in words.",
                "03-3 is no cost code we know, so Procore Payroll Code is used, Supervision.",
            ],
        ),
    ],
)
def test_a_row_says_what_it_takes_instead(employee: str, code: str, reasons: list[str]) -> None:
    for verdict in Verdict:
        row = PayrollRow(employee=employee, code=code, verdict=verdict)
        tell_misses([row], PEOPLE, CODES)
        assert row.reasons == (reasons if verdict in (Verdict.NEW, Verdict.CHANGES) else [])
