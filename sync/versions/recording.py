"""Writes a version for each change of the settings, and tells who last changed each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from smoothx.tenants.models import Tenant
from smoothx.tenants.scope import require_tenant_id
from sync.models import SettingsVersion
from sync.versions.snapshot import Kept, compare, load_settings, read_settings


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who last changed a setting, when, and in which version."""

    number: int
    at: datetime
    who: str
    is_first: bool

    @property
    def sentence(self) -> str:
        day = f"{timezone.localtime(self.at):%-d %b %Y, %H:%M}"
        if self.is_first:
            return f"Chosen before {day}"
        return f"Changed {day}, {self.who}"


def begin() -> None:
    """Keep what stood before the first change there is a version of."""
    if SettingsVersion.objects.exists():
        return
    found = load_settings()
    if found:
        _lock()
        if not SettingsVersion.objects.exists():
            _write(None, found, what=SettingsVersion.What.BEGUN)


def record(actor: Any, *, what: str, detail: str = "") -> SettingsVersion | None:
    """A new version if anything differs from the last one. Inside the transaction of the change."""
    _lock()
    last = latest()
    found = load_settings()
    if last is None and not found:
        return None
    if last is not None and not any(compare(read_settings(last.settings), found)):
        return None
    return _write(last, found, what=what, detail=detail, actor=actor)


def latest() -> SettingsVersion | None:
    version: SettingsVersion | None = SettingsVersion.objects.order_by("-number").first()
    return version


def _lock() -> None:
    """One change after the other is written down; rows that point at the company stay free."""
    Tenant.objects.select_for_update(no_key=True).get(pk=require_tenant_id())


def _write(
    last: SettingsVersion | None, found: dict[str, Kept], *, what: str, detail: str = "", actor: Any = None
) -> SettingsVersion:
    before = read_settings(last.settings) if last else {}
    changed = list(compare(before, found))
    number = last.number + 1 if last else 1
    version: SettingsVersion = SettingsVersion.objects.create(
        number=number,
        what=what,
        detail=detail[:300],
        actor=actor if getattr(actor, "is_authenticated", False) else None,
        settings={name: kept.to_json() for name, kept in found.items()},
        changed=[asdict(difference) for difference in changed],
        since={**(last.since if last else {}), **{difference.setting: number for difference in changed}},
    )
    return version


def load_stamps() -> dict[str, Stamp]:
    """Default key to its last change. Two statements."""
    last = latest()
    if last is None:
        return {}
    numbers = {name.partition(":")[2]: number for name, number in last.since.items() if name.startswith("default:")}
    versions = SettingsVersion.objects.filter(number__in=set(numbers.values())).select_related("actor")
    stamps = {
        row.number: Stamp(row.number, row.at, name_of(row.actor), row.what == SettingsVersion.What.BEGUN)
        for row in versions.only("number", "at", "what", "actor__email", "actor__first_name", "actor__last_name")
    }
    return {key: stamps[number] for key, number in numbers.items() if number in stamps}


def name_of(actor: User | None) -> str:
    return (actor.get_full_name() or actor.email) if actor is not None else "Smoothx"
