"""Which rows of a side are unmapped, and what fits one best on the other side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Q, QuerySet

from mapping.candidates import (
    COMPARED,
    all_rows,
    as_candidates,
    kind_of_right,
    left_rows,
    linked_left,
    linked_right,
    load_rejected,
    right_fits,
    right_rows,
)
from mapping.kinds import MappingKind
from mapping.models import RemoteItem
from mapping.page.frame import Frame
from mapping.page.words import spell_name
from mapping.sides import OTHER_SIDE, SideKey
from mapping.suggest import Candidate, Suggestion, best_matches

Rows = QuerySet[RemoteItem]


def open_rows(frame: Frame, side: SideKey) -> Rows:
    """Active rows of a side that can still be mapped, in no order."""
    connection = frame.connection(side)
    if connection is None:
        return all_rows().none()
    kinds = frame.section.kinds
    if side == "quickbooks":
        fits = Q()
        for kind in kinds:
            fits |= right_fits(kind) & ~linked_right([kind], connection)
        return all_rows().filter(fits, connection=connection, is_active=True)
    rows = left_rows(kinds[0], connection).filter(is_active=True)
    if frame.code_kind is not None:
        return rows.filter(remote_id__in=frame.tree.open_ids(frame.code_kind))
    return rows.filter(~linked_left(kinds, connection))


class Matcher:
    """Finds the best match on the other side for rows of this one. Reads the other side once."""

    def __init__(self, frame: Frame, side: SideKey) -> None:
        self._frame = frame
        self._side = side
        self._others: dict[str, list[Candidate]] | None = None
        self._names: dict[tuple[str, str], str] = {}
        self._rejected: dict[str, set[tuple[str, str]]] = {}

    def match(self, rows: Sequence[RemoteItem]) -> dict[int, tuple[str, Suggestion]]:
        """Row pk to the name of the best match and how good it is; rows without any are left out."""
        if not rows:
            return {}
        if self._others is None:
            self._others = self._read_others()
        best: dict[int, tuple[str, Suggestion]] = {}
        for kind in self._frame.section.kinds:
            own = [row for row in rows if self._side == "procore" or kind_of_right([kind], row)]
            for row, pair in self._match_kind(kind, own):
                if row.pk not in best or pair.score > best[row.pk][1].score:
                    best[row.pk] = (self._names[self._resource(kind), pair.right_id], pair)
        return best

    def _match_kind(self, kind: MappingKind, rows: Iterable[RemoteItem]) -> Iterable[tuple[RemoteItem, Suggestion]]:
        by_id = {row.remote_id: row for row in rows}
        candidates = as_candidates(list(by_id.values()))
        others = self._others[self._resource(kind)] if self._others else []
        is_reversed = self._side == "quickbooks"
        found = best_matches(candidates, others, kind, rejected=self._rejected[kind.key], is_reversed=is_reversed)
        return [(by_id[remote_id], pairs[0]) for remote_id, pairs in found.items() if pairs]

    def _read_others(self) -> dict[str, list[Candidate]]:
        self._rejected = load_rejected(self._frame.section.kinds)
        if self._side == "quickbooks":
            self._rejected = {key: {(b, a) for a, b in pairs} for key, pairs in self._rejected.items()}
        others: dict[str, list[Candidate]] = {self._resource(kind): [] for kind in self._frame.section.kinds}
        rows = list(self._linkable().only(*COMPARED))
        for row, candidate in zip(rows, as_candidates(rows), strict=True):
            others[row.resource].append(candidate)
            self._names[row.resource, row.remote_id] = spell_name(
                row.resource, row.name, row.code, row.data.get("full_name")
            )
        return others

    def _linkable(self) -> Rows:
        """The other side's rows; where many codes share an account, those in use as well."""
        frame, other = self._frame, OTHER_SIDE[self._side]
        connection = frame.connection(other)
        kind = frame.section.kinds[0]
        if other == "quickbooks" and not kind.is_one_to_one and connection is not None:
            return right_rows(kind, connection).filter(is_active=True)
        return open_rows(frame, other)

    def _resource(self, kind: MappingKind) -> str:
        return kind.right.key if self._side == "procore" else kind.left.key
