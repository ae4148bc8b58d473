"""Lists that Procore keeps project by project, and two that are made of what its projects use.

Only active projects are read. One that the connected user may not see is left out and named: what is known of it stays
as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from connectors.errors import Missing, NoPermission
from connectors.models import Connection, Cursor
from connectors.procore import lists
from connectors.procore import resources as procore
from connectors.procore.client import ProcoreClient
from connectors.procore.records import CostCode
from connectors.resource import Resource
from mapping.directory.items import DirectoryRow, Wire, read_project_code
from mapping.directory.items.procore_lists import location_item, pair_item, payment_term_item, sub_job_item
from mapping.directory.meter import Meter
from mapping.directory.project_codes import renew_project_only_codes
from mapping.directory.rows import Counts, mark_missing, save_rows
from mapping.maps import LONGEST_KEY
from mapping.models import RemoteItem

Rows = list[dict[str, Any]]

# Each project costs a call or more, and Procore grants some thousands an hour.
MOST_PROJECTS = 1000
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Site:
    """A project whose lists are read. `label` tells it from others of its name."""

    id: str
    name: str
    number: str = ""

    @property
    def label(self) -> str:
        if f"{self.name} ".startswith(f"{self.number} "):
            return self.name
        return f"{self.number} {self.name}".strip()


class SitePages:
    """The pages of one project's list, and of the parts `sub_jobs` have of their own.

    `is_whole`, known at the end: each held as many rows as it had said.
    """

    def __init__(self, connection: Connection, resource: Resource, site: Site, sub_jobs: Iterable[str] = ()) -> None:
        self.is_whole = True
        self._client = ProcoreClient(connection)
        filters: list[dict[str, Any]] = [{}, *({"sub_job_id": job_id} for job_id in sub_jobs)]
        self._lists = [self._client.list(resource, project_id=site.id, **each) for each in filters]

    def __iter__(self) -> Iterator[Rows]:
        for pages in self._lists:
            read, total = 0, None
            for page in pages:
                total = self._client.total if read == 0 else total
                read += len(page)
                yield page
            self.is_whole = self.is_whole and (total is None or read >= total)


@dataclass(slots=True)
class ProjectReading:
    """One reading over many projects. `found` are the rows of a list made of all projects, by key."""

    connection: Connection
    meter: Meter
    started_at: datetime = field(default_factory=timezone.now)
    found: dict[str, DirectoryRow] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    is_whole: bool = True

    def pages(self, resource: Resource, site: Site) -> Iterator[Rows]:
        pages = SitePages(self.connection, resource, site)
        yield from pages
        self.is_whole = self.is_whole and pages.is_whole

    def save(self, resource: Resource, rows: list[DirectoryRow], seen: set[str] | None = None) -> None:
        self.meter.add(save_rows(self.connection, resource.key, rows, seen=seen, log=self.meter.log))

    def save_found(self, resource: Resource, rows: Iterable[DirectoryRow]) -> None:
        """Rows of a list made of all projects: the first project that has one says what it is called."""
        new = {}
        for row in rows:
            known = self.found.get(row["remote_id"])
            if known is None or (row["is_active"] and not known["is_active"]):
                new[row["remote_id"]] = row
        self.found |= new
        self.save(resource, list(new.values()), seen=set())


ReadSite = Callable[[ProjectReading, Site], None]


def refresh_project_list(connection: Connection, resource: Resource, meter: Meter) -> None:
    """Read a list over the active projects. Raises VendorError when it stops midway, what was read is kept; and
    NoPermission when not one project may be read."""
    reading = ProjectReading(connection, meter)
    sites, is_all = choose_sites(connection, resource)
    for number, site in enumerate(sites, start=1):
        meter.enter(f"{site.label}, project {number} of {len(sites)}")
        try:
            PROJECT_LISTS[resource.key](reading, site)
        except (Missing, NoPermission):
            reading.skipped.append(site.label)
        if not is_all:
            _note_turn(connection, resource, site)
    if sites and len(reading.skipped) == len(sites):
        message = f"none of {len(sites)} projects may be read for {resource.key}"
        raise NoPermission(message)
    _finish(reading, resource, is_all=is_all)


def refresh_project_codes(connection: Connection, project_ids: Iterable[str], *, meter: Meter | None = None) -> Counts:
    """Read the cost codes of these projects. Codes that no standard code stands behind can be mapped then too."""
    reading = ProjectReading(connection, meter or Meter())
    wanted = list(project_ids)
    known = {site.id: site for site in _sites(_projects(connection).filter(remote_id__in=wanted))}
    for project_id in wanted:
        site = known.get(project_id, Site(project_id, ""))
        # A code nobody knows may be that of a sub job nobody knows. Where there are none the list may not be had.
        with suppress(Missing, NoPermission):
            _read_sub_jobs(ProjectReading(connection, Meter()), site)
        read_codes(reading, site)
    return reading.meter.counts + renew_project_only_codes(connection)


def choose_sites(connection: Connection, resource: Resource) -> tuple[list[Site], bool]:
    """The active projects, and whether these are all. Of too many, those whose turn is longest ago."""
    sites = _sites(_projects(connection).filter(is_active=True).order_by("name", "remote_id"))
    if len(sites) <= MOST_PROJECTS:
        return sites, True
    turns = Cursor.objects.filter(connection=connection, resource=_turn_key(resource))
    read_at = {project_id: at.timestamp() for project_id, at in turns.values_list("project_id", "read_until")}
    return sorted(sites, key=lambda site: read_at.get(site.id, 0.0))[:MOST_PROJECTS], False


def read_codes(reading: ProjectReading, site: Site) -> list[CostCode]:
    """A project's own cost codes, with those of the sub jobs it is known to have: the list leaves them out."""
    codes: list[CostCode] = []
    jobs = RemoteItem.objects.filter(
        connection=reading.connection, resource=procore.SUB_JOBS.key, project_id=site.id, is_active=True
    )

    def read(wire: Wire) -> DirectoryRow:
        codes.append(CostCode.from_project(wire, project_id=site.id))
        return read_project_code(reading.connection, wire, project_id=site.id, project_name=site.label)

    sub_jobs = list(jobs.order_by("remote_id").values_list("remote_id", flat=True))
    _read_own_list(reading, site, procore.PROJECT_COST_CODES, read, sub_jobs)
    return codes


