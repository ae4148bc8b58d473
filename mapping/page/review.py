"""The automap card, and the queue of pairs a person decides on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.urls import reverse

from mapping.automap.pairs import SECOND, in_order, open_pairs, pairs_of, rejected_pairs
from mapping.automap.running import is_lost, is_running, takes_codes_first
from mapping.candidates import all_rows
from mapping.kinds import KINDS
from mapping.matching.records import MOST_SUGGESTED
from mapping.models import MappingRun, RemoteItem, SuggestedPair
from mapping.page.frame import Frame
from mapping.page.listing import turn
from mapping.page.matcher import left_name, read_named, right_name
from mapping.page.query import review_url
from mapping.page.words import context_of, kind_label, name_of, nouns
from mapping.sides import SIDE_LABELS
from smoothx.lib.shapes import Action, Page, Progress

STOPPED = "The last run stopped before its end. Nothing of it was linked. Run it again."
Rows = dict[tuple[str, str], RemoteItem]


def automap_context(frame: Frame) -> dict[str, Any] | None:
    """The button, and the card. None for those who only look, and where nothing is matched by name or code."""
    if not frame.can_change or not frame.section.can_automap:
        return None
    missing = [label for side, label in SIDE_LABELS.items() if frame.connection(side) is None]
    latest = frame.latest_run
    running = latest if latest is not None and is_running(latest) else None
    run = None if running or missing else _card(frame, latest)
    count = frame.facts.to_review
    return {
        "url": reverse("mapping:automap", args=[frame.section.key]),
        "label": "Automap",
        "disabled_reason": f"Connect {' and '.join(missing)} first." if missing else None,
        "codes_first": _codes_first(frame, latest),
        "progress": _progress(frame, running) if running else None,
        "error": _error(latest) if latest and not running else None,
        "run": run,
        # Once the card is put away, this leads to what is left of it.
        "review": {"label": f"Review {count:,}", "url": review_url(frame.section)} if count and not run else None,
    }


def review_context(frame: Frame, *, is_rejected: bool = False) -> dict[str, Any]:
    """The page of all pairs to decide on, or of the rejected ones."""
    rejected = rejected_pairs(frame.section, frame.sides)
    count = rejected.count() if is_rejected else frame.facts.to_review
    page, shown = turn(frame, count)
    page = _with_urls(page, frame, is_rejected=is_rejected)
    found = list(rejected[shown]) if is_rejected else _read_queue(frame, shown)
    others = [] if is_rejected else _alternatives(frame, found)
    rows = load_pair_rows([*found, *others])
    return {
        "pairs": [show_pair(pair, frame, rows, others) for pair in found],
        "page": page,
        "count": count,
        "counts": {"open": frame.facts.to_review, "rejected": count if is_rejected else rejected.count()},
        "is_rejected": is_rejected,
        "urls": {"open": review_url(frame.section), "rejected": review_url(frame.section, rejected=True)},
    }


def show_pair(pair: SuggestedPair, frame: Frame, rows: Rows, others: Iterable[SuggestedPair] = ()) -> dict[str, Any]:
    """Both rows with what else is known of them, why they may be the same, and what can be done."""
    kind = KINDS[pair.kind]
    left, right = rows.get((kind.left.key, pair.left_id)), rows.get((kind.right.key, pair.right_id))
    has_roles = len(frame.section.kinds) > 1
    return {
        "id": str(pair.pk),
        "left_name": name_of(left) if left else left_name(pair),
        "left_context": context_of(left, frame.section) if left else "",
        "right_name": name_of(right) if right else right_name(pair),
        "right_context": context_of(right, frame.section) if right else "",
        "right_detail": kind_label(pair.kind) if has_roles else "",
        "score": pair.score,
        "reason": _reason(pair),
        "is_sure": pair.band == "sure",
        "rejected_at": pair.rejected_at,
        "link": _post("Link", "mapping:link_pair", pair.pk),
        "reject": _post("Not the same", "mapping:reject_pair", pair.pk),
        "allow": _post("Offer again", "mapping:allow_pair", pair.pk),
        "others": [show_pair(other, frame, rows) for other in others if other.left_id == pair.left_id],
    }


def name_pair(pair: SuggestedPair) -> tuple[str, str]:
    """The names of both rows; the id of one that is not in its list any more."""
    kind, rows = KINDS[pair.kind], load_pair_rows([pair])
    left, right = rows.get((kind.left.key, pair.left_id)), rows.get((kind.right.key, pair.right_id))
    return name_of(left) if left else pair.left_id, name_of(right) if right else pair.right_id


def load_pair_rows(pairs: Sequence[SuggestedPair]) -> Rows:
    """Both rows of each pair by (resource, remote id), in one statement."""
    wanted: dict[tuple[int, str], set[str]] = {}
    for pair in pairs:
        kind = KINDS[pair.kind]
        wanted.setdefault((pair.left_connection_id, kind.left.key), set()).add(pair.left_id)
        wanted.setdefault((pair.right_connection_id, kind.right.key), set()).add(pair.right_id)
    found: Rows = {}
    queries = [
        all_rows().filter(connection_id=connection_id, resource=resource, remote_id__in=ids)
        for (connection_id, resource), ids in wanted.items()
    ]
    if queries:
        rows = queries[0].union(*queries[1:], all=True) if len(queries) > 1 else queries[0]
        found = {(row.resource, row.remote_id): row for row in rows}
    return found


def _read_queue(frame: Frame, shown: slice) -> list[SuggestedPair]:
    keys = frame.facts.queue.read(shown.start, shown.stop)
    found = SuggestedPair.objects.in_bulk(keys)
    return [found[key] for key in keys if key in found]


def _alternatives(frame: Frame, found: Sequence[SuggestedPair]) -> list[SuggestedPair]:
    """The other pairs of the same left rows, best first."""
    if not found:
        return []
    shown = {pair.pk for pair in found}
    queue = open_pairs(frame.section, frame.sides, frame.facts.tree)
    parts = pairs_of(queue, "procore", [pair.left_id for pair in found])
    most = MOST_SUGGESTED * len(found)
    return [pair for pair in in_order(parts, 0, most) if pair.pk not in shown]


def _card(frame: Frame, latest: MappingRun | None) -> dict[str, Any] | None:
    """What the last run linked, until it is put away, and the first pairs to decide on."""
    has_run = latest is not None and latest.state == MappingRun.State.DONE and latest.closed_at is None
    count = frame.facts.to_review
    if not has_run and (latest is not None or not count):
        return None
    shown = read_named(frame.facts.first, frame)
    unmatched = max(0, frame.coverage.unmapped - frame.facts.open_with_pair)
    noun = f"{frame.section.left_noun if unmatched == 1 else frame.section.left_noun_plural}"
    run = latest if has_run else None
    return {
        "title": _title(run, count),
        "detail": f"{f'{count:,} to review, ' if run else ''}{unmatched:,} {noun} without a match",
        "undo": _post("Undo the run", "mapping:undo_run", run.pk) if run and run.linked else None,
        "discard": _post("Close", "mapping:close_run", run.pk) if run else None,
        "pairs": [show_pair(pair, frame, {}) for pair in shown],
        "more": {"label": _review_label(count), "url": review_url(frame.section)} if count else None,
        "note": _note(run, count, unmatched),
    }


def _title(run: MappingRun | None, count: int) -> str:
    if run is None:
        return f"{count:,} pair{'' if count == 1 else 's'} to review"
    if not run.linked:
        return "Automap found nothing sure" if count else "Automap found no more pairs"
    return f"Automap linked {run.linked:,} pair{'' if run.linked == 1 else 's'}"


def _review_label(count: int) -> str:
    return f"Review all {count:,}" if count > 1 else "Review it"


def _note(run: MappingRun | None, count: int, unmatched: int) -> str:
    if run is not None and run.linked:
        return "What was linked is under Mapped, and the whole run can be undone."
    if count:
        return "None of these is mapped until you link it."
    return "Link the rest with the chain beside each row." if unmatched else "Nothing is left to link."


def _codes_first(frame: Frame, latest: MappingRun | None) -> dict[str, Any] | None:
    """The option, as it was chosen last; None where no row has a code or number of its own."""
    if not takes_codes_first(frame.section):
        return None
    word = "Codes" if frame.section.kinds[0].by_code else "Numbers"
    is_on = latest is not None and bool(latest.options.get("codes_first"))
    return {"label": f"{word} first, then names", "is_on": is_on}


def _progress(frame: Frame, run: MappingRun) -> Progress:
    label = f"Comparing {nouns(frame.section, 'procore')[1]} with {nouns(frame.section, 'quickbooks')[1]}"
    return Progress(label=label, done=run.done, total=run.expected if (run.expected or 0) > 1 else None)


def _error(latest: MappingRun) -> str | None:
    if is_lost(latest):
        return STOPPED
    return latest.message if latest.state == MappingRun.State.FAILED and latest.message else None


def _reason(pair: SuggestedPair) -> str:
    if pair.band != SECOND:
        return pair.reason
    return f"{pair.reason}. It has another role already, this would be a second"


def _with_urls(page: Page, frame: Frame, *, is_rejected: bool) -> Page:
    """The same page, with the addresses of the review in place of the list's."""
    number = frame.query.page
    previous = review_url(frame.section, rejected=is_rejected, page=number - 1) if page.previous_url else ""
    following = review_url(frame.section, rejected=is_rejected, page=number + 1) if page.next_url else ""
    return Page(first=page.first, last=page.last, total=page.total, previous_url=previous, next_url=following)


def _post(label: str, name: str, pk: int) -> Action:
    return Action(label=label, url=reverse(name, args=[pk]), method="post")
