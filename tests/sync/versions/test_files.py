"""Settings as a file: written and read back equal, and every fault of a file said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mapping.choices import choose
from sync.registry import flow
from sync.switching import switch
from sync.versions.files import MOST_BYTES, BadFile, read_file, write_file
from sync.versions.snapshot import load_settings
from tests.mapping.factories import make_account

pytestmark = pytest.mark.usefixtures("scope")


def document(**changes: Any) -> bytes:
    row = {"setting": "default:bill_code", "value": "1", "name": "Materials"}
    known = {"format": "smoothx settings", "version": 1, "accounts": {}, "settings": [row]}
    return json.dumps({**known, **changes}).encode()


def test_what_is_written_is_read_back_equal(owner: Any) -> None:
    make_account("Materials", remote_id="1", code="5000")
    choose("bill_code", "1", owner)
    choose("bill_date", "period_end", owner)
    switch(flow("bills"), owner, is_on=False)
    text = write_file("Ridgeline Builders")
    found = read_file(text.encode())
    assert (found.company, found.settings) == ("Ridgeline Builders", load_settings())
    assert found.same_sides() == {"procore", "quickbooks"}
    assert json.loads(text)["settings"][0] == {
        "setting": "default:bill_code",
        "label": "QB Bill Account Code",
        "value": "1",
        "name": "5000 Materials",
        "rows": [{"id": "1", "name": "Materials", "number": "5000"}],
    }


def test_rows_of_another_company_are_not_taken_by_their_id() -> None:
    make_account("Materials")
    assert read_file(document(accounts={"quickbooks": "111", "procore": ""})).same_sides() == frozenset()
    assert read_file(document(accounts={"quickbooks": "4620816365"})).same_sides() == {"quickbooks"}


ROW = {"setting": "default:bill_code", "value": "1", "name": "Materials"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This is not a file of settings. Choose one that Export settings made."),
        (b"\xff\xfe", "This is not a file of settings. Choose one that Export settings made."),
        (b"[" * 100_000, "This is not a file of settings. Choose one that Export settings made."),
        (b"[]", "This is not a file of settings. Choose one that Export settings made."),
        (document(format="other"), "This is not a file of settings. Choose one that Export settings made."),
        (document(version=2), "The export is of a version this page cannot read. Export the settings again."),
        (document(settings={}), "The export has no list of settings."),
        (document(accounts=None), "The export has no list of settings."),
        (document(settings=[ROW] * 1_001), "The export has no list of settings."),
        (document(settings=[ROW, ROW]), "A setting is in the export twice."),
        (document(settings=[ROW, "x"]), "Row 2 of the export has no setting, value or name."),
        (document(settings=[{**ROW, "setting": 3}]), "Row 1 of the export has no setting, value or name."),
        (document(settings=[{**ROW, "value": ""}]), "Row 1 of the export has no setting, value or name."),
        (document(settings=[{**ROW, "rows": [3]}]), "Row 1 of the export has no setting, value or name."),
        (document(settings=[{**ROW, "rows": 3}]), "Row 1 of the export has no setting, value or name."),
        (b" " * (MOST_BYTES + 1), "The file is larger than 500 KB. It is no export of settings."),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong(content: bytes, sentence: str) -> None:
    with pytest.raises(BadFile) as caught:
        read_file(content)
    assert caught.value.sentence == sentence