def _read_code_list(reading: ProjectReading, site: Site) -> None:
    read_codes(reading, site)


def _read_locations(reading: ProjectReading, site: Site) -> None:
    _read_own_list(
        reading,
        site,
        procore.LOCATIONS,
        lambda wire: location_item(lists.Location.from_wire(wire), project_id=site.id, project_name=site.label),
    )


def _read_sub_jobs(reading: ProjectReading, site: Site) -> None:
    _read_own_list(
        reading,
        site,
        procore.SUB_JOBS,
        lambda wire: sub_job_item(
            lists.SubJob.from_wire(wire), project_id=site.id, project_name=site.name, project_label=site.label
        ),
    )


def _read_pairs(reading: ProjectReading, site: Site) -> None:
    """The pairs of cost code and cost type in a project's budget. They name the project's codes, so these are read."""
    codes = read_codes(reading, site)
    by_id = {code.id: code for code in codes}
    # A sub job's copy of a code may be missing from the list; its text is that of the project's own.
    by_text = {code.full_code: code for code in reversed(codes)}
    for page in reading.pages(procore.BUDGET_CODES, site):
        rows = []
        for wire in page:
            budget = lists.BudgetCode.from_wire(wire)
            code = budget and (by_id.get(budget.cost_code_id) or by_text.get(budget.cost_code))
            if not budget or not code or not budget.cost_type:
                continue
            row = pair_item(code_key=code.map_key, code=code.full_code, code_name=code.name, budget=budget)
            if len(row["remote_id"]) <= LONGEST_KEY:
                rows.append(row)
        reading.save_found(procore.CODE_TYPE_PAIRS, rows)


