"""Forms made from the declarations of defaults: a new default appears here by being declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from connectors.models import Connection
from connectors.qbo.records import Books
from mapping.choices import ChoiceRefused, choose, known_books, load_defaults, usable_rows
from mapping.defaults import CLASS_TYPE, DEFAULTS, LINE_ITEM_TYPE, Choice, DefaultKind, Defaults
from mapping.models import Link, RemoteItem
from mapping.options.fitness import find_misfit
from mapping.options.ways import find_unused_class_map
from mapping.sides import load_sides
from smoothx.lib.shapes import Action, Notice

Options = list[tuple[str, Any]]
NOT_CHOSEN = ("", "Not chosen")
# Set together on the page that compares the ways to map cost codes.
BY_OPTION = (LINE_ITEM_TYPE, CLASS_TYPE)


class DefaultsForm(forms.Form):
    """One field per default. `save` stores what was changed, all or nothing."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kinds: Iterable[DefaultKind],
        defaults: Defaults,
        options: Mapping[str, Options],
        books: Books | None = None,
    ) -> None:
        self.kinds = tuple(kinds)
        self.defaults = defaults
        self.options = options
        self.books = books
        chosen = {kind.key: defaults.get(kind) for kind in self.kinds}
        super().__init__(data, initial={key: choice.id for key, choice in chosen.items() if choice})
        for kind in self.kinds:
            self.fields[kind.key] = _make_field(kind, options.get(kind.key, []), chosen[kind.key])

    def save(self, actor: Any) -> int:
        """How many defaults changed. A value the books no longer allow becomes an error and nothing is kept."""
        changed = [key for key in self.changed_data if not self._leaves_preset(key)]
        with transaction.atomic():
            for key in changed:
                self._choose(key, actor)
            if self.errors:
                transaction.set_rollback(True)
                return 0
        return len(changed)

    def label_of(self, key: str) -> str:
        """What stands now, in words."""
        chosen = self.defaults.get(DEFAULTS[key])
        return chosen.name if chosen else NOT_CHOSEN[1]

    def _leaves_preset(self, key: str) -> bool:
        """The field came empty, and nobody had chosen: the preset stays in force."""
        return not self.cleaned_data[key] and key not in self.defaults.choices

    def _choose(self, key: str, actor: Any) -> None:
        try:
            choose(key, self.cleaned_data[key], actor)
        except ChoiceRefused as refusal:
            self.add_error(key, refusal.sentence)


def form_for_defaults(
    data: Mapping[str, Any] | None = None,
    *,
    kinds: Iterable[DefaultKind] = tuple(DEFAULTS.values()),
    connection: Connection | None = None,
    defaults: Defaults | None = None,
) -> DefaultsForm:
    """The form for these defaults. `connection` is QuickBooks'; it and `defaults` are loaded when not given."""
    connection = connection or load_sides().quickbooks
    wanted = tuple(kinds)
    options = {kind.key: _list_options(kind, connection) for kind in wanted if kind.chooses}
    chosen = defaults or load_defaults(connection)
    return DefaultsForm(data, kinds=wanted, defaults=chosen, options=options, books=known_books(connection))


