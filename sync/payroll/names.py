"""Which project and which person the texts of a payroll file name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from connectors.models import Connection
from connectors.procore import resources as procore
from connectors.qbo import resources as qbo
from mapping.defaults import PROCORE_PAYROLL_CODE, Defaults
from mapping.kinds import EMPLOYEE_VENDOR, PROJECT
from mapping.maps import CodeRef, LeftSide
from mapping.models import Link, RemoteItem
from mapping.normalize import fold
from sync.flows._cost_targets import is_named
from sync.flows._labour import Worker


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    name: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class Projects:
    """Procore projects by what people call them: number, name, both, and the customer of the books they are linked
    to. A text that names several names none."""

    by_text: Mapping[str, frozenset[str]]
    by_id: Mapping[str, Project]

    def find(self, text: str) -> Project | str:
        """The project, or in a sentence why there is none."""
        found = self.by_text.get(key_of(text), frozenset())
        if not found:
            return (
                f"{text} is not a project in Procore, by its number or its name, nor a customer that is mapped to one."
            )
        if len(found) > 1:
            return f"{text} names several projects. Give the project's number."
        project = self.by_id[next(iter(found))]
        return project if project.is_active else f"Project {project.name} is inactive in Procore."


def key_of(text: str) -> str:
    return " ".join(fold(text).replace(" - ", " ").split())


def load_projects(connection: Connection, books: Connection) -> Projects:
    rows = RemoteItem.objects.filter(
        connection=connection, resource=procore.PROJECTS.key, vanished_at__isnull=True
    ).values_list("remote_id", "name", "code", "is_active")
    by_id = {remote_id: Project(remote_id, name, is_active) for remote_id, name, _, is_active in rows}
    by_text: dict[str, set[str]] = defaultdict(set)
    for remote_id, name, code, _ in rows:
        for text in (name, code, f"{code} {name}"):
            by_text[key_of(text)].add(remote_id)
    for text, remote_id in _customers(books):
        if remote_id in by_id:
            by_text[key_of(text)].add(remote_id)
    by_text.pop("", None)
    return Projects({text: frozenset(ids) for text, ids in by_text.items()}, by_id)


def _customers(books: Connection) -> Iterable[tuple[str, str]]:
    """The names of customers that are linked to a project, with the project's id."""
    links = dict(Link.objects.filter(kind=PROJECT.key, right_connection=books).values_list("right_id", "left_id"))
    rows = RemoteItem.objects.filter(connection=books, resource=qbo.CUSTOMERS.key, remote_id__in=list(links))
    for remote_id, name, full_name in rows.values_list("remote_id", "name", "data__full_name"):
        yield name, links[remote_id]
        yield full_name or "", links[remote_id]


@dataclass(frozen=True, slots=True)
class People:
    """Every name and number of an employee, a person or a vendor, folded."""

    texts: frozenset[str]

    def has(self, name: str) -> bool:
        return any(text.casefold() in self.texts for text in _spellings(name))


def load_people(connections: Sequence[Connection]) -> People:
    lists = [qbo.EMPLOYEES.key, procore.EMPLOYEES.key, qbo.VENDORS.key]
    rows = RemoteItem.objects.filter(connection__in=connections, resource__in=lists, vanished_at__isnull=True)
    pairs = rows.values_list("name", "code")
    return People(frozenset(text.casefold() for pair in pairs for text in pair if text))


@dataclass(frozen=True, slots=True)
class Codes:
    """The cost codes of the firm and of its projects, and in words what a row takes that names none of them."""

    known: Sequence[CodeRef]
    fallback: str

    def miss(self, named: str) -> str:
        """Why the row does not keep the code it names, "" when it does."""
        if not named:
            return f"It names no cost code, so {self.fallback}"
        if any(is_named(code, named) for code in self.known):
            return ""
        return f"{named} is no cost code we know, so {self.fallback}"


def load_codes(connection: Connection, defaults: Defaults) -> Codes:
    lists = [procore.STANDARD_COST_CODES.key, procore.PROJECT_COST_CODES.key]
    rows = RemoteItem.objects.filter(connection=connection, resource__in=lists, vanished_at__isnull=True)
    spelled = rows.order_by().values_list("code", "name").distinct()
    label, chosen = PROCORE_PAYROLL_CODE.label, defaults.get(PROCORE_PAYROLL_CODE)
    fallback = f"{label} is used, {chosen.name}." if chosen else f"its cost stops until {label} is chosen."
    return Codes([CodeRef("", code, name) for code, name in spelled if code], fallback)


def find_worker(name: str, connection: Connection, books: Connection) -> tuple[Worker, LeftSide | None]:
    """Who is meant by a name or a number of the file: an employee of the books, a vendor paid for work, or a person of
    Procore. One name of several people leads to none of them; the cost then names the worker in words."""
    if not name:
        return Worker(), None
    spelled = _spellings(name)
    lists = {qbo.EMPLOYEES.key: "employee", procore.EMPLOYEES.key: "person"}
    wanted = Q(resource__in=list(lists)) | Q(resource=qbo.VENDORS.key, remote_id__in=_paid_as_vendors(books))
    named = Q()
    for text in spelled:
        named |= Q(name__iexact=text) | Q(code__iexact=text)
    rows = list(
        RemoteItem.objects.filter(wanted & named, connection__in=[connection, books], vanished_at__isnull=True)
        .order_by("pk")
        .values_list("resource", "remote_id", "name", "is_active")
    )
    for resource in (qbo.EMPLOYEES.key, qbo.VENDORS.key):
        found = [row for row in rows if row[0] == resource]
        if len(found) == 1:
            return Worker(name, "employee" if resource == qbo.EMPLOYEES.key else "vendor", found[0][1]), None
        if found:
            return Worker(name), None
    people = [row for row in rows if row[3]]
    if len(people) != 1:
        return Worker(name), None
    _, remote_id, shown, is_active = people[0]
    return Worker(name, "person", remote_id), LeftSide(remote_id, shown, is_active)


def _spellings(name: str) -> list[str]:
    """ "Alvarez, Rosa" is Rosa Alvarez too."""
    last, comma, first = name.partition(",")
    turned = f"{first.strip()} {last.strip()}" if comma and first.strip() else ""
    return [text for text in (name, turned) if text]


def _paid_as_vendors(books: Connection) -> list[str]:
    links = Link.objects.filter(kind=EMPLOYEE_VENDOR.key, right_connection=books)
    return list(links.values_list("right_id", flat=True))
