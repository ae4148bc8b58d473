"""What a setting is called and how it reads, and how two sets of settings differ."""

from __future__ import annotations

import pytest

from sync.versions.snapshot import Difference, Kept, KeptRow, compare, label_of, read_settings, words_of

ACCOUNT = Kept("1", "5000 Materials", (KeptRow("1", "Materials", "5000"),))


@pytest.mark.parametrize(
    ("setting", "label", "unset"),
    [
        ("default:bill_code", "QB Bill Account Code", "Not chosen"),
        ("default:bill_date", "Bill date", "Billing date"),
        ("flow:bills", "Subcontractor invoices to bills", "On"),
        ("default:gone", "gone", "Not chosen"),
        ("flow:gone", "gone", "On"),
    ],
)
def test_a_setting_reads_as_on_its_page(setting: str, label: str, unset: str) -> None:
    assert (label_of(setting), words_of(setting, None)) == (label, unset)
    assert words_of(setting, ACCOUNT) == "5000 Materials"


def test_differences_come_in_the_order_of_the_pages_and_names_alone_are_none() -> None:
    before = {"flow:bills": Kept("on", "On"), "default:bill_code": ACCOUNT, "default:zz": Kept("1", "One")}
    after = {
        "default:bill_code": Kept("1", "Renamed", (KeptRow("1", "Renamed"),)),
        "default:line_item_type": Kept("item", "Item"),
        "flow:bills": Kept("off", "Off"),
    }
    assert list(compare(before, after)) == [
        Difference("default:line_item_type", "Default Line Item Type", "Not chosen", "Item"),
        Difference("flow:bills", "Subcontractor invoices to bills", "On", "Off"),
        Difference("default:zz", "zz", "One", "Not chosen"),
    ]
    assert list(compare(after, after)) == []


def test_settings_come_back_from_json_as_they_were() -> None:
    known = {"default:bill_code": ACCOUNT, "flow:bills": Kept("off", "Off")}
    assert read_settings({name: kept.to_json() for name, kept in known.items()}) == known


@pytest.mark.parametrize(
    ("row", "label"),
    [(KeptRow("1", "A", "5"), "5 A"), (KeptRow("1", "A"), "A"), (KeptRow("1", "5", "5"), "5")],
)
def test_a_row_is_shown_by_number_and_name(row: KeptRow, label: str) -> None:
    assert row.label == label
