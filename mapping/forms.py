"""Forms made from the declarations of defaults: a new default appears here by being declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.db import transaction

from connectors.models import Connection
from mapping.choices import ChoiceRefused, choose, usable_rows
from mapping.defaults import DEFAULTS, Choice, DefaultKind, Defaults
from mapping.models import RemoteItem

Options = list[tuple[str, Any]]
NOT_CHOSEN = ("", "Not chosen")


class DefaultsForm(forms.Form):
    """One field per default. `save` stores what was changed, all or nothing."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kinds: Iterable[DefaultKind],
        defaults: Defaults,
        options: Mapping[str, Options],
    ) -> None:
        self.kinds = tuple(kinds)
        self.defaults = defaults
        chosen = {kind.key: defaults.get(kind) for kind in self.kinds}
        super().__init__(data, initial={key: choice.id for key, choice in chosen.items() if choice})
        for kind in self.kinds:
            self.fields[kind.key] = _make_field(kind, options.get(kind.key, []), chosen[kind.key])

    def save(self, actor: Any) -> int:
        """How many defaults changed. A value the books no longer allow becomes an error of its field: check `errors`."""
        try:
            with transaction.atomic():
                for key in self.changed_data:
                    self._choose(key, actor)
                if self.errors:
                    raise _Refused
        except _Refused:
            return 0
        return len(self.changed_data)

    def _choose(self, key: str, actor: Any) -> None:
        try:
            choose(key, self.cleaned_data[key], actor)
        except ChoiceRefused as refusal:
            self.add_error(key, refusal.sentence)


class _Refused(Exception):
    """Rolls back a form of which one field was refused."""


def form_for_defaults(
    data: Mapping[str, Any] | None = None,
    *,
    connection: Connection | None,
    defaults: Defaults,
    kinds: Iterable[DefaultKind] = tuple(DEFAULTS.values()),
) -> DefaultsForm:
    """The form for these defaults, with the vendor lists of `connection` (QuickBooks) to choose from."""
    wanted = tuple(kinds)
    options = {kind.key: _list_options(kind, connection) for kind in wanted if kind.chooses}
    return DefaultsForm(data, kinds=wanted, defaults=defaults, options=options)


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
        label=kind.label, choices=[NOT_CHOSEN, *lost, *options], required=False, help_text=kind.help
    )


def _holds(options: Options, value: str) -> bool:
    return any(value == key if isinstance(label, str) else _holds(label, value) for key, label in options)
