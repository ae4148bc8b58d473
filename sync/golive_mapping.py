"""What the mapping must have before documents may cross: each code has a place, no link points at something gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count, Q

from mapping.candidates import all_rows
from mapping.coverage import Coverage, load_coverages
from mapping.defaults import BILL_CODE, BILL_ITEM, EXISTING_PROJECTS, ITEMS_IN_QUICKBOOKS, LINE_ITEM_TYPE, Defaults
from mapping.kinds import KINDS
from mapping.models import Link
from mapping.screens import SECTIONS, Section, Situation, choose_sections, section_of
from mapping.sections import load_linked_kinds, load_situation
from mapping.sides import Sides, load_sides
from sync.checklist import Check

GROUP = "Mapping"
# Of these a row left open is said, but stops nothing by itself: its documents fall back, or say so when they come.
ADVISED = ("tax-purchase", "tax-sales", "employees", "time-types", "cost-types", "terms")


def check_mapping(defaults: Defaults) -> list[Check]:
    """Contacts, projects, the cost codes of the lines; then what else is to be said, if anything. Five statements."""
    sides = load_sides()
    situation = load_situation(sides)
    shown = choose_sections(situation, load_linked_kinds()).sections
    codes = SECTIONS["item-codes" if _chosen(defaults, LINE_ITEM_TYPE.key) == "item" else "account-codes"]
    wanted = dict.fromkeys((SECTIONS["contacts"], SECTIONS["projects"], codes, *shown))
    covered = load_coverages(wanted, sides)
    return [
        _contacts(covered["contacts"]),
        _projects(covered["projects"], defaults),
        _codes(codes, covered[codes.key], defaults),
        *_other_codes([section for section in shown if section != codes], covered, defaults, situation),
        *_dead_links(shown, sides),
        *_advice(shown, covered),
    ]


def _contacts(found: Coverage) -> Check:
    detail = f"{found.covered:,} of {found.total:,} Procore companies mapped.{_say_dead(found)}"
    if not found.total:
        return Check("contacts", GROUP, "Contacts", "block", "Nothing read yet.", "map:contacts", "Read contacts")
    if not found.mapped:
        return Check("contacts", GROUP, "Contacts", "block", detail, "map:contacts", "Map contacts", found.unmapped)
    if found.unmapped:
        whose = "its documents wait until it is" if found.unmapped == 1 else "their documents wait until they are"
        detail += f" {found.unmapped:,} left; {whose} mapped."
        return Check("contacts", GROUP, "Contacts", "open", detail, "map:contacts", "Continue", found.unmapped)
    return _done("contacts", "Contacts", detail, "map:contacts", found)


def _projects(found: Coverage, defaults: Defaults) -> Check:
    if not found.total:
        return Check("projects", GROUP, "Projects", "block", "Nothing read yet.", "map:projects", "Read projects")
    detail = f"{found.covered:,} of {found.total:,} Procore projects mapped.{_say_dead(found)}"
    if found.unmapped:
        is_one = found.unmapped == 1
        if defaults.says(EXISTING_PROJECTS, "create"):
            rest = (
                "becomes a sub-customer when you are live, by its"
                if is_one
                else ("become sub-customers when you are live, by their")
            )
            detail += f" {found.unmapped:,} {rest} Customer field."
        else:
            rest = (
                "waits until you choose it once live; its" if is_one else "wait until you choose them once live; their"
            )
            detail += f" {found.unmapped:,} {rest} documents wait as well."
        return Check("projects", GROUP, "Projects", "open", detail, "map:projects", "Look", found.unmapped)
    return _done("projects", "Projects", detail, "map:projects", found)


def _codes(section: Section, found: Coverage, defaults: Defaults) -> Check:
    fix = f"map:{section.key}"
    if not found.total:
        return Check("codes", GROUP, "Cost codes", "block", "Nothing read yet.", fix, "Read cost codes")
    detail = f"{found.covered:,} of {found.total:,} covered.{_say_dead(found)}"
    if not found.unmapped:
        return _done("codes", "Cost codes", detail, fix, found)
    is_one, by_item = found.unmapped == 1, section.key == "item-codes"
    label = _map_codes(found)
    if defaults.get(BILL_CODE):
        used = BILL_ITEM if by_item and defaults.get(BILL_ITEM) else BILL_CODE
        uses, whose = ("uses", "its") if is_one else ("use", "their")
        detail += f" {found.unmapped:,} {uses} {used.label}, and {whose} documents will say so."
        return Check("codes", GROUP, "Cost codes", "open", detail, fix, label, found.unmapped)
    has, what = "has" if is_one else "have", "product or service" if by_item else "account"
    detail += f" {found.unmapped:,} {has} no {what}: map {'it' if is_one else 'each one'}, or set {BILL_CODE.label}."
    return Check("codes", GROUP, "Cost codes", "block", detail, fix, label, found.unmapped)


def _other_codes(
    sections: Sequence[Section], covered: Mapping[str, Coverage], defaults: Defaults, situation: Situation
) -> list[Check]:
    """The other two maps of cost codes, where the way chosen needs them: classes, and items read from QuickBooks."""
    checks = []
    for section in sections:
        found = covered[section.key]
        fix, label = f"map:{section.key}", _map_codes(found)
        detail = f"{found.covered:,} of {found.total:,} covered.{_say_dead(found)}"
        if not found.unmapped:
            continue
        # Books without a class per line are said as such, and nothing can be mapped to them.
        if section.key == "cost-codes" and situation.books is not None and situation.books.classes == "line":
            others = "the other one" if found.unmapped == 1 else f"the other {found.unmapped:,}"
            detail += f" Lines of {others} carry no class, and their documents will say so."
            checks.append(Check("class_codes", GROUP, section.label, "open", detail, fix, label, found.unmapped))
        elif section.key == "item-codes" and _chosen(defaults, ITEMS_IN_QUICKBOOKS.key) == "yes":
            detail += f" A cost entered in QuickBooks under one of the other {found.unmapped:,} waits for you."
            checks.append(Check("item_codes", GROUP, section.label, "open", detail, fix, label, found.unmapped))
    return checks


def _dead_links(shown: tuple[Section, ...], sides: Sides) -> list[Check]:
    """Links to a row of QuickBooks that is inactive or gone, in the sections in use."""
    kinds = [kind for section in shown for kind in section.kinds]
    points = Q(pk__in=[])
    for kind in kinds:
        dead = all_rows().filter(connection=sides.quickbooks, resource=kind.right.key, is_active=False)
        points |= Q(kind=kind.key, right_id__in=dead.values("remote_id"))
    links = Link.objects.filter(points, left_connection=sides.procore).order_by()
    counts = dict(links.values_list("kind").annotate(n=Count("pk")))
    if not counts:
        return []
    count = sum(counts.values())
    section = section_of(KINDS[max(counts, key=lambda key: counts[key])])
    label = "1 link points to something inactive" if count == 1 else f"{count:,} links point to something inactive"
    detail = "QuickBooks refuses a document that names it. Link to another row, or make it active there and refresh."
    return [Check("dead_links", GROUP, label, "block", detail, f"map:{section.key}:problems", "Look at them", count)]


def _advice(shown: tuple[Section, ...], covered: Mapping[str, Coverage]) -> list[Check]:
    checks = []
    for section in shown:
        found = covered[section.key]
        if section.key in ADVISED and found.unmapped:
            detail = f"{found.covered:,} of {found.total:,} {section.left_noun_plural} mapped.{_say_dead(found)}"
            key, fix = section.key.replace("-", "_"), f"map:{section.key}"
            checks.append(Check(key, GROUP, section.label, "open", detail, fix, "Continue", found.unmapped))
    return checks


def _map_codes(found: Coverage) -> str:
    return f"Map {found.unmapped:,} code{'' if found.unmapped == 1 else 's'}"


def _done(key: str, label: str, detail: str, fix: str, found: Coverage) -> Check:
    """All mapped; done unless some lead to what is gone, which a check of its own stops at."""
    if not found.dead:
        return Check(key, GROUP, label, "done", detail)
    return Check(key, GROUP, label, "open", detail, f"{fix}:problems", "Look at them", found.dead)


def _say_dead(found: Coverage) -> str:
    if not found.dead:
        return ""
    return f" {found.dead:,} {'leads' if found.dead == 1 else 'lead'} to what is inactive in QuickBooks, or gone."


def _chosen(defaults: Defaults, key: str) -> str:
    found = defaults.choices.get(key)
    return found.id if found else ""
