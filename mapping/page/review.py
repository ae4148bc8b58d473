"""The automap card: what the last run linked, and the pairs it left for a person."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from mapping.candidates import all_rows
from mapping.kinds import KINDS
from mapping.models import Link, MappingRun, RemoteItem, SuggestedPair
from mapping.page.frame import Frame
from mapping.page.query import ListQuery, url_of
from mapping.page.words import kind_label, name_of
from mapping.sides import SIDE_LABELS
from smoothx.lib.shapes import Action

MOST_PAIRS = 5


def automap_context(frame: Frame) -> dict[str, Any] | None:
    """The button, and the card of a run whose review is not put away. None for those who only look."""
    if not frame.can_change:
        return None
    missing = [label for side, label in SIDE_LABELS.items() if frame.connection(side) is None]
    return {
        "url": reverse("mapping:automap", args=[frame.section.key]),
        "label": "Automap",
        "disabled_reason": f"Connect {' and '.join(missing)} first." if missing else None,
        "progress": None,
        "run": _run_context(frame),
    }


def open_pairs(run: MappingRun, frame: Frame) -> QuerySet[SuggestedPair]:
    """The run's pairs that nobody has decided on: not rejected, and neither side linked since."""
    links = Link.objects.filter(kind__in=frame.kind_keys)
    is_decided = Q(left_id__in=links.values("left_id"))
    for kind in frame.section.kinds:
        if kind.is_one_to_one:
            is_decided |= Q(kind=kind.key, right_id__in=links.filter(kind=kind.key).values("right_id"))
    pairs: QuerySet[SuggestedPair] = run.pairs.filter(~is_decided, rejected_at__isnull=True)
    return pairs.order_by("-score", "pk")


def _run_context(frame: Frame) -> dict[str, Any] | None:
    run: MappingRun | None = (
        MappingRun.objects.filter(section=frame.section.key, closed_at__isnull=True).order_by("-pk").first()
    )
    if run is None:
        return None
    pairs = _without_covered(list(open_pairs(run, frame)), frame)
    shown = pairs[:MOST_PAIRS]
    names = _load_names(shown)
    unmatched = max(0, frame.coverage.unmapped - len(pairs))
    left = len(pairs) - len(shown)
    return {
        "id": run.pk,
        "title": f"Automap linked {run.linked} pairs" if run.linked != 1 else "Automap linked 1 pair",
        "detail": f"{len(pairs)} to review, {unmatched} without a match",
        "accept": None,
        "discard": _post("Close", "mapping:close_run", run.pk),
        "undo": _post("Undo the run", "mapping:undo_run", run.pk) if run.linked else None,
        "pairs": [_pair_context(pair, names) for pair in shown],
        "more": {"label": f"Review {left} more", "url": _by_score(frame)} if left else None,
        "note": "What was linked is under Mapped, and the whole run can be undone.",
    }


def _without_covered(pairs: list[SuggestedPair], frame: Frame) -> list[SuggestedPair]:
    """A code whose division was linked since needs no review."""
    if frame.code_kind is None:
        return pairs
    open_codes = frame.tree.open_ids(frame.code_kind)
    return [pair for pair in pairs if pair.left_id in open_codes]


def _by_score(frame: Frame) -> str:
    return url_of(frame.section, ListQuery(tab="procore"), sort="score", is_descending=True)


def _pair_context(pair: SuggestedPair, names: dict[tuple[str, str], str]) -> dict[str, Any]:
    kind = KINDS[pair.kind]
    return {
        "id": str(pair.pk),
        "left_name": names.get((kind.left.key, pair.left_id), pair.left_id),
        "right_name": names.get((kind.right.key, pair.right_id), pair.right_id),
        "right_detail": kind_label(pair.kind),
        "score": pair.score,
        "reason": pair.reason,
        "link": _post("Link", "mapping:link_pair", pair.pk),
        "reject": _post("Not the same", "mapping:reject_pair", pair.pk),
    }


def _load_names(pairs: list[SuggestedPair]) -> dict[tuple[str, str], str]:
    wanted = Q(pk__in=[])
    for pair in pairs:
        kind = KINDS[pair.kind]
        wanted |= Q(connection_id=pair.left_connection_id, resource=kind.left.key, remote_id=pair.left_id)
        wanted |= Q(connection_id=pair.right_connection_id, resource=kind.right.key, remote_id=pair.right_id)
    rows: QuerySet[RemoteItem] = all_rows().filter(wanted) if pairs else all_rows().none()
    return {(row.resource, row.remote_id): name_of(row) for row in rows}


def _post(label: str, name: str, pk: int) -> Action:
    return Action(label=label, url=reverse(name, args=[pk]), method="post")
