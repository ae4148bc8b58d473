"""Template tags and filters every page is written with: amounts, dates, icons, states, sides, form controls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Select, Textarea
from django.http import QueryDict
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from smoothx.lib.shapes import Action, RowButton

register = template.Library()

MINUS = "\N{MINUS SIGN}"
CENT = Decimal("0.01")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
UNDO_PREFIX = "undo:"
# A template gives an empty string for a name it does not know.
MISSING = (None, "")


@dataclass(frozen=True)
class State:
    """How a document state is shown: its word and the name of its icon in the sprite."""

    label: str
    icon: str


STATES: Mapping[str, State] = {
    "posted": State("Posted", "check"),
    "posted_with_warnings": State("Posted with warnings", "triangle"),
    "waiting": State("Waiting", "clock"),
    "blocked": State("Blocked", "octagon"),
    "held": State("Held", "pause"),
    "uncertain": State("Uncertain", "question"),
    "rejected": State("Rejected", "cross-circle"),
    "ineligible": State("Not for sync", "slash"),
    "changed_by_hand": State("Changed by hand", "pencil"),
    "queued": State("Queued", "queue"),
    "sending": State("Sending", "send"),
    "left_out": State("Left out", "slash"),
}

# A file somebody brought is in neither system.
SIDES: Mapping[str, str] = {"procore": "Procore", "quickbooks": "QuickBooks", "file": "Payroll file"}

SEVERITY_ICONS: Mapping[str, str] = {
    "bad": "octagon",
    "warn": "triangle",
    "wait": "clock",
    "unsure": "question",
    "info": "info",
}


@register.filter
def money(value: Decimal | int | None) -> str:
    """`Decimal("-1234.5")` -> `−1,234.50`: two places, thousands apart, a true minus, no currency. None -> empty.

    A value that rounds to zero never shows a minus. Floats are refused: an amount is never one.
    """
    if value in MISSING:
        return ""
    if not isinstance(value, Decimal | int):
        raise TypeError(f"An amount is a Decimal, not {type(value).__name__}")
    amount = Decimal(value).quantize(CENT, rounding=ROUND_HALF_UP)
    digits = f"{abs(amount):,.2f}"
    return f"{MINUS}{digits}" if amount < 0 else digits


@register.filter
def count(value: int | str | None) -> str:
    """`1284` -> `1,284`. None -> empty."""
    if not isinstance(value, int):
        return ""
    digits = f"{abs(value):,d}"
    return f"{MINUS}{digits}" if value < 0 else digits


def _localize(value: datetime | date) -> datetime | date:
    """Move an aware time into the active time zone; leave plain dates alone."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def day(value: datetime | date | None) -> str:
    """`14 Mar 2026`, in the active time zone when a time is given."""
    if not value:
        return ""
    local = _localize(value)
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


@register.filter
def weekday(value: datetime | date | None) -> str:
    """`Friday 13 Mar 2026`."""
    if not value:
        return ""
    return f"{WEEKDAYS[_localize(value).weekday()]} {day(value)}"


@register.filter
def clock(value: datetime | None, precision: str = "minutes") -> str:
    """`09:38` in the active time zone, `09:38:51` for `clock:"seconds"`."""
    if not value:
        return ""
    return _localize(value).strftime("%H:%M:%S" if precision == "seconds" else "%H:%M")


@register.filter
def moment(value: datetime | None) -> str:
    """`13 Mar 2026, 09:38`."""
    return f"{day(value)}, {clock(value)}" if value else ""


@register.filter
def undo_url(message: Message) -> str:
    """The address in a message's extra tag `undo:/path/`, or empty."""
    tags = (message.extra_tags or "").split()
    return next((tag.removeprefix(UNDO_PREFIX) for tag in tags if tag.startswith(UNDO_PREFIX)), "")


@register.filter
def is_toast(message: Message) -> bool:
    """Good news passes by as a toast; warnings and errors stay on the page."""
    return message.level_tag in {"success", "info", "debug"}


