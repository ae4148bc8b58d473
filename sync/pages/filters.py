"""The filters of the activity page: read from the address, applied to the ledger, written back into links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils import timezone

from smoothx.lib.dates import parse_date, parse_instant
from smoothx.lib.money import NotMoney, money
from sync.models import Entry
from sync.pages.needs import FIRST_CODE, FIRST_SUBJECT, is_for_person, leave_out_quiet, needs_person
from sync.pages.rows import MINUS
from sync.searched import SEARCHED

NEEDS_PERSON = "needs_person"
# More than a company has.
MOST_OF_A_CODE = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """`code` and `subject` narrow to one cause; the dashboard links so. `since` asks what changed after a moment."""

    q: str = ""
    flow: str = ""
    project: str = ""
    from_date: date | None = None
    to_date: date | None = None
    state: str = ""
    code: str = ""
    subject: str = ""
    page: int = 1
    since: datetime | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """What the address says; a value that makes no sense counts as not given."""
        return cls(
            q=query.get("q", "").strip()[:100],
            flow=query.get("flow", "")[:40],
            project=query.get("project", "")[:40],
            from_date=_date(query.get("from")),
            to_date=_date(query.get("to")),
            state=query.get("state", "")[:20],
            code=query.get("code", "")[:60],
            subject=query.get("subject", "")[:160],
            page=_number(query.get("page")),
            since=_instant(query.get("since")),
        )

    @property
    def is_filtered(self) -> bool:
        return self != type(self)(page=self.page, since=self.since)

    @property
    def is_search(self) -> bool:
        """Whether it asks for something most documents are not, wherever among them that is."""
        return bool(self.q or self.code)

    def without_state(self) -> Self:
        return replace(self, state="", page=1)

    def address(self, path: str, **changes: Any) -> str:
        """`path` with these filters; any change but `page` starts at the first page again."""
        changed = replace(self, **{"page": 1, "since": None, **changes})
        values = {
            "q": changed.q,
            "flow": changed.flow,
            "project": changed.project,
            "from": changed.from_date,
            "to": changed.to_date,
            "state": changed.state,
            "code": changed.code,
            "subject": changed.subject,
            "page": changed.page if changed.page > 1 else "",
            "since": changed.since.isoformat() if changed.since else "",
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{path}?{query}" if query else path

    def apply(self, entries: QuerySet[Entry], projects: Mapping[str, str]) -> QuerySet[Entry]:
        """The entries that match everything but `since`, annotated with `code` and `subject` of their first notice.

        Files that are in order are there when their kind is chosen, or something is searched for.
        """
        entries = entries.annotate(code=FIRST_CODE, subject=FIRST_SUBJECT)
        exact = {"flow": self.flow, "project_id": self.project, "code": self.code, "subject": self.subject}
        entries = entries.filter(**{name: value for name, value in exact.items() if value})
        if self.code and self.subject:
            # Subjects stand in no index: only those of this code are looked through, which an index tells. Without the
            # limit PostgreSQL makes one look through all of it.
            coded = Entry.objects.filter(first_code=self.code).values("pk")[:MOST_OF_A_CODE]
            entries = entries.filter(pk__in=coded)
        if self.q:
            entries = entries.filter(_search(self.q, projects))
        elif not self.flow:
            entries = entries.filter(leave_out_quiet())
        if self.from_date:
            entries = entries.filter(updated_at__gte=_midnight(self.from_date))
        if self.to_date:
            entries = entries.filter(updated_at__lt=_midnight(self.to_date + timedelta(days=1)))
        return entries.filter(self._state()) if self.state else entries

    def shows(self, state: str, code: str | None) -> bool:
        """Whether one of this state and code, which matches all else, is shown."""
        if self.state == NEEDS_PERSON:
            return is_for_person(state, code)
        return self.state in ("", state)

    def _state(self) -> Q:
        return needs_person() if self.state == NEEDS_PERSON else Q(state=self.state)


def _search(text: str, projects: Mapping[str, str]) -> Q:
    small = text.lower()
    in_long = Entry.objects.filter(searched=None).annotate(text=SEARCHED).filter(text__contains=small)
    found = Q(searched__contains=small) | Q(searched=None, pk__in=in_long.values("pk"))
    wanted = text.casefold()
    found |= Q(project_id__in=[key for key, label in projects.items() if wanted in label.casefold()])
    amount = _amount(text)
    return found if amount is None else found | Q(amount__in=(amount, -amount))


def _amount(text: str) -> Decimal | None:
    try:
        amount = money(text.replace(MINUS, "-"))
    except NotMoney:
        return None
    return amount if abs(amount) < 10**15 else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())


def _date(text: str | None) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    return found if found and found.year < 9999 else None


def _instant(text: str | None) -> datetime | None:
    try:
        return parse_instant(text)
    except ValueError:
        return None


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 7 else 1
