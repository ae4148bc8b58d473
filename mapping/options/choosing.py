"""Choosing one of the four ways to map cost codes: its settings in one act, and what that puts out of use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from mapping.choices import choose
from mapping.defaults import CLASS_TYPE, DEFAULTS
from mapping.kinds import MappingKind
from mapping.models import Link, MappingRun
from mapping.options.ways import Option, find_unused_class_map, plan_settings
from mapping.screens import Situation, section_of
from mapping.signals import OpenDocuments, ids_in_use
from mapping.unlinking import count_stopped, unlink_many
from smoothx.tenants.models import AuditEntry


@dataclass(frozen=True, slots=True)
class SettingChange:
    """One setting as it stands and as it will be, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class UnusedMap:
    """A map to classes that holds links and is out of use, with the documents that still name what it links."""

    kind: MappingKind
    links: int
    documents: OpenDocuments


@dataclass(frozen=True, slots=True)
class Chosen:
    """`changes` settings were changed; `archived` is the run that unlinked a map put out of use, for its undo."""

    changes: int
    archived: tuple[MappingRun, ...] = ()


def preview_changes(option: Option, situation: Situation) -> list[SettingChange]:
    found = plan_settings(option, situation.chosen)
    return [
        SettingChange(DEFAULTS[key].label, _word(key, situation.chosen(DEFAULTS[key])), _word(key, value))
        for key, value in found.items()
    ]


def find_unused_maps(option: Option | None, situation: Situation) -> list[UnusedMap]:
    """Maps to classes that hold links and are out of use once `option` is chosen; None for as things stand."""
    settings = plan_settings(option, situation.chosen) if option is not None else {}
    class_type = settings.get(CLASS_TYPE.key, situation.chosen(CLASS_TYPE))
    counted = [(kind, Link.objects.filter(kind=kind.key).count()) for kind in find_unused_class_map(class_type)]
    return [UnusedMap(kind, count, _count_named(kind)) for kind, count in counted if count]


def _count_named(kind: MappingKind) -> OpenDocuments:
    """Open documents that name what this kind links. A map may be long, what they name is not."""
    named = ids_in_use(kind.key)
    return count_stopped(list(Link.objects.filter(kind=kind.key, left_id__in=named))) if named else OpenDocuments()


def choose_option(option: Option, situation: Situation, actor: Any, *, archives: bool = False) -> Chosen:
    """Make the option's settings, all or none, and with `archives` unlink the map they put out of use.

    Raises ChoiceRefused when the books cannot carry out one of them, with nothing changed.
    """
    settings = plan_settings(option, situation.chosen)
    with transaction.atomic():
        for key, value in settings.items():
            choose(key, value, actor)
        AuditEntry.note(actor=actor, action="mapping.option", subject=option.title, option=option.key, **settings)
        runs = archive_unused(Situation({**situation.choices, **settings}, situation.books), actor) if archives else ()
    return Chosen(len(settings), tuple(runs))


def archive_unused(situation: Situation, actor: Any) -> Sequence[MappingRun]:
    """Unlink the maps to classes that are out of use, each as a run of its own that can be undone."""
    runs = []
    for kind in find_unused_class_map(situation.chosen(CLASS_TYPE)):
        links = load_links(kind)
        if links:
            runs.append(unlink_many(links, section_of(kind), actor, reason="Archived, the class says something else"))
    return runs


def load_links(kind: MappingKind) -> list[Link]:
    return list(Link.objects.filter(kind=kind.key).order_by("pk"))


def _word(key: str, option: str) -> str:
    return dict(DEFAULTS[key].options).get(option, "Not chosen")
