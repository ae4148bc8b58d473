"""What pages hand to templates: the small shapes every screen shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Side = Literal["procore", "quickbooks"]
Severity = Literal["bad", "warn", "unsure", "wait", "info"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button or link. `dialog`: a get whose address answers a dialog. `fields` are the hidden inputs of a post."""

    label: str
    url: str
    method: Literal["get", "post"] = "get"
    icon: str = ""
    variant: Literal["", "main", "quiet", "bad"] = ""
    dialog: bool = False
    disabled_reason: str = ""
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowButton:
    """An icon at the end of a table's row. It opens a dialog, or posts at once. Readers hear `label`."""

    id: str
    url: str
    icon: str
    title: str
    label: str
    posts: bool = False
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a filter."""

    value: str
    label: str
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What an empty list shows: what would be here, why it is not, one next step."""

    title: str
    text: str
    action: Action | None = None
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A callout: one sentence, one reason, at most one button."""

    severity: Severity
    title: str
    text: str = ""
    action: Action | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """A question before something that cannot be undone. `items` names what is touched, `more` how many are not named.

    `field` is a form's bound field when one thing has to be asked. Without a `button` there is nothing to be done, and
    the dialog only says so.
    """

    title: str
    text: str
    action_url: str
    button: str
    cancel_url: str
    items: Sequence[str] = ()
    more: int = 0
    variant: Literal["main", "bad"] = "main"
    next: str = ""
    fields: Mapping[str, str] | None = None
    field: Any = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A running job. `total` None = not known yet."""

    label: str
    done: int
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which rows of a list are shown, counted from 1; `total` 0 = the list is empty."""

    first: int
    last: int
    total: int
    previous_url: str = ""
    next_url: str = ""


def turn_page(number: int, *, size: int, total: int, url_of: Callable[[int], str]) -> tuple[Page, slice]:
    """The page `number` of a list and the slice of rows it shows; a number beyond the end is the last page."""
    last_number = max(1, -(-total // size))
    number = min(max(number, 1), last_number)
    start = (number - 1) * size
    page = Page(
        first=start + 1 if total else 0,
        last=min(start + size, total),
        total=total,
        previous_url=url_of(number - 1) if number > 1 else "",
        next_url=url_of(number + 1) if number < last_number else "",
    )
    return page, slice(start, start + size)
