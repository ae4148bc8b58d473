"""Forms made from the declarations of defaults: a new default appears here by being declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from connectors.qbo import resources as qbo
from connectors.qbo.records import Books
from mapping.changing import one_change
from mapping.choices import ChoiceRefused, choose, connection_of, known_books, load_defaults, side_name_of, side_of
from mapping.default_fields import NOT_CHOSEN, Offer, TypedField, make_field
from mapping.default_rows import Options, list_options
from mapping.defaults import CLASS_TYPE, DEFAULTS, LINE_ITEM_TYPE, Choice, DefaultKind, Defaults
from mapping.models import Link
from mapping.options.fitness import find_misfit
from mapping.options.ways import find_unused_class_map
from mapping.sides import Sides, load_sides
from smoothx.lib.shapes import Action, Notice

# Set together on the page that compares the ways to map cost codes.
BY_OPTION = (LINE_ITEM_TYPE, CLASS_TYPE)


class _Refused(Exception):
    """Something could not be chosen: what was chosen before it in the same form goes back."""


class DefaultsForm(forms.Form):
    """One field per default. `save` stores what was changed, all or nothing."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        offers: Iterable[Offer],
        defaults: Defaults,
        books: Books | None = None,
    ) -> None:
        self.offers = {offer.kind.key: offer for offer in offers}
        self.kinds = tuple(offer.kind for offer in self.offers.values())
        self.defaults = defaults
        self.books = books
        initial = {key: _value_of(offer) for key, offer in self.offers.items() if offer.chosen}
        super().__init__(data, initial=initial)
        for key, offer in self.offers.items():
            self.fields[key] = make_field(offer)

    def save(self, actor: Any) -> int:
        """How many defaults changed. A value the books no longer allow becomes an error and nothing is kept."""
        changed = [key for key in self.changed_data if not self._leaves_preset(key)]
        try:
            with one_change(actor):
                for key in changed:
                    self._choose(key, actor)
                if self.errors:
                    raise _Refused
        except _Refused:
            return 0
        return len(changed)

    def label_of(self, key: str) -> str:
        """What stands now, in words."""
        chosen = self.offers[key].chosen
        return ", ".join(choice.name for choice in chosen) or NOT_CHOSEN[1]

    def _leaves_preset(self, key: str) -> bool:
        """The field came empty, and nobody had chosen: the preset stays in force."""
        return not self.cleaned_data[key] and key not in self.defaults.choices and key not in self.defaults.many

    def _choose(self, key: str, actor: Any) -> None:
        try:
            choose(key, self.cleaned_data[key], actor)
        except ChoiceRefused as refusal:
            self.add_error(key, refusal.sentence)


def _value_of(offer: Offer) -> str:
    return ",".join(choice.id for choice in offer.chosen)


def chosen_of(kind: DefaultKind, defaults: Defaults) -> tuple[Choice, ...]:
    """What is in force of one default, chosen or preset."""
    if kind.takes_many:
        return defaults.get_many(kind)
    chosen = defaults.get(kind)
    return () if chosen is None else (chosen,)


def form_for_defaults(
    data: Mapping[str, Any] | None = None,
    *,
    kinds: Iterable[DefaultKind] = tuple(DEFAULTS.values()),
    sides: Sides | None = None,
    defaults: Defaults | None = None,
) -> DefaultsForm:
    """The form for these defaults. The connections and `defaults` are loaded when not given."""
    sides = sides or load_sides()
    chosen = defaults or load_defaults(sides.quickbooks)
    lists: dict[tuple[str, tuple[str, ...]], Options | None] = {}
    offers = [_make_offer(kind, chosen, sides, lists) for kind in kinds]
    return DefaultsForm(data, offers=offers, defaults=chosen, books=known_books(sides.quickbooks))


def _make_offer(
    kind: DefaultKind, defaults: Defaults, sides: Sides, lists: dict[tuple[str, tuple[str, ...]], Options | None]
) -> Offer:
    """`lists` keeps those read already: several defaults choose from one."""
    chosen = chosen_of(kind, defaults)
    if kind.chooses is None:
        return Offer(kind, chosen)
    connection = connection_of(kind, sides)
    name = (kind.chooses.key, kind.account_types)
    if name not in lists:
        lists[name] = list_options(kind, connection)
    return Offer(kind, chosen, lists[name], connection)


def defaults_context(
    request: HttpRequest, form: DefaultsForm, *, notes: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What settings/form.html reads, but for the page's own title and sections. `notes` says who set what, by key."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for kind in form.kinds:
        setting = _setting(form, kind)
        setting["note"] = (notes or {}).get(kind.key, "")
        groups.setdefault(kind.group, []).append(setting)
    return {
        "form": form,
        "groups": [_group(title, settings, form) for title, settings in groups.items()],
        "save_url": request.path,
        "changes": len(form.changed_data) if form.is_bound else 0,
        "notices": _notices(form),
    }


def _group(title: str, settings: list[dict[str, Any]], form: DefaultsForm) -> dict[str, Any]:
    """It carries a side's mark when most of it is chosen from that side's lists."""
    sides = [side_of(kind) for kind in form.kinds if kind.group == title and kind.chooses]
    is_of_one = len(set(sides)) == 1 and 2 * len(sides) >= len(settings)
    return {"title": title, "side": sides[0] if is_of_one else None, "note": "", "settings": settings}


def _setting(form: DefaultsForm, kind: DefaultKind) -> dict[str, Any]:
    is_changed = form.is_bound and kind.key in form.changed_data
    return {
        "field": form[kind.key],
        "help": kind.help,
        "if_empty": kind.if_empty,
        "changed_from": form.label_of(kind.key) if is_changed else None,
        "problem": find_problem(kind, form.offers[kind.key].chosen, form.books),
        "fix": Action(label="Compare the four ways", url=reverse("mapping:options")) if kind in BY_OPTION else None,
        "typed": _typed(form, kind),
    }


def _typed(form: DefaultsForm, kind: DefaultKind) -> dict[str, Any] | None:
    """What the box to type in needs beside its field: the suggestions' address, and of several those chosen."""
    field = form.fields[kind.key]
    if not isinstance(field, TypedField):
        return None
    kept = form[kind.key].data if form.is_bound else None
    ticked = set(kept) if isinstance(kept, list) else set(field.labels)
    boxes = [(key, label, key in ticked) for key, label in field.labels.items()] if kind.takes_many else []
    return {
        "suggest_url": reverse("settings:suggest", args=[kind.key]),
        "find_url": reverse("settings:find", args=[kind.key]),
        "kept": boxes,
        "noun": kind.chooses.label if kind.chooses else "",
    }


def find_problem(kind: DefaultKind, chosen: Iterable[Choice], books: Books | None) -> str | None:
    """What is wrong with what stands now: it is inactive, or the books cannot do it any more."""
    for choice in chosen:
        if not choice.is_active:
            return f"{choice.name} is inactive in {side_name_of(kind)}. Choose another."
        misfit = find_misfit(kind, choice.id, books)
        if misfit:
            return misfit
    return None


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
    offers = [offer for offer in form.offers.values() if offer.kind.chooses == qbo.ACCOUNTS]
    if not offers or any(offer.options or offer.options is None for offer in offers):
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
