"""Of many posted documents those that changed links may concern, told apart by the database.

Each is looked at closely afterwards; one that is left out names nothing that changed since it was made. A link leads
from a row of the mapping, which documents name by another word or in another way: by a code of the project's own, say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, F, Min, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from smoothx.tenants.scope import require_tenant_id
from sync.basis import MAPPED_AT, NAMED, NAMES, to_text
from sync.models import Entry
from sync.naming import BOOKED, CODES, DIRECT, LOOKED_UP, PAIRS, PARTY, PROJECT_ID, TERMS
from sync.uses import FINDERS, OpenBill, Uses

# (where a document says it, what it says)
Named = tuple[str, str]
# How the ids under each word are read from an entry. Terms are a text of several words.
_READ: Mapping[str, str] = {
    **{name: f"string_to_array(entry.facts->>'{name}', ' ')" for name in NAMES},
    PARTY: "ARRAY[entry.party_id]",
    PROJECT_ID: "ARRAY[entry.project_id]",
    TERMS: f"ARRAY[entry.facts->>'{TERMS}']",
}
_MADE_AT = f"COALESCE((entry.facts->>'{MAPPED_AT}')::timestamptz, entry.posted_at, '-infinity')"


def is_named(facts: Mapping[str, str]) -> bool:
    """Whether the facts of a posted document say what its lines name."""
    return NAMED in facts or any(name in facts for name in NAMES)


def find_earliest(rows: QuerySet[Entry]) -> datetime | None:
    """By which time the mapping was read that the oldest of these documents was made by; None where there is none."""
    found: datetime | None = _with_made_at(rows).aggregate(at=Min("made_at"))["at"]
    return found


def older_than(rows: QuerySet[Entry], at: datetime) -> QuerySet[Entry]:
    """Those made by the mapping of before."""
    return _with_made_at(rows).filter(Q(made_at__lt=at) | Q(made_at__isnull=True))


def _with_made_at(rows: QuerySet[Entry]) -> QuerySet[Entry]:
    return rows.annotate(made_at=Coalesce(Cast(KeyTextTransform(MAPPED_AT, "facts"), DateTimeField()), F("posted_at")))


def narrow(
    flows: Iterable[str],
    left: Mapping[str, Mapping[str, datetime]],
    right: Mapping[str, Mapping[str, datetime]],
    named: NamedUses,
) -> set[int]:
    """The posted documents of these flows that may name something that changed after they were made.

    `left` and `right` are, by the mapping's kind, the rows of either side whose links changed, and when; `named` is
    what documents of these flows name.
    """
    known = list(flows)
    changed: dict[Named, datetime] = {}
    for each, at in (*_find_left(left, named), *_find_right(right)):
        changed[each] = max(at, changed.get(each, at))
    latest = max((at for of_kind in left.values() for at in of_kind.values()), default=None)
    return _find_naming(known, changed) | (_find_unnamed(known, latest) if latest else set())


def _find_right(right: Mapping[str, Mapping[str, datetime]]) -> Iterable[tuple[Named, datetime]]:
    for kind, rows in right.items():
        if kind in BOOKED:
            yield from (((BOOKED[kind], row_id), at) for row_id, at in rows.items())


def _find_left(left: Mapping[str, Mapping[str, datetime]], uses: NamedUses) -> Iterable[tuple[Named, datetime]]:
    for kind, rows in left.items():
        if kind in DIRECT:
            yield from (((DIRECT[kind], row_id), at) for row_id, at in rows.items())
    for kind, rows in left.items():
        for named, document in uses.documents.items() if kind in LOOKED_UP else ():
            times = [rows[row_id] for row_id in FINDERS[kind](uses, document) if row_id in rows]
            if named[0] == LOOKED_UP[kind] and times:
                yield named, max(times)


class NamedUses(Uses):
    """Looks up what each word and id stands for that posted documents name, as if a document of its own named it. By
    the words alone that changes of these kinds have looked up."""

    def __init__(self, flows: Iterable[str], kinds: Iterable[str]) -> None:
        words = {LOOKED_UP[kind] for kind in kinds if kind in LOOKED_UP}
        named = _list_named(list(flows), words) if words else ()
        self.documents = {each: _document_naming(*each) for each in named}

    @cached_property
    def bills(self) -> list[OpenBill]:
        return list(self.documents.values())


def _document_naming(word: str, named_id: str) -> OpenBill:
    facts = {} if word == PROJECT_ID else {word: named_id}
    if word == PAIRS:
        facts[CODES] = named_id.partition("+")[0]
    return OpenBill("", "", named_id if word == PROJECT_ID else "", "", facts)


# --- statements


_POSTED = "entry.tenant_id = %(tenant)s AND entry.flow = ANY(%(flows)s) AND entry.target_id <> ''"


def _list_named(flows: list[str], words: Iterable[str]) -> list[Named]:
    """Everything posted documents name by these words, each once."""
    text = f"{_naming(words)} WHERE one.id <> ''"
    return [(word, named_id) for word, named_id in _ask(text, "DISTINCT named.word, one.id", flows)]


def _find_naming(flows: list[str], changed: Mapping[Named, datetime]) -> set[int]:
    """By a look into one object: of a join with thousands of changes the planner expects too few rows."""
    if not changed:
        return set()
    by_name = {f"{word} {named_id}": to_text(at) for (word, named_id), at in changed.items()}
    at = "(%(changed)s::jsonb ->> (named.word || ' ' || one.id))::timestamptz"
    text = f"{_naming({word for word, _ in changed})} WHERE {at} > {_MADE_AT}"
    return {found for (found,) in _ask(text, "DISTINCT entry.id", flows, changed=json.dumps(by_name))}


def _find_unnamed(flows: list[str], latest: datetime) -> set[int]:
    rows = Entry.objects.filter(flow__in=flows).exclude(target_id="").exclude(facts__has_any_keys=[NAMED, *NAMES])
    return set(older_than(rows, latest).values_list("pk", flat=True))


def _naming(words: Iterable[str]) -> str:
    listed = ", ".join(f"('{word}', {_READ[word]})" for word in sorted(words))
    return (
        f"FROM sync_entry AS entry CROSS JOIN LATERAL (VALUES {listed}) AS named (word, ids) "
        "CROSS JOIN LATERAL unnest(named.ids) AS one (id)"
    )


def _ask(text: str, columns: str, flows: list[str], **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} {text} AND {_POSTED}",
            {"tenant": require_tenant_id(), "flows": flows, **values},
        )
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
