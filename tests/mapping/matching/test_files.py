from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from mapping.matching import files
from mapping.matching.files import FILE_KINDS, BadFile, read_rows, write_pairs
from mapping.matching.records import Candidate, Suggestion

CONTACTS = FILE_KINDS["contacts"]


def save(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


ROWS = {
    "contacts, left": (
        CONTACTS.left,
        "id,name,email,phone,address,city,state,zip\n1,Acme,a@b.example,555-0142,9 Elm,Reno,NV,00501\n",
        Candidate(
            "1", "Acme", email="a@b.example", phone="555-0142", street="9 Elm", city="Reno", state="NV", zip="00501"
        ),
    ),
    "contacts, right": (
        CONTACTS.right,
        "id,display_name,company_name,active\n1,Acme (deleted),Acme Inc,false\n",
        Candidate("1", "Acme (deleted)", other_name="Acme Inc", is_active=False),
    ),
    "employees, left": (
        FILE_KINDS["employees"].left,
        "id,first_name,last_name,email,phone,employee_id,job_title\n1,Ana,Diaz,,,007,Mason\n",
        Candidate("1", "Ana Diaz", code="007", given_name="Ana", family_name="Diaz"),
    ),
    "employees, right": (
        FILE_KINDS["employees"].right,
        "id,display_name,given_name,middle_name,family_name,suffix,employee_number\n1,Diaz Ana,Ana,B,Diaz,Jr,7\n",
        Candidate("1", "Diaz Ana", code="7", given_name="Ana", middle_name="B", family_name="Diaz", suffix="Jr"),
    ),
    "projects, left": (
        FILE_KINDS["projects"].left,
        "id,project_number,name,address\n1,21-001,School,9 Elm\n",
        Candidate("1", "School", code="21-001", street="9 Elm"),
    ),
    "projects, right": (
        FILE_KINDS["projects"].right,
        "id,display_name,fully_qualified_name\n1,School,Acme:School\n",
        Candidate("1", "School", parent="Acme"),
    ),
    "cost codes, left": (
        FILE_KINDS["cost_codes"].left,
        "id,code,name,division\n1,01-100,Bond,General\n",
        Candidate("1", "Bond", code="01-100", parent="General"),
    ),
    "cost codes, right": (
        FILE_KINDS["cost_codes"].right,
        "id,type,name,fully_qualified_name,acct_num,sku,active\n1,Item,Bond,01 General:Bond,,B1,true\n",
        Candidate("1", "01 General:Bond", code="B1", subtype="Item"),
    ),
    "tax codes, left": (
        FILE_KINDS["tax_codes"].left,
        "id,code,name,rate\n1,CA,California,7.25\n",
        Candidate("1", "California", code="CA", rate=Decimal("7.25")),
    ),
    "tax codes, right": (
        FILE_KINDS["tax_codes"].right,
        "id,name,rate,active\n1,California,7.25 %,\n",
        Candidate("1", "California", rate=Decimal("7.25")),
    ),
}


@pytest.mark.parametrize(("columns", "text", "expected"), ROWS.values(), ids=ROWS)
def test_a_row_of_each_list_is_read(tmp_path: Path, columns: files.Columns, text: str, expected: Candidate) -> None:
    assert read_rows(save(tmp_path, text), columns) == [expected]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_in_its_usual_forms_is_read(tmp_path: Path, encoding: str) -> None:
    path = save(tmp_path, 'ID, Name \r\n1,Café\r\n\r\n2,"Acme, Inc\nof Reno"\r\n'.encode(encoding))
    assert read_rows(path, CONTACTS.left) == [Candidate("1", "Café"), Candidate("2", "Acme, Inc\nof Reno")]


def test_only_the_end_of_a_line_ends_a_row(tmp_path: Path) -> None:
    """Unicode knows more signs at which lines may be broken, and names hold them."""
    path = save(tmp_path, "id,name\r1,Acme\u2028Tile\r2,Vail\x0bPaving\r")
    assert [row.name for row in read_rows(path, CONTACTS.left)] == ["Acme\u2028Tile", "Vail\x0bPaving"]


REFUSED = {
    "nothing": ("", "list.csv is empty. Its first line must name the columns: id, name, email, phone"),
    "column missing": ("id,email\n1,x\n", "list.csv has no column name. Columns are id, name, email"),
    "column unknown": ("id,name,fax\n1,x,2\n", "list.csv has an unknown column fax. Columns are id, name, email"),
    "column without a name": ("id,name,\n1,x,2\n", "list.csv has an unknown column (no name)."),
    "semicolons": ("id;name\n1;x\n", "list.csv has semicolons between its columns. Save it with commas and run"),
    "tabs": ("id\tname\n1\tx\n", "list.csv has tabs between its columns. Save it with commas and run"),
    "column twice": ("id,name,name\n1,x,2\n", "list.csv has the column name twice."),
    "id empty": ("id,name\n,x\n", "list.csv, line 2: the id is empty."),
    "id twice": ("id,name\n1,x\n2,y\n1,z\n", "list.csv, line 4: the id 1 is on line 2 already."),
    "cells missing": ("id,name\n1\n", "list.csv, line 2: 1 cells, but the header has 2."),
    "cells too many": ("id,name\n1,a,b\n", "list.csv, line 2: 3 cells, but the header has 2."),
    "quote not closed": ('id,name\n1,"a\n', "list.csv, line 2: a quotation mark is not closed."),
    "another encoding": ("id,name\n1,Café\n".encode("latin-1"), "list.csv is not UTF-8 text. Save it as “CSV UTF-8”"),
    "no text": (b"PK\x03\x04\x00\x00", "list.csv is not a text file."),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_a_file_is_refused_with_the_place_and_the_reason(tmp_path: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(BadFile) as refused:
        read_rows(save(tmp_path, content), CONTACTS.left)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (
            "contacts",
            "id,display_name,active\n1,a,maybe\n",
            "list.csv, line 2: active must be true or false, not maybe.",
        ),
        ("tax_codes", "id,name,rate\n1,a,seven\n", "list.csv, line 2: rate must be a number, not seven."),
        ("tax_codes", "id,name,rate\n1,a,NaN\n", "list.csv, line 2: rate must be a number, not NaN."),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(tmp_path: Path, kind: str, text: str, message: str) -> None:
    with pytest.raises(BadFile, match=message):
        read_rows(save(tmp_path, text), FILE_KINDS[kind].right)


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadFile, match="cannot be read: No such file or directory"):
        read_rows(tmp_path / "none.csv", CONTACTS.left)
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    with pytest.raises(BadFile, match=r"list\.csv is larger than"):
        read_rows(save(tmp_path, "id,name\n1,Acme\n"), CONTACTS.left)


def test_pairs_are_written_with_their_band(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    write_pairs(
        path,
        [
            Suggestion("1", "7", 100, "Same name", "sure"),
            Suggestion("2", "8", 62, "Same phone, extra word “Nursery”", "unsure"),
        ],
    )
    assert path.read_text(encoding="utf-8").splitlines() == [
        "left_id,right_id,score,band,reasons",
        "1,7,1.00,sure,Same name",
        '2,8,0.62,suggest,"Same phone, extra word “Nursery”"',
    ]
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be written"):
        write_pairs(tmp_path / "none" / "pairs.csv", [])
    assert list(tmp_path.iterdir()) == []
