"""Keeping what a look at a section found: suggestions replace the older ones."""

from __future__ import annotations

from collections.abc import Iterable

from mapping.automap.finding import Found, Pair
from mapping.automap.pairs import SECOND, Band
from mapping.counts.upkeep import recount_soon
from mapping.models import Link, MappingRun, SuggestedPair
from mapping.screens import Section
from mapping.sides import Sides

BATCH = 2000
LONGEST_REASON = 200


def store_suggestions(
    section: Section, sides: Sides, pairs: Iterable[tuple[Band, Pair]], run: MappingRun | None
) -> None:
    """Take these for the section's suggestions. What a person rejected stays rejected. Needs a transaction."""
    keys = [kind.key for kind in section.kinds]
    SuggestedPair.objects.filter(kind__in=keys, rejected_at__isnull=True).delete()
    SuggestedPair.objects.bulk_create(
        [_make_pair(band, pair, sides, run) for band, pair in pairs], ignore_conflicts=True, batch_size=BATCH
    )
    recount_soon()


def bands_of(found: Found, *, with_sure: bool) -> Iterable[tuple[Band, Pair]]:
    """The suggestions of a look; sure ones are among them as long as nobody linked them."""
    if with_sure:
        yield from (("sure", pair) for pair in found.sure)
    yield from (("unsure", pair) for pair in found.unsure)
    yield from ((SECOND, pair) for pair in found.second)


def offer_again(links: Iterable[Link]) -> None:
    """Keep pairs that automap had linked as suggestions, now that they are taken apart: they still fit best."""
    found = [(link, *link.reason.rpartition(", ")[::2]) for link in links if link.chosen_by == Link.ChosenBy.AUTOMAP]
    SuggestedPair.objects.bulk_create(
        [
            SuggestedPair(
                kind=link.kind,
                left_connection_id=link.left_connection_id,
                left_id=link.left_id,
                right_connection_id=link.right_connection_id,
                right_id=link.right_id,
                score=int(score),
                reason=reason,
            )
            for link, reason, score in found
            if score.isdecimal()
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def reason_with_score(reason: str, score: int) -> str:
    """How a link keeps both. The score is kept whole, however long the reason."""
    end = f", {score}"
    return f"{reason[: LONGEST_REASON - len(end)]}{end}"


def _make_pair(band: Band, found: Pair, sides: Sides, run: MappingRun | None) -> SuggestedPair:
    kind, pair = found
    return SuggestedPair(
        kind=kind.key,
        left_connection=sides.procore,
        left_id=pair.left_id,
        right_connection=sides.quickbooks,
        right_id=pair.right_id,
        score=pair.score,
        reason=pair.reason[:LONGEST_REASON],
        band=band,
        run=run,
    )
