"""The dialog that changes a company's role: the rows to choose from, and what ending the old one stops."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from mapping.kinds import KINDS, MappingKind
from mapping.models import Link
from mapping.page.dialog import MOST_TITLES, link_dialog
from mapping.page.mapped_rows import load_rows, right_of
from mapping.page.options import Chooser
from mapping.page.words import name_of
from mapping.pushing import pushes
from mapping.signals import OpenDocuments


def role_dialog(
    standing: Link, chooser: Chooser, documents: OpenDocuments, *, search: str, ends_old: bool, error: str = ""
) -> dict[str, Any]:
    """`dialog` of mapping/_role_dialog.html. `chooser.kinds` is the other role alone."""
    [kind] = chooser.kinds
    name, old = name_of(chooser.row), KINDS[standing.kind]
    right = right_of(standing, load_rows([standing]))
    url = reverse("mapping:role", args=[chooser.section.key, standing.pk])
    titles = list(documents.titles[:MOST_TITLES])
    dialog = link_dialog(chooser, search=search, chosen_kind=kind, error=error)
    nouns = f"QuickBooks {kind.right_noun.lower()}s"
    return {
        **dialog,
        "title": f"{name} is a {kind.right_noun.lower()}",
        "action_url": url,
        "search_url": url,
        "kinds": [],
        "others_label": dialog["others_label"].replace(dialog["other_nouns"], nouns),
        "other_nouns": nouns,
        "push": _push(chooser, kind),
        "waiting": 0,
        "button": f"Link the {kind.right_noun.lower()}",
        "choices": _choices(old, kind, documents, ends_old=ends_old),
        "standing": f"It is linked to the {old.right_noun.lower()} {name_of(right) if right else standing.right_id}.",
        "titles": titles,
        "more_titles": max(0, documents.count - len(titles)) if titles else 0,
    }


def _push(chooser: Chooser, kind: MappingKind) -> dict[str, str] | None:
    """Where the other role is not in QuickBooks yet, the company is pushed as it."""
    if not pushes.is_possible() or not chooser.row.is_active:
        return None
    url = reverse("mapping:push", args=[chooser.section.key, "procore"])
    return {"label": f"Push it as a {kind.right_noun.lower()}", "url": f"{url}?id={chooser.row.pk}&as={kind.key}"}


def _choices(
    old: MappingKind, new: MappingKind, documents: OpenDocuments, *, ends_old: bool
) -> list[dict[str, str | bool]]:
    role, other = old.right_noun.lower(), new.right_noun.lower()
    stopped = f"{documents.count:,} document{'' if documents.count == 1 else 's'}"
    end = f"{stopped} will stop until it is linked as a {role} again." if documents.count else "No document needs it."
    return [
        {
            "value": "keep",
            "label": f"Keep the {role} as well",
            "text": f"It stands on both lists: bills go to the {role}, invoices to the {other}.",
            "is_current": not ends_old,
        },
        {"value": "end", "label": f"End the {role} link", "text": end, "is_current": ends_old},
    ]
