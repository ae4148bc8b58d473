"""The address of a setting and of a switch, whichever page they stand on."""

from __future__ import annotations

import pytest

from sync.pages.setting_urls import url_of_flow, url_of_label, url_of_setting


@pytest.mark.parametrize(
    ("texts", "url"),
    [
        (("QB Bill Account Code",), "/settings/defaults/#setting-bill_code"),
        (("", "Bill date"), "/settings/bills/#setting-bill_date"),
        (("23-31", "Default Line Item Type is not chosen."), "/settings/defaults/#setting-line_item_type"),
        (("23-31", ""), "/settings/defaults/"),
    ],
)
def test_a_default_is_found_by_the_name_a_notice_gives_it(texts: tuple[str, ...], url: str) -> None:
    assert url_of_label(*texts) == url


def test_what_is_not_declared_leads_to_the_defaults() -> None:
    assert (url_of_setting("gone"), url_of_flow("gone")) == (
        "/settings/defaults/#setting-gone",
        "/settings/defaults/#flow-gone",
    )
    assert (url_of_setting("bill_date"), url_of_flow("bills")) == (
        "/settings/bills/#setting-bill_date",
        "/settings/bills/#flow-bills",
    )
