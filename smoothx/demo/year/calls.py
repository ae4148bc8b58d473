"""What the year cost in calls to either vendor, for each document that was carried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from smoothx.demo.year.vendors import READING, TOKEN_PATHS, Sandbox, Vendors

# The change feed and the books' own facts are asked for whether anything happened or not.
LOOKS = ("/cdc", "/companyinfo", "/preferences")


def tell_calls(vendors: Vendors, documents: int) -> str:
    """The calls since they were last forgotten, in a line. What polls ask of QuickBooks anyway is told apart."""
    procore, books = _count(vendors.procore), _count(vendors.qbo)
    told = [
        f"{name} {count['read'] / documents:.2f} reads and {count['write'] / documents:.2f} writes"
        for name, count in (("QuickBooks", books), ("Procore", procore))
    ]
    return (
        f"calls for each of {documents} documents: {', '.join(told)}; {books['look']} looks for changes in QuickBooks"
    )


def _count(side: Sandbox) -> Counter[str]:
    calls: list[Mapping[str, str]] = side.control("calls", method="GET")
    return Counter(_kind_of(call) for call in calls if not call["path"].startswith(TOKEN_PATHS))


def _kind_of(call: Mapping[str, str]) -> str:
    if any(name in call["path"] for name in LOOKS):
        return "look"
    is_query = call["path"].endswith("/query")
    return "read" if call["method"] in READING or is_query else "write"