@register.simple_tag
@lru_cache(maxsize=500)
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite, hidden from screen readers: the word beside it speaks. A state or severity works too.

    Kept, as a page of a list draws some hundreds of a dozen.
    """
    symbol = STATES[name].icon if name in STATES else SEVERITY_ICONS.get(name, name)
    classes = f"i {css}" if css else "i"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', classes, static("icons/sprite.svg"), symbol
    )


# Drawn in one go: as template variables, the buttons of fifty rows take as long as the rest of their page.
OPENS = (
    '<a class="ib" role="button" id="{id}" href="{url}" data-dialog aria-haspopup="dialog" hx-get="{url}" '
    'hx-target="#dialog" hx-swap="innerHTML" hx-select="dialog" hx-select-oob="unset" title="{title}" '
    'aria-label="{label}">{icon}</a>'
)
POSTS = (
    '<form class="btn-form" method="post" action="{url}" hx-post="{url}" hx-swap="none" hx-select="unset">{hidden}'
    '<button class="ib" id="{id}" title="{title}" aria-label="{label}">{icon}</button></form>'
)
ACTS = (
    '<form class="btn-form" method="post" action="{url}" hx-post="{url}" hx-swap="none" hx-select="unset">{hidden}'
    '<button class="btn {css}" id="{id}" aria-label="{label}">{text}</button></form>'
)
HIDDEN = '<input type="hidden" name="{}" value="{}">'


@register.simple_tag(takes_context=True)
def hidden_fields(context: template.Context) -> SafeString:
    """What the small forms of a page all send: the token, and the way back here."""
    token, here = context.get("csrf_token", ""), context["request"].get_full_path()
    return format_html_join("", HIDDEN, (("csrfmiddlewaretoken", token), ("next", here)))


@register.simple_tag
def row_buttons(buttons: Iterable[RowButton], hidden: SafeString) -> SafeString:
    """The buttons at the end of a row. `hidden` are the `hidden_fields` of the page."""
    return mark_safe("".join(_draw_button(button, hidden) for button in buttons))  # noqa: S308


@register.simple_tag
def live_button(action: Action, hidden: SafeString, css: str, focus_id: str, label: str) -> SafeString:
    """A post of a row that changes only our own data; the changed parts are swapped out of the answer."""
    html = ACTS.format(
        url=escape(action.url),
        hidden=hidden,
        css=escape(css),
        id=escape(focus_id),
        label=escape(label),
        text=escape(action.label),
    )
    return mark_safe(html)  # noqa: S308


def _draw_button(button: RowButton, hidden: str) -> str:
    own = "".join(HIDDEN.format(escape(name), escape(value)) for name, value in (button.fields or {}).items())
    return (POSTS if button.posts else OPENS).format(
        id=escape(button.id),
        url=escape(button.url),
        title=escape(button.title),
        label=escape(button.label),
        icon=icon(button.icon),
        hidden=hidden + own,
    )


@register.simple_tag
def state_badge(key: str, label: str = "") -> SafeString:
    """A document's state as icon and word. An unknown key is shown as it is rather than hidden."""
    known = STATES.get(key)
    text = label or (known.label if known else key.replace("_", " ").capitalize())
    return format_html('<span class="state state--{}">{}{}</span>', key, icon(known.icon if known else "info"), text)


@register.simple_tag
def side_mark(side: str, text: str | None = None) -> SafeString:
    """The side's mark, orange square or green circle, with a word. Readers hear the side if the word lacks it."""
    name = SIDES[side]
    word = text or name
    if name in word:
        return format_html('<span class="side side--{}">{}</span>', side, word)
    return format_html('<span class="side side--{}"><span class="sr">{}: </span>{}</span>', side, name, word)


@register.filter
def side_name(side: str) -> str:
    """`quickbooks` -> `QuickBooks`."""
    return SIDES.get(side, side)


@register.filter
def breakable(text: str) -> SafeString:
    """The text with e-mail addresses that break at their signs where they do not fit, rather than inside a word."""
    words = (
        escape(word).replace("@", "@<wbr>").replace(".", "<wbr>.") if "@" in word else escape(word)
        for word in text.split(" ")
    )
    return mark_safe(" ".join(words))  # noqa: S308


@register.simple_tag
def score_bar(value: int) -> SafeString:
    """A match score of 0 to 100 as a short bar and the figure. Drawn as SVG, which needs no inline style."""
    return format_html(
        '<span class="score"><svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="4"/></svg>{}</span>',
        max(0, min(100, value)),
        value,
    )


def change_query(query: QueryDict, **changes: Any) -> str:
    """The query string with parameters changed; None or empty removes one. A change but `page` drops the page."""
    changed = query.copy()
    if "page" not in changes:
        changed.pop("page", None)
    for name, value in changes.items():
        if value is None or value == "":
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    encoded = changed.urlencode()
    return f"?{encoded}" if encoded else "?"


@register.simple_tag(takes_context=True)
def query_string(context: template.Context, **changes: Any) -> str:
    """`{% query_string sort="name" %}`: the current address's query with parameters changed."""
    return change_query(context["request"].GET, **changes)


def _control_class(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, RadioSelect):
        return ""
    if isinstance(widget, Select):
        return "select"
    if isinstance(widget, Textarea):
        return "textarea"
    return "input input--file" if isinstance(widget, FileInput) else "input"


@register.filter
def control_kind(field: BoundField) -> str:
    """How a form field is laid out: `switch`, `segments`, `checks` or `control`."""
    widget = field.field.widget
    if isinstance(widget, CheckboxSelectMultiple):
        return "checks"
    if isinstance(widget, RadioSelect):
        return "segments"
    return "switch" if isinstance(widget, CheckboxInput) else "control"


@register.simple_tag
def control(field: BoundField, described_by: str = "", **attributes: str) -> SafeString:
    """The field's own widget with our class, `aria-invalid` and what describes it (help, error, what empty means)."""
    attrs: dict[str, str] = {"class": _control_class(field), **{k.replace("_", "-"): v for k, v in attributes.items()}}
    if described_by:
        attrs["aria-describedby"] = described_by
    if field.errors:
        attrs["aria-invalid"] = "true"
    widget_class = field.field.widget.attrs.get("class")
    if widget_class:
        attrs["class"] = f"{attrs['class']} {widget_class}".strip()
    return field.as_widget(attrs={name: value for name, value in attrs.items() if value})


@register.inclusion_tag("components/action.html")
def action(item: Any, css: str = "", focus_id: str = "") -> dict[str, Any]:
    """A button or link from an Action: get, get that opens a dialog, post, or shown with why it cannot be used."""
    return {"action": item, "css": css, "focus_id": focus_id}


@register.inclusion_tag("components/pager.html")
def pager(page: Any, newer: str = "Previous", older: str = "Next") -> dict[str, Any]:
    """`1 to 15 of 1,284` with links to the neighbouring pages."""
    return {"page": page, "previous_label": newer, "next_label": older}