def defaults_context(request: HttpRequest, form: DefaultsForm) -> dict[str, Any]:
    """What settings/defaults.html and settings/form.html read, but for the page's own title and sections."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for kind in form.kinds:
        groups.setdefault(kind.group, []).append(_setting(form, kind))
    return {
        "form": form,
        "groups": [_group(title, settings, form) for title, settings in groups.items()],
        "save_url": request.path,
        "changes": len(form.changed_data) if form.is_bound else 0,
        "notices": _notices(form),
    }


def _group(title: str, settings: list[dict[str, Any]], form: DefaultsForm) -> dict[str, Any]:
    chooses = any(kind.chooses for kind in form.kinds if kind.group == title)
    return {"title": title, "side": "quickbooks" if chooses else None, "note": "", "settings": settings}


def _setting(form: DefaultsForm, kind: DefaultKind) -> dict[str, Any]:
    is_changed = form.is_bound and kind.key in form.changed_data
    return {
        "field": form[kind.key],
        "help": kind.help,
        "if_empty": kind.if_empty,
        "changed_from": form.label_of(kind.key) if is_changed else None,
        "problem": _problem(form, kind),
        "fix": Action(label="Compare the four ways", url=reverse("mapping:options")) if kind in BY_OPTION else None,
    }


def _problem(form: DefaultsForm, kind: DefaultKind) -> str | None:
    """What is wrong with what stands now: it is inactive, or the books cannot do it any more."""
    chosen = form.defaults.get(kind)
    if chosen is None:
        return None
    if not chosen.is_active:
        return f"{chosen.name} is inactive in QuickBooks. Choose another."
    return find_misfit(kind, chosen.id, form.books) or None


def _notices(form: DefaultsForm) -> list[Notice]:
    return [*_no_accounts(form), *_unused_class_map(form)]


def _unused_class_map(form: DefaultsForm) -> list[Notice]:
    """Links that the class type in force leaves out of use."""
    chosen = form.defaults.get(CLASS_TYPE)
    if chosen is None or CLASS_TYPE not in form.kinds:
        return []
    count = Link.objects.filter(kind__in=[kind.key for kind in find_unused_class_map(chosen.id)]).count()
    if not count:
        return []
    return [
        Notice(
            severity="warn",
            title="A link to a class is not in use" if count == 1 else f"{count:,} links to classes are not in use",
            text=f"{CLASS_TYPE.label} is {chosen.name}, so they say nothing.",
            action=Action(label="Look at them", url=reverse("mapping:options")),
        )
    ]


def _no_accounts(form: DefaultsForm) -> list[Notice]:
    """Without a single account to choose, the list has to be read first."""
    account_kinds = [kind for kind in form.kinds if kind.chooses and kind.account_types]
    if not account_kinds or any(form.options.get(kind.key) for kind in account_kinds):
        return []
    url = f"{reverse('mapping:section', args=['account-codes'])}?tab=quickbooks"
    return [
        Notice(
            severity="info",
            title="No QuickBooks accounts to choose from",
            text="They were not read yet, or none is of the right type.",
            action=Action(label="Open the accounts", url=url),
        )
    ]


def option_label(row: RemoteItem) -> str:
    """ "5000 Job costs:Materials": number first, then the full name."""
    return f"{row.code} {row.data.get('full_name') or row.name}".strip()


def _list_options(kind: DefaultKind, connection: Connection | None) -> Options:
    rows = sorted(usable_rows(kind, connection), key=lambda row: (row.subtype, option_label(row).lower()))
    if len(kind.account_types) == 1 or not kind.account_types:
        return [(row.remote_id, option_label(row)) for row in rows]
    return [
        (subtype, [(row.remote_id, option_label(row)) for row in group])
        for subtype, group in groupby(rows, key=lambda row: row.subtype)
    ]


def _make_field(kind: DefaultKind, options: Options, chosen: Choice | None) -> forms.ChoiceField:
    if kind.chooses is None:
        return forms.ChoiceField(
            label=kind.label, choices=list(kind.options), required=False, widget=forms.RadioSelect, help_text=kind.help
        )
    # What is chosen stays in the list although it became inactive: leaving the page as it is must change nothing.
    lost = [] if chosen is None or _holds(options, chosen.id) else [(chosen.id, f"{chosen.name}, inactive")]
    return forms.ChoiceField(
        label=kind.label,
        choices=[NOT_CHOSEN, *lost, *options],
        required=False,
        help_text=kind.help,
        error_messages={"invalid_choice": "This is not in the list any more. Choose another."},
    )


def _holds(options: Options, value: str) -> bool:
    return any(value == key if isinstance(label, str) else _holds(label, value) for key, label in options)
