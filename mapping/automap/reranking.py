"""A kept ranking of which few rows changed: these are ranked anew, and put among the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from mapping.automap.pairs import open_pairs
from mapping.automap.ranking import Best, Keeping, RankingLost, read_ranked
from mapping.counts.merging import compose, union_of
from mapping.counts.moves import Change
from mapping.counts.tree import Tree
from mapping.kinds import KINDS
from mapping.screens import Section
from mapping.sides import Sides
from smoothx.tenants.scope import require_tenant_id

# The rows that changed, what they stand under, as a division is on the list only while a code below it is open, and
# those with a suggestion for what was taken or is free again. OFFSET 0 has PostgreSQL look the few rows up, as it
# cannot know how few they are.
TOUCHED = """
    WITH RECURSIVE before AS MATERIALIZED (
        SELECT pairs, scores, lefts FROM mapping_countedfacts
        WHERE tenant_id = %(tenant)s AND part = %(part)s AND snapshot = %(before)s AND lefts IS NOT NULL
    ), own_and_above AS (
        SELECT unnest(%(lefts)s::text[]) AS id
        UNION SELECT item.parent_id FROM own_and_above CROSS JOIN LATERAL (
            SELECT parent_id FROM mapping_remoteitem
            WHERE tenant_id = %(tenant)s AND connection_id = %(procore)s AND resource = %(resource)s
                AND remote_id = own_and_above.id OFFSET 0
        ) AS item
        WHERE item.parent_id <> ''
    ), touched AS MATERIALIZED (
        SELECT id FROM own_and_above
        UNION SELECT pair.left_id FROM unnest(%(rights)s::text[]) AS used (id) CROSS JOIN LATERAL (
            SELECT left_id FROM mapping_suggestedpair
            WHERE tenant_id = %(tenant)s AND kind = ANY(%(kinds)s) AND right_connection_id = %(books)s
                AND right_id = used.id OFFSET 0
        ) AS pair
    ), own AS MATERIALIZED (
        SELECT item.id, touched.id AS remote_id, EXISTS (
            SELECT FROM mapping_link WHERE tenant_id = %(tenant)s AND kind = ANY(%(kinds)s)
                AND left_connection_id = %(procore)s AND left_id = touched.id
        ) AS is_linked
        FROM touched CROSS JOIN LATERAL (
            SELECT id FROM mapping_remoteitem
            WHERE tenant_id = %(tenant)s AND connection_id = %(procore)s AND resource = %(resource)s
                AND remote_id = touched.id OFFSET 0
        ) AS item
    ),
"""
IS_TOUCHED = RawSQL("left_id = ANY(ARRAY(SELECT id FROM touched))", (), output_field=BooleanField())
BEST = """
    open (id, left_id, score) AS MATERIALIZED ({pairs}),
    best (id, score, row) AS (
        SELECT kept.id, kept.score, kept.row FROM before, unnest(pairs, scores, lefts) AS kept (id, score, row)
        WHERE abs(kept.row) NOT IN (SELECT id FROM own)
        UNION ALL (
            SELECT DISTINCT ON (open.left_id) open.id, open.score, CASE WHEN is_linked THEN -own.id ELSE own.id END
            FROM open JOIN own ON own.remote_id = open.left_id
            ORDER BY open.left_id, open.score DESC, open.id
        )
    ),
"""


def lists_of(section: Section) -> frozenset[str]:
    """The lists that decide which pair of a row is the best. Kinds that share rows with its own are among them."""
    pools = {kind.left_group for kind in section.kinds}, {kind.right_group for kind in section.kinds}
    kinds = {kind.key for kind in KINDS.values() if kind.left_group in pools[0] or kind.right_group in pools[1]}
    rights = {kind.right.key for kind in section.kinds}
    return frozenset((section.key, section.kinds[0].left.key)) | kinds | rights


def rank_again(
    section: Section, sides: Sides, tree: Tree | None, changes: Sequence[Change], before: str, keeping: Keeping
) -> Best | None:
    """What `rank_lefts` would answer, made of what was kept with the snapshot `before` and all `changes` since.

    None where it is not kept so any more, and where a division changed, with which all codes below it do. Of the
    ranking nothing is kept then.
    """
    lefts = {each.left_id for each in changes}
    # Where many rows may go to one, a link takes it from no other.
    taken = {each.right_id for each in changes if each.what == "link" and KINDS[each.of].is_one_to_one}
    rights = {right_id for right_id in taken if right_id is not None}
    if tree is not None and not lefts.isdisjoint(tree.below):
        return None
    touched = compose(TOUCHED, _values(section, sides, lefts, rights) | {"before": before, "part": keeping.part})
    pairs = [
        part.filter(IS_TOUCHED).values_list("pk", "left_id", "score") for part in open_pairs(section, sides, tree)
    ]
    text, values = union_of(pairs)
    best = touched + BEST.format(pairs=compose(text, values))
    try:
        return read_ranked(best, keeping, is_whole="EXISTS (SELECT FROM before)")
    except RankingLost:
        return None


def _values(section: Section, sides: Sides, lefts: Iterable[str], rights: Iterable[str]) -> dict[str, object]:
    return {
        "tenant": require_tenant_id(),
        "lefts": sorted(lefts),
        "rights": sorted(rights),
        "kinds": [kind.key for kind in section.kinds],
        "procore": sides.need("procore").pk,
        "books": sides.need("quickbooks").pk,
        "resource": section.kinds[0].left.key,
    }
