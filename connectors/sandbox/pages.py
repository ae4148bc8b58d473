"""The web pages of both sandboxes: one frame, tables and forms whose buttons are acts.

A page is server-rendered and works without script. Every form posts to `/act` with `do` and the act's arguments, so a
person at the page and a test at `POST /_control/act` do the same thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.wrappers import Response

ROWS_PER_PAGE = 25
NOTHING = Markup()
STYLE = (Path(__file__).parent / "pages.css").read_text()


@dataclass(frozen=True, slots=True)
class Side:
    """Whose stand-in this is: its name in the header and the marker of its colour."""

    name: str
    marker: str


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """One control of a form. `choices` (value, label) makes it a list; `kind` is an HTML input type."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    choices: Sequence[tuple[str, str]] | None = None
    is_required: bool = True
    is_labelled: bool = True


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    is_amount: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a longer list."""

    rows: Sequence[Any]
    number: int
    total: int
    query: Mapping[str, str] = field(default_factory=dict)


def render_page(
    side: Side, title: str, body: Markup, *, tabs: Markup = NOTHING, notice: str = "", status: int = 200
) -> Response:
    """A whole page. `notice` is what the last act answered."""
    text = Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · {name}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><style>{style}</style></head><body>'
        '<header><a class="brand {marker}" href="/"><i></i>{name}</a>'
        "<small>A stand-in. Nothing here is real.</small></header>"
        "<main>{tabs}{notice}{body}</main></body></html>"
    ).format(
        title=title,
        name=side.name,
        marker=side.marker,
        style=Markup(STYLE),  # noqa: S704 - the package's own file
        tabs=tabs,
        notice=Markup('<p class="notice" role="status">{}</p>').format(notice) if notice else "",
        body=body,
    )
    return Response(text, status=status, content_type="text/html; charset=utf-8")


def write_tabs(tabs: Iterable[Tab], active: str) -> Markup:
    links = Markup().join(
        Markup('<a href="/?view={}"{}>{}{}</a>').format(
            tab.key,
            Markup(' aria-current="page"') if tab.key == active else "",
            tab.label,
            "" if tab.count is None else Markup(" <b>{}</b>").format(f"{tab.count:,}"),
        )
        for tab in tabs
    )
    return Markup('<nav class="tabs" aria-label="Sections">{}</nav>').format(links)


def write_card(title: str, *parts: Markup, hint: str = "") -> Markup:
    head = Markup("<h2>{}</h2>").format(title)
    if hint:
        head += Markup('<p class="hint">{}</p>').format(hint)
    return Markup("<section>{}{}</section>").format(head, Markup().join(parts))


def write_table(columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, empty: str) -> Markup:
    """Cells are text, escaped here, or Markup. On a narrow screen each row becomes labelled facts."""
    lines = [_write_row(columns, cells) for cells in rows]
    if not lines:
        return Markup('<p class="empty">{}</p>').format(empty)
    head = Markup().join(
        Markup('<th scope="col"{}>{}</th>').format(Markup(' class="amt"') if column.is_amount else "", column.label)
        for column in columns
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, Markup().join(lines))


def _write_row(columns: Sequence[Column], cells: Sequence[Any]) -> Markup:
    written = Markup().join(
        Markup('<td data-l="{}"{}>{}</td>').format(
            column.label, Markup(' class="amt"') if column.is_amount else "", "" if cell is None else cell
        )
        for column, cell in zip(columns, cells, strict=True)
    )
    return Markup("<tr>{}</tr>").format(written)


def write_form(
    act: str,
    button: str,
    *inputs: Input,
    fixed: Mapping[str, Any] | None = None,
    back: str = "/",
    is_main: bool = False,
    is_inline: bool = False,
    html_id: str = "",
) -> Markup:
    """A form that does `act`; `fixed` rides along unseen, `back` is where the answer leads.

    With `html_id`, controls elsewhere on the page can belong to it.
    """
    unseen = {"do": act, "back": back, **(fixed or {})}
    hidden = Markup().join(
        Markup('<input type="hidden" name="{}" value="{}">').format(name, value) for name, value in unseen.items()
    )
    controls = Markup().join(_write_input(each) for each in inputs)
    return Markup('<form method="post" action="/act"{}{}>{}{}<button{}>{}</button></form>').format(
        Markup(' id="{}"').format(html_id) if html_id else "",
        Markup(' class="inline"') if is_inline else "",
        hidden,
        controls,
        Markup(' class="main"') if is_main else "",
        button,
    )


def _write_input(each: Input) -> Markup:
    required = Markup(" required") if each.is_required else Markup()
    label = NOTHING
    if not each.is_labelled:
        label = Markup(' aria-label="{0}" title="{0}"').format(each.label)
        if each.choices is None:
            label += Markup(' placeholder="{}"').format(each.label)
    if each.choices is None:
        control = Markup('<input type="{}" name="{}" value="{}"{}{}{}>').format(
            each.kind, each.name, each.value, Markup(' step="0.01"') if each.kind == "number" else "", required, label
        )
    else:
        options = Markup().join(
            Markup('<option value="{}"{}>{}</option>').format(
                value, Markup(" selected") if value == each.value else "", text
            )
            for value, text in each.choices
        )
        control = Markup('<select name="{}"{}{}>{}</select>').format(each.name, required, label, options)
    return control if not each.is_labelled else Markup("<label>{} {}</label>").format(each.label, control)


def write_search(view: str, text: str, label: str) -> Markup:
    return Markup(
        '<form class="search" method="get" action="/"><input type="hidden" name="view" value="{}">'
        '<input type="search" name="q" value="{}" aria-label="{}" placeholder="{}"><button>Find</button></form>'
    ).format(view, text, label, label)


def take_listing(rows: Sequence[Any], query: Mapping[str, str]) -> Listing:
    """The page of `rows` that `query` asks for."""
    text = query.get("page", "1")
    pages = max(-(-len(rows) // ROWS_PER_PAGE), 1)
    # Longer digits than a page number can have are no number either.
    number = min(max(int(text), 1), pages) if text.isascii() and text.isdigit() and len(text) < 9 else 1
    start = (number - 1) * ROWS_PER_PAGE
    return Listing(rows[start : start + ROWS_PER_PAGE], number, len(rows), query)


def write_pager(listing: Listing) -> Markup:
    if listing.total <= ROWS_PER_PAGE:
        return Markup()
    first = (listing.number - 1) * ROWS_PER_PAGE + 1
    last = first + len(listing.rows) - 1
    steps = [(listing.number - 1, "Previous")] * (first > 1) + [(listing.number + 1, "Next")] * (last < listing.total)
    links = Markup(" ").join(
        Markup('<a href="/?{}">{}</a>').format(urlencode({**listing.query, "page": number}), label)
        for number, label in steps
    )
    return Markup('<p class="pager">{} to {} of {} {}</p>').format(first, last, f"{listing.total:,}", links)


def write_amount(value: Any) -> str:
    """1,234.50, negative with a true minus."""
    return f"{Decimal(str(value)):,.2f}".replace("-", "−")


def write_date(value: Any) -> Markup:
    """14 Mar 2026; nothing for no date."""
    if not value:
        return NOTHING
    day = date.fromisoformat(str(value)[:10])
    return Markup('<span class="date">{}</span>').format(f"{day.day} {day:%b %Y}")


def write_context(name: str, context: str) -> Markup:
    """A name with one line of context below it."""
    return Markup('{}<span class="context">{}</span>').format(name, context)
