"""The form fields of defaults: options, several options, a number, a row of a list, several rows, a row that is typed.

Each answers the value `mapping.choices.choose` takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from connectors.models import Connection
from mapping.choices import join_value, split_value
from mapping.default_rows import FOUND_AT_MOST, Options, find_exact, find_rows, load_labels, option_label
from mapping.defaults import Choice, DefaultKind

NOT_CHOSEN = ("", "Not chosen")
# What fits side by side on a narrow screen, in characters: of one option, and of all.
LONGEST_SEGMENT, LONGEST_SEGMENTS = 26, 60
NOT_LISTED = {"invalid_choice": "This is not in the list any more. Choose another."}


@dataclass(frozen=True, slots=True)
class Offer:
    """What a default may choose from now. `options` is None when the list is searched by typing."""

    kind: DefaultKind
    chosen: tuple[Choice, ...] = ()
    options: Options | None = field(default_factory=list)
    connection: Connection | None = None


class ManyField(forms.MultipleChoiceField):
    """Several of a short list, in the list's order."""

    def __init__(self, **options: Any) -> None:
        boxes = forms.CheckboxSelectMultiple(attrs={"class": "check"})
        super().__init__(widget=boxes, required=False, error_messages=NOT_LISTED, **options)

    def prepare_value(self, value: Any) -> list[str]:
        return value.split(",") if isinstance(value, str) else list(value or ())

    def clean(self, value: Any) -> str:
        return join_value(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return set(self.prepare_value(initial)) - {""} != set(self.prepare_value(data)) - {""}


class NumberField(forms.IntegerField):
    """A whole number, kept as text."""

    def __init__(self, kind: DefaultKind, bounds: tuple[int, int]) -> None:
        least, most = bounds
        said = f"{kind.label} is a whole number from {least:,} to {most:,}."
        errors = dict.fromkeys(("invalid", "min_value", "max_value"), said)
        super().__init__(
            label=kind.label,
            required=False,
            min_value=least,
            max_value=most,
            help_text=kind.help,
            error_messages=errors,
        )
        self.widget.attrs["class"] = "input--short"
        self.widget.attrs["inputmode"] = "numeric"

    def clean(self, value: Any) -> str:
        number = super().clean(value)
        return "" if number is None else str(number)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(int(initial) if initial else None, data)


class TextField(forms.CharField):
    """A text with tokens, which `mapping.choices` looks through. Blanks around it are taken off."""

    def __init__(self, kind: DefaultKind) -> None:
        super().__init__(label=kind.label, required=False, help_text=kind.help)


class TypedWidget(forms.TextInput):
    """A text with suggestions. Of several, those chosen already come as ticked boxes called `<name>.kept`."""

    def __init__(self, takes_many: bool) -> None:
        super().__init__()
        self.takes_many = takes_many

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = data.get(name) or ""
        if not self.takes_many:
            return typed
        kept = data.getlist(f"{name}.kept") if hasattr(data, "getlist") else data.get(f"{name}.kept", [])
        return [*kept, f"={typed}"] if typed else list(kept)


class TypedField(forms.Field):
    """A row of a long list by its number or name, as typed; a row called so has to be the only one."""

    def __init__(self, offer: Offer) -> None:
        kind = offer.kind
        super().__init__(label=kind.label, required=False, help_text=kind.help, widget=TypedWidget(kind.takes_many))
        self.offer = offer
        known = load_labels(kind, offer.connection, [choice.id for choice in offer.chosen])
        self.labels = {choice.id: known.get(choice.id, choice.name) for choice in offer.chosen}

    def prepare_value(self, value: Any) -> str:
        """What was typed, else the label of the row chosen. Of several, the box to add one is empty."""
        if isinstance(value, list):
            return next((part[1:] for part in value if part.startswith("=")), "")
        if self.offer.kind.takes_many:
            return ""
        return self.labels.get(value or "", value or "")

    def clean(self, value: Any) -> str:
        if not isinstance(value, list):
            return self._resolve(value)
        kept = [part for part in value if part in self.labels]
        return join_value([*kept, *(self._resolve(part[1:]) for part in value if part.startswith("="))])

    def has_changed(self, initial: Any, data: Any) -> bool:
        if isinstance(data, list):
            return data != split_value(self.offer.kind, initial or "")
        return (data or "").strip() != self.labels.get(initial or "", "")

    def _resolve(self, text: str) -> str:
        wanted = " ".join(text.split())
        if not wanted:
            return ""
        same = [key for key, label in self.labels.items() if label == wanted]
        if same:
            return same[0]
        found = find_exact(self.offer.kind, self.offer.connection, wanted)
        if len(found) == 1:
            return found[0].remote_id
        raise forms.ValidationError(self._say(wanted, [option_label(row) for row in found]))

    def _say(self, wanted: str, found: Sequence[str]) -> str:
        what = self.offer.kind.chooses.label if self.offer.kind.chooses else "rows"
        if found:
            return f"{len(found)} {what} are called “{wanted}”. Choose one from the list."
        rows = find_rows(self.offer.kind, self.offer.connection, wanted)[:4]
        like = [option_label(row) for row in rows]
        if not like:
            return f"None of the {what} is called “{wanted}”."
        more = " and more" if len(like) > 3 else ""
        return f"None of the {what} is called “{wanted}”. It is contained in {', '.join(like[:3])}{more}."


def make_field(offer: Offer) -> forms.Field:
    kind = offer.kind
    if kind.bounds is not None:
        return NumberField(kind, kind.bounds)
    if kind.tokens:
        return TextField(kind)
    if kind.chooses is None:
        if kind.takes_many:
            return ManyField(label=kind.label, choices=list(kind.options), help_text=kind.help)
        return _option_field(kind)
    if offer.options is None:
        return TypedField(offer)
    return _row_field(kind, offer.options, offer.chosen)


def _option_field(kind: DefaultKind) -> forms.Field:
    """Side by side when they are few and short, else in a list to open."""
    lengths = [len(label) for _, label in kind.options]
    fits = max(lengths) <= LONGEST_SEGMENT and sum(lengths) <= LONGEST_SEGMENTS
    choices = list(kind.options) if fits or kind.preset else [NOT_CHOSEN, *kind.options]
    widget = forms.RadioSelect if fits else forms.Select
    return forms.ChoiceField(label=kind.label, choices=choices, required=False, widget=widget, help_text=kind.help)


def _row_field(kind: DefaultKind, options: Options, chosen: Iterable[Choice]) -> forms.Field:
    # What is chosen stays in the list although it became inactive: leaving the page as it is must change nothing.
    lost = [(choice.id, f"{choice.name}, inactive") for choice in chosen if not _holds(options, choice.id)]
    if kind.takes_many:
        return ManyField(label=kind.label, choices=[*lost, *options], help_text=kind.help)
    return forms.ChoiceField(
        label=kind.label,
        choices=[NOT_CHOSEN, *lost, *options],
        required=False,
        help_text=kind.help,
        error_messages=NOT_LISTED,
    )


def _holds(options: Options, value: str) -> bool:
    return any(value == key if isinstance(label, str) else _holds(label, value) for key, label in options)


def suggestions(kind: DefaultKind, connection: Connection | None, text: str) -> list[str]:
    """What may be meant, as it has to be typed in full."""
    return [option_label(row) for row in find_rows(kind, connection, text)[:FOUND_AT_MOST]]
