"""What the address of a mapping page asks for: tab, search, filter, order and page. Filters live in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from django.db.models import Q
from django.urls import reverse

from mapping.candidates import holds
from mapping.screens import Section
from mapping.sides import SideKey

Tab = Literal["mapped", "procore", "quickbooks"]
TABS: tuple[Tab, ...] = ("mapped", "procore", "quickbooks")
SORTS: dict[str, tuple[str, ...]] = {
    "mapped": ("name", "linked"),
    "procore": ("name", "waiting", "score"),
    "quickbooks": ("name", "score"),
}
# The first press on these columns shows the highest first.
HIGHEST_FIRST = frozenset({"waiting", "score", "linked"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    tab: Tab
    search: str = ""
    show: str = ""
    sort: str = "name"
    is_descending: bool = False
    page: int = 1

    @property
    def side(self) -> SideKey | None:
        """The side whose unmapped rows are listed; None for the list of links."""
        return None if self.tab == "mapped" else self.tab

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.show)


def read_query(values: Mapping[str, Any], *, default_tab: Tab) -> ListQuery:
    """From the address's parameters; anything unknown is taken for its default."""
    tab = values.get("tab", "")
    tab = tab if tab in TABS else default_tab
    sort = str(values.get("sort", ""))
    key = sort.removeprefix("-")
    is_known = key in SORTS[tab]
    return ListQuery(
        tab=tab,
        search=str(values.get("q", "")).strip()[:200],
        show=str(values.get("show", ""))[:40],
        sort=key if is_known else "name",
        is_descending=is_known and sort.startswith("-"),
        page=read_page(values.get("page", "")),
    )


def read_page(text: Any) -> int:
    """The page an address asks for, the first where it asks for none that can be."""
    number = str(text)
    return max(1, int(number)) if number.isdecimal() and len(number) < 7 else 1


def read_address(address: str, *, default_tab: Tab) -> ListQuery:
    """The same from a whole address, as a form's field `next` brings it."""
    values = {name: found[-1] for name, found in parse_qs(urlsplit(address).query).items()}
    return read_query(values, default_tab=default_tab)


def url_of(section: Section, query: ListQuery, **changes: Any) -> str:
    """The address of a list; a change of anything but the page goes back to page one."""
    if "page" not in changes:
        changes["page"] = 1
    wanted = replace(query, **changes)
    sort = f"{'-' if wanted.is_descending else ''}{wanted.sort}"
    values = {
        "tab": wanted.tab,
        "q": wanted.search,
        "show": wanted.show,
        "sort": "" if sort == "name" else sort,
        "page": "" if wanted.page <= 1 else str(wanted.page),
    }
    return f"{section_url(section)}?{urlencode({name: value for name, value in values.items() if value})}"


# No row has this key: it marks where a row's key stands in an address.
_ANY_KEY = 10**18


@lru_cache(maxsize=1000)
def address_of(name: str, *args: Any) -> str:
    """`reverse`, kept: a page of a list asks for some hundreds of a few addresses."""
    return reverse(name, args=args)


def row_url(name: str, *before: Any, key: int) -> str:
    """The address of a page about one row. `before` are what stands in the address before its key."""
    return address_of(name, *before, _ANY_KEY).replace(str(_ANY_KEY), str(key))


def section_url(section: Section) -> str:
    return address_of("mapping:section", section.key)


def review_url(section: Section, *, rejected: bool = False, page: int = 1) -> str:
    """The pairs of a section to decide on, or the rejected ones."""
    values = {"show": "rejected" if rejected else "", "page": "" if page <= 1 else str(page)}
    query = urlencode({name: value for name, value in values.items() if value})
    return reverse("mapping:review", args=[section.key]) + (f"?{query}" if query else "")


def sort_url(section: Section, query: ListQuery, key: str) -> str:
    """Pressing the column in force turns it round."""
    is_descending = not query.is_descending if query.sort == key else key in HIGHEST_FIRST
    return url_of(section, query, sort=key, is_descending=is_descending)


def matches(search: str) -> Q:
    """Rows that hold every word of the search somewhere in name, code, e-mail or phone."""
    return holds(*search.lower().split())
