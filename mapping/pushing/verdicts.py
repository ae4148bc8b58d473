"""What a push would do with a row: create it, find that it exists, clash with another name, or be impossible."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q

from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from connectors.resource import Resource
from mapping.candidates import all_rows, linked_left, linked_right
from mapping.models import MappingRun, RunRow, SuggestedPair
from mapping.pushing.pushes import Planned, Planner, Wanted
from mapping.screens import Section
from mapping.sides import OTHER_SIDE, SIDE_LABELS, SideKey, load_sides
from mapping.subjects import load_parents

# The lists that share one set of names on the other side, by the resource of the section's first kind.
NAME_LISTS = {
    qbo.CUSTOMERS.key: (qbo.CUSTOMERS,),
    qbo.VENDORS.key: (qbo.VENDORS, qbo.CUSTOMERS, qbo.EMPLOYEES),
    qbo.ITEMS.key: (qbo.ITEMS,),
    qbo.CLASSES.key: (qbo.CLASSES,),
}
NOUNS = {
    qbo.VENDORS.key: "vendor",
    qbo.CUSTOMERS.key: "customer",
    qbo.EMPLOYEES.key: "employee",
    qbo.ITEMS.key: "product or service",
    qbo.CLASSES.key: "class",
    procore.VENDORS.key: "company",
}
FITS_ROLE = {"vendor": qbo.VENDORS.key, "customer": qbo.CUSTOMERS.key}


@dataclass(frozen=True, slots=True)
class Namesake:
    """A row of the other side that has the name, or nearly. An inactive one has no `normal_name`, nobody links it."""

    pk: int
    resource: str
    remote_id: str
    name: str
    normal_name: str
    is_linked: bool
    below: str = ""


class Judge:
    """Judges rows one after the other; a name met twice is created once. Reads the other side's names once."""

    def __init__(self, section: Section, side: SideKey, plan: Planner) -> None:
        self._section, self._side, self._plan = section, side, plan
        self._numbers: dict[tuple[str, str], int] = {}

    def judge(self, run: MappingRun, number: int, wanted: Wanted) -> RunRow:
        planned = self._plan(wanted)
        verdict, reason, namesake = self._decide(planned, wanted, number)
        ids = {"left_id" if self._side == "procore" else "right_id": wanted.row.remote_id}
        row = wanted.row
        return RunRow(
            tenant_id=run.tenant_id,
            run=run,
            number=number,
            label=(row.name if row.name == row.code else f"{row.code} {row.name}".strip())[:500],
            verdict=verdict,
            reason=reason[:500],
            kind=wanted.role or self._section.kinds[0].key,
            state=RunRow.State.WAITING if verdict == "create" else RunRow.State.LEFT_OUT,
            data={
                "role": wanted.role,
                "approvals": list(wanted.approvals),
                "name": namesake.name if namesake else planned.name,
                "facts": [list(fact) for fact in planned.facts],
                "row": row.pk,
                "twin": namesake.pk if namesake else None,
                "subject": planned.subject,
            },
            **ids,
        )

    def _decide(self, planned: Planned, wanted: Wanted, number: int) -> tuple[str, str, Namesake | None]:
        if planned.taken_by:
            return self._taken(planned, wanted)
        if planned.reason:
            is_division = wanted.row.remote_id in self._divisions
            return "division" if is_division else planned.verdict or "invalid", planned.reason, None
        near = self._by_name.get((planned.below, wanted.row.normal_name)) if wanted.row.normal_name else None
        if near is not None and not near.is_linked and self._fits(near, wanted):
            return self._there(f"{self._other} has {near.name} already.", near, wanted)
        first = self._numbers.setdefault((planned.below, planned.name.casefold()), number)
        if first != number:
            return "same", f"Row {first} has the same name.", None
        return "create", " ".join(planned.warnings), None

    def _taken(self, planned: Planned, wanted: Wanted) -> tuple[str, str, Namesake | None]:
        owner = self._by_id.get(planned.taken_by)
        if owner is None:
            return "clash", planned.reason, None
        noun = "sub-customer" if owner.below else NOUNS[owner.resource]
        if owner.is_linked:
            return "clash", f"{self._other} has the {noun} {owner.name}, and it is linked to another row.", owner
        if self._fits(owner, wanted):
            return self._there(f"{self._other} has the {noun} {owner.name} already.", owner, wanted)
        return "clash", f"{self._other} has {owner.name} as {with_article(noun)}.", owner

    def _there(self, text: str, namesake: Namesake, wanted: Wanted) -> tuple[str, str, Namesake]:
        """A pair that automap left to a person is not linked together with the others."""
        if self._pair(namesake, wanted) in self._doubtful:
            return "unsure", f"{text} Automap was not sure that it is the same, so look at both.", namesake
        return "exists", f"{text} Link it instead.", namesake

    def _pair(self, namesake: Namesake, wanted: Wanted) -> tuple[str, str]:
        ids = (wanted.row.remote_id, namesake.remote_id)
        return ids if self._side == "procore" else (ids[1], ids[0])

    @cached_property
    def _doubtful(self) -> dict[tuple[str, str], bool]:
        """The pairs automap was not sure of, by Procore's and QuickBooks' id: whether a person rejected them.

        One it is sure of waits there as well until automap is run.
        """
        rows = SuggestedPair.objects.filter(
            Q(rejected_at__isnull=False) | ~Q(band="sure"), kind__in=[kind.key for kind in self._section.kinds]
        )
        found = rows.values_list("left_id", "right_id", "rejected_at")
        return {(left_id, right_id): rejected_at is not None for left_id, right_id, rejected_at in found}

    def _fits(self, namesake: Namesake, wanted: Wanted) -> bool:
        """Whether the two may be linked. Not when a person said that they are not the same."""
        has_role = namesake.resource == FITS_ROLE.get(wanted.role, namesake.resource) or self._side == "quickbooks"
        return has_role and not self._doubtful.get(self._pair(namesake, wanted), False)

    @property
    def _other(self) -> str:
        return SIDE_LABELS[OTHER_SIDE[self._side]]

    @cached_property
    def _divisions(self) -> set[str]:
        """Codes others stand under. They come along when all of a list is chosen, and lack nothing."""
        return set(load_parents().values()) if self._section.is_tree and self._side == "procore" else set()

    @cached_property
    def _namesakes(self) -> list[Namesake]:
        connection = load_sides().of(OTHER_SIDE[self._side])
        kinds = self._section.kinds
        linked = linked_right(kinds, connection) if self._side == "procore" else linked_left(kinds, connection)
        lists = name_lists(self._section, self._side)
        rows = all_rows().filter(
            at_level(self._section, self._side),
            connection=connection,
            resource__in=[each.key for each in lists],
            vanished_at__isnull=True,
        )
        linked_pks = set(rows.filter(linked).values_list("pk", flat=True))
        values = rows.order_by("is_active", "-pk").values_list(
            "pk", "resource", "remote_id", "name", "normal_name", "is_active", "parent_id"
        )
        return [
            Namesake(pk, resource, remote_id, name, normal_name if is_active else "", pk in linked_pks, parent_id)
            for pk, resource, remote_id, name, normal_name, is_active, parent_id in values
        ]

    @cached_property
    def _by_id(self) -> dict[str, Namesake]:
        """Ids of the lists that share a set of names are out of one counter."""
        return {each.remote_id: each for each in self._namesakes}

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], Namesake]:
        """Active rows by what they stand below and their normal name, a free one rather than one that is linked."""
        ordered = sorted(self._namesakes, key=lambda each: not each.is_linked)
        return {(each.below, each.normal_name): each for each in ordered if each.normal_name}


def name_lists(section: Section, side: SideKey) -> tuple[Resource, ...]:
    """The lists of the other side in which the name of a new row must be the only one."""
    return NAME_LISTS[section.kinds[0].right.key] if side == "procore" else (procore.VENDORS,)


def at_level(section: Section, side: SideKey) -> Q:
    """Rows of the other side whose names a new row must avoid: sub-customers below a customer, else the top."""
    below = side == "procore" and section.kinds[0].right_level == "child"
    return ~Q(parent_id="") if below else Q(parent_id="")


def with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