def _read_payment_terms(reading: ProjectReading, site: Site) -> None:
    for page in reading.pages(procore.PURCHASE_ORDER_CONTRACTS, site):
        texts = dict.fromkeys(lists.read_payment_terms(wire) for wire in page)
        reading.save_found(procore.PAYMENT_TERMS, [payment_term_item(text) for text in texts if text])


def _read_own_list(
    reading: ProjectReading,
    site: Site,
    resource: Resource,
    read: Callable[[Wire], DirectoryRow],
    sub_jobs: Iterable[str] = (),
) -> None:
    """A list whose rows are the project's own. Only when it came whole is anything missing from it."""
    started_at, seen = timezone.now(), set[str]()
    pages = SitePages(reading.connection, resource, site, sub_jobs)
    for page in pages:
        reading.save(resource, [read(wire) for wire in page], seen)
    if pages.is_whole:
        gone = mark_missing(
            reading.connection,
            resource.key,
            since=started_at,
            project_id=site.id,
            seen=seen,
            log=reading.meter.log,
        )
        reading.meter.add(gone)
    reading.is_whole = reading.is_whole and pages.is_whole


def _finish(reading: ProjectReading, resource: Resource, *, is_all: bool) -> None:
    reading.meter.is_whole = reading.meter.is_whole and reading.is_whole
    if resource.key in MADE_OF_ALL:
        if is_all and reading.is_whole and not reading.skipped:
            _mark_missing_of_all(reading, resource)
    else:
        _close_rows(reading, resource)
    if resource.key in (procore.PROJECT_COST_CODES.key, procore.CODE_TYPE_PAIRS.key):
        renew_project_only_codes(reading.connection)
    if reading.skipped:
        reading.meter.remark(_name_skipped(reading.skipped))
    if not is_all:
        reading.meter.remark(f"{MOST_PROJECTS:,} projects were read. Refresh again for the others.")


def _mark_missing_of_all(reading: ProjectReading, resource: Resource) -> None:
    gone = mark_missing(
        reading.connection,
        resource.key,
        since=reading.started_at,
        seen=reading.found.keys(),
        log=reading.meter.log,
    )
    reading.meter.add(gone)


def _close_rows(reading: ProjectReading, resource: Resource) -> None:
    """Rows of projects that are closed are open for mapping no more; they come back with the project."""
    is_open = _projects(reading.connection).filter(is_active=True).values("remote_id")
    own = RemoteItem.objects.filter(connection=reading.connection, resource=resource.key, is_active=True)
    own.exclude(project_id__in=is_open).update(is_active=False)


def _name_skipped(names: list[str]) -> str:
    told = ", ".join(names[:MOST_NAMED])
    rest = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    noun = "1 project was" if len(names) == 1 else f"{len(names)} projects were"
    return f"{noun} left out, because the connected user may not read this list there: {told}{rest}."


def _projects(connection: Connection) -> Any:
    return RemoteItem.objects.filter(connection=connection, resource=procore.PROJECTS.key, vanished_at__isnull=True)


def _sites(projects: Any) -> list[Site]:
    return [Site(*values) for values in projects.values_list("remote_id", "name", "code")]


def _turn_key(resource: Resource) -> str:
    return f"{resource.key}.refresh"


def _note_turn(connection: Connection, resource: Resource, site: Site) -> None:
    Cursor.objects.update_or_create(
        connection=connection,
        resource=_turn_key(resource),
        project_id=site.id,
        defaults={"read_until": timezone.now()},
    )


PROJECT_LISTS: dict[str, ReadSite] = {
    procore.PROJECT_COST_CODES.key: _read_code_list,
    procore.LOCATIONS.key: _read_locations,
    procore.SUB_JOBS.key: _read_sub_jobs,
    procore.CODE_TYPE_PAIRS.key: _read_pairs,
    procore.PAYMENT_TERMS.key: _read_payment_terms,
}
# Lists Procore does not have, made of what is found in all projects.
MADE_OF_ALL = frozenset({procore.CODE_TYPE_PAIRS.key, procore.PAYMENT_TERMS.key})
