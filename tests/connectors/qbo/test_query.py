from __future__ import annotations

import pytest

from connectors.qbo.query import Match, NotQueryable, literal, match, one_of, safe_prefix, select


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Smith", "'Smith'"),
        ("Amy's Bird Sanctuary", "'Amy\\'s Bird Sanctuary'"),
        ("Müller & Söhne", "'Müller & Söhne'"),
        ('3" pipe', "'3\" pipe'"),
        ("", "''"),
    ],
)
def test_text_is_quoted_and_its_apostrophes_escaped(text: str, quoted: str) -> None:
    assert literal(text) == quoted


@pytest.mark.parametrize("text", ["O\u2019Brien", "A\u2013B", "back\\slash", "two\nlines", "Łódź"])
def test_what_the_lexer_cannot_take_is_no_literal(text: str) -> None:
    with pytest.raises(NotQueryable):
        literal(text)


def test_a_match_is_exact_where_the_language_allows() -> None:
    assert match("DocNumber", "INV-7") == Match("DocNumber = 'INV-7'", is_exact=True)
    assert match("DisplayName", "Dan's O\u2019Brien") == Match("DisplayName LIKE 'Dan\\'s O%'", is_exact=False)
    assert match("DisplayName", "\u2019s") == Match("", is_exact=False)


def test_the_safe_prefix_ends_before_the_first_doubtful_mark() -> None:
    assert safe_prefix("plain") == "plain"
    assert safe_prefix("A\\B") == "A"


def test_statements() -> None:
    assert select("Bill") == "SELECT * FROM Bill ORDERBY Id STARTPOSITION 1 MAXRESULTS 1000"
    assert select("Vendor", ["", "Active = true", "Id = '3'"], start=1001) == (
        "SELECT * FROM Vendor WHERE Active = true AND Id = '3' ORDERBY Id STARTPOSITION 1001 MAXRESULTS 1000"
    )
    assert one_of("Id", ["1", "2"]) == "Id IN ('1', '2')"
