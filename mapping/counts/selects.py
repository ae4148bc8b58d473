"""What a figure of the mapping pages is counted by. One text for all sections, which are values in it.

Put together of a queryset for each section, the statement took ten times as long to write and to plan as to run.
"""

from __future__ import annotations

from typing import Literal

Ask = Literal["links", "cover", "codes", "division", "dead", "broken", "out", "right"]

# The lists that the counts read. A kind has the place of its section.
GIVEN = """
    WITH asked (ask, section, place, resource) AS (VALUES {asked}),
    kind (key, place, resource) AS (VALUES {kinds}),
    linked (place, remote_id) AS NOT MATERIALIZED (
        SELECT kind.place, link.left_id FROM kind JOIN mapping_link AS link ON link.kind = kind.key
        WHERE link.tenant_id = %(tenant)s AND link.left_connection_id = %(procore)s
    ),
    unneeded (place, remote_id) AS NOT MATERIALIZED (
        SELECT asked.place, row.remote_id FROM asked JOIN mapping_leftout AS row ON row.section = asked.section
        WHERE row.tenant_id = %(tenant)s AND row.connection_id = %(procore)s
    ),
    to_nowhere (place, kind, remote_id) AS MATERIALIZED (
        SELECT kind.place, kind.key, link.left_id
        FROM mapping_remoteitem AS gone
        JOIN kind ON kind.resource = gone.resource
        JOIN mapping_link AS link ON link.kind = kind.key AND link.right_id = gone.remote_id
            AND link.right_connection_id = gone.connection_id
        WHERE gone.tenant_id = %(tenant)s AND gone.connection_id = %(books)s AND NOT gone.is_active
            AND link.tenant_id = %(tenant)s AND link.left_connection_id = %(procore)s
    )
"""
PARTS = {
    "rows": """
        FROM asked JOIN mapping_remoteitem AS item ON item.resource = asked.resource AND item.tenant_id = %(tenant)s
            AND item.connection_id = %(procore)s
    """,
    # The links are a list of their own, which PostgreSQL hashes whether or not it knows yet how many there are. It
    # does so with what it expects to fit in memory: a limit it cannot read has it reckon with a tenth of the links.
    "settled": """
        count(*), count(*) FILTER (
            WHERE (asked.place, item.remote_id) IN (SELECT place, remote_id FROM linked LIMIT (SELECT 100000000))
                OR (asked.place, item.remote_id) IN (SELECT place, remote_id FROM unneeded)
        )
    """,
    "is_linked": "EXISTS (SELECT FROM linked WHERE (linked.place, linked.remote_id) = (asked.place, item.remote_id))",
    "is_unneeded": """
        EXISTS (SELECT FROM unneeded WHERE (unneeded.place, unneeded.remote_id) = (asked.place, item.remote_id))
    """,
    "is_dead": """
        EXISTS (SELECT FROM to_nowhere AS dead WHERE (dead.place, dead.remote_id) = (asked.place, item.remote_id))
    """,
}

_TEXTS: dict[Ask, str] = {
    # How many links each kind has.
    "links": """
        SELECT 'links', kind, '', count(*), 0 FROM mapping_link
        WHERE tenant_id = %(tenant)s AND kind = ANY(%(known)s) GROUP BY kind
    """,
    # The active rows of a section at the left, and how many of them are linked, or left out.
    "cover": """
        SELECT 'cover:' || asked.section, '', '', {settled} {rows}
        WHERE asked.ask = 'cover' AND item.is_active GROUP BY asked.section
    """,
    # The same for the codes right below each division.
    "codes": """
        SELECT 'codes:' || asked.section, item.parent_id, '', {settled} {rows}
        WHERE asked.ask = 'codes' AND item.is_active GROUP BY asked.section, item.parent_id
    """,
    # The codes that others stand under: id, parent, 1 if active, and 1 if settled, 2 if that is dead.
    "division": """
        SELECT 'division:' || asked.section, item.remote_id, item.parent_id, item.is_active::int,
            ({is_linked} OR {is_unneeded})::int + {is_dead}::int
        {rows}
        JOIN (
            SELECT DISTINCT below.resource, below.parent_id FROM mapping_remoteitem AS below
            WHERE below.tenant_id = %(tenant)s AND below.connection_id = %(procore)s AND below.parent_id <> ''
                AND below.resource IN (SELECT resource FROM asked WHERE ask = 'division')
        ) AS above ON above.resource = item.resource AND above.parent_id = item.remote_id
        WHERE asked.ask = 'division'
    """,
    # The active rows at the left with a link to a row of QuickBooks that is inactive or gone, by the row above them.
    "dead": """
        SELECT 'dead:' || asked.section, item.parent_id, '', count(*), 0 {rows}
        JOIN (SELECT DISTINCT place, remote_id FROM to_nowhere) AS dead
            ON dead.place = asked.place AND dead.remote_id = item.remote_id
        WHERE asked.ask = 'dead' AND item.is_active GROUP BY asked.section, item.parent_id
    """,
    # How many such links there are, by kind.
    "broken": """
        SELECT 'broken:' || asked.section, to_nowhere.kind, '', count(*), 0
        FROM asked JOIN to_nowhere ON to_nowhere.place = asked.place
        WHERE asked.ask = 'broken' GROUP BY asked.section, to_nowhere.kind
    """,
    # The active rows at the left that count as settled because somebody left them out.
    "out": """
        SELECT 'out:' || asked.section, '', '', count(*), 0 {rows}
        WHERE asked.ask = 'out' AND item.is_active AND NOT {is_linked}
            AND (asked.place, item.remote_id) IN (SELECT place, remote_id FROM unneeded)
        GROUP BY asked.section
    """,
}
SELECTS = {ask: text.format(**PARTS) for ask, text in _TEXTS.items()}
# Which rows may stand at the right is told by the kinds, as a filter.
RIGHTS = "SELECT 'right:{section}', resource, '', count, 0 FROM ({rows}) AS free (resource, count)"
