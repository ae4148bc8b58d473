"""Authorization codes and tokens: one lineage per consent, rotating refresh tokens, a movable clock."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

CODE_SECONDS = 600
ACCESS_SECONDS = 3600
# 101 days, as answered; the documentation says 100.
REFRESH_SECONDS = 8_726_400
HARD_SECONDS = 157_680_000
SCOPE = "com.intuit.quickbooks.accounting"


@dataclass(slots=True)
class Lineage:
    """Everything one consent gave. `generations` are its refresh tokens, the newest last.

    `realm_id` is empty when only the person was asked about, not a company.
    """

    realm_id: str
    started_at: float
    rotated_at: float
    refreshed_at: float
    generations: list[str] = field(default_factory=list)
    is_dead: bool = False
    scope: str = SCOPE


@dataclass(slots=True)
class Code:
    realm_id: str
    redirect_uri: str
    expires_at: float
    lineage: str = ""
    scope: str = SCOPE
    nonce: str = ""


@dataclass(slots=True)
class Access:
    lineage: str
    realm_id: str
    expires_at: float
    scope: str = SCOPE


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token call gives: the answer's members, and what an id token is made from."""

    answer: dict[str, Any]
    realm_id: str
    scope: str
    nonce: str = ""


class TokenOffice:
    """`rotation_seconds`: how long a refresh token keeps its value, 0 changes it at each refresh (the vendor's is
    about a day). `has_grace`: the token before the newest is still taken."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.rotation_seconds = 0.0
        self.has_grace = False
        self._codes: dict[str, Code] = {}
        self._lineages: dict[str, Lineage] = {}
        self._refresh: dict[str, str] = {}
        self._access: dict[str, Access] = {}

    def issue_code(self, realm_id: str, redirect_uri: str, scope: str = SCOPE, nonce: str = "") -> str:
        code = f"XAB{secrets.token_hex(24)}"
        expires_at = self._now() + CODE_SECONDS
        self._codes[code] = Code(realm_id, redirect_uri, expires_at, scope=scope, nonce=nonce)
        return code

    def exchange(self, code: str, redirect_uri: str) -> Grant | None:
        """None for invalid_grant. A code used twice kills what its first use gave."""
        known = self._codes.get(code)
        if known is None:
            return None
        if known.lineage:
            self._kill(known.lineage)
            return None
        if known.expires_at <= self._now() or known.redirect_uri != redirect_uri:
            return None
        # Whether a new consent ends the former connection is unverified; assuming it does is the harder case.
        if known.realm_id:
            self.kill_realm(known.realm_id)
        answer, known.lineage = self._start(known.realm_id, known.scope)
        return Grant(answer, known.realm_id, known.scope, known.nonce)

    def issue(self, realm_id: str) -> dict[str, Any]:
        """A token answer without a consent, beside those already given."""
        return self._start(realm_id)[0]

    def refresh(self, token: str) -> Grant | None:
        """None for invalid_grant."""
        lineage = self._lineages.get(self._refresh.get(token, ""))
        if lineage is None or not self._is_alive(lineage) or token not in self._taken(lineage):
            return None
        now = self._now()
        lineage.refreshed_at = now
        is_newest = token == lineage.generations[-1]
        if is_newest and now - lineage.rotated_at >= self.rotation_seconds:
            self._rotate(lineage, self._refresh[token])
        return Grant(self._answer(self._refresh[token], lineage), lineage.realm_id, lineage.scope)

    def revoke(self, token: str) -> bool:
        """End the lineage of a refresh or access token; False when the token is unknown."""
        access = self._access.get(token)
        lineage_id = access.lineage if access else self._refresh.get(token, "")
        if lineage_id not in self._lineages:
            return False
        self._kill(lineage_id)
        return True

    def kill_realm(self, realm_id: str) -> int:
        """End every lineage of a company; how many there were."""
        living = [name for name, each in self._lineages.items() if each.realm_id == realm_id and not each.is_dead]
        for name in living:
            self._kill(name)
        return len(living)

    def find_access(self, token: str) -> Access | None:
        """The access a token gives now, None when it is unknown, expired or revoked."""
        access = self._access.get(token)
        if access is None or access.expires_at <= self._now() or self._lineages[access.lineage].is_dead:
            return None
        return access

    def dump(self) -> dict[str, Any]:
        return {
            "rotation_seconds": self.rotation_seconds,
            "has_grace": self.has_grace,
            "codes": {name: asdict(each) for name, each in self._codes.items()},
            "lineages": {name: asdict(each) for name, each in self._lineages.items()},
            "refresh": dict(self._refresh),
            "access": {name: asdict(each) for name, each in self._access.items()},
        }

    def restore(self, dump: dict[str, Any]) -> None:
        self.rotation_seconds = float(dump["rotation_seconds"])
        self.has_grace = dump["has_grace"]
        self._codes = {name: Code(**_as_floats(each)) for name, each in dump["codes"].items()}
        self._lineages = {name: Lineage(**_as_floats(each)) for name, each in dump["lineages"].items()}
        self._refresh = dict(dump["refresh"])
        self._access = {name: Access(**_as_floats(each)) for name, each in dump["access"].items()}

    def _start(self, realm_id: str, scope: str = SCOPE) -> tuple[dict[str, Any], str]:
        now = self._now()
        lineage_id = secrets.token_hex(8)
        lineage = Lineage(realm_id, now, now, now, scope=scope)
        self._lineages[lineage_id] = lineage
        self._rotate(lineage, lineage_id)
        return self._answer(lineage_id, lineage), lineage_id

    def _rotate(self, lineage: Lineage, lineage_id: str) -> None:
        token = f"RT1-{secrets.randbelow(100)}-H0-{int(self._now())}{secrets.token_hex(10)}"
        lineage.generations.append(token)
        lineage.rotated_at = self._now()
        self._refresh[token] = lineage_id

    def _answer(self, lineage_id: str, lineage: Lineage) -> dict[str, Any]:
        now = self._now()
        # As long as the vendor's, so that a column too short for it is found out.
        token = f"eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..{secrets.token_urlsafe(720)}"
        self._access[token] = Access(lineage_id, lineage.realm_id, now + ACCESS_SECONDS, lineage.scope)
        return {
            "token_type": "bearer",
            "access_token": token,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": lineage.generations[-1],
            "x_refresh_token_expires_in": REFRESH_SECONDS,
        }

    def hard_expiry(self, answer: dict[str, Any]) -> int:
        """Seconds left of the five years a lineage lives."""
        lineage = self._lineages[self._refresh[answer["refresh_token"]]]
        return int(lineage.started_at + HARD_SECONDS - self._now())

    def _taken(self, lineage: Lineage) -> list[str]:
        return lineage.generations[-2:] if self.has_grace else lineage.generations[-1:]

    def _is_alive(self, lineage: Lineage) -> bool:
        now = self._now()
        is_fresh = now < lineage.refreshed_at + REFRESH_SECONDS and now < lineage.started_at + HARD_SECONDS
        return is_fresh and not lineage.is_dead

    def _kill(self, lineage_id: str) -> None:
        self._lineages[lineage_id].is_dead = True


def _as_floats(values: dict[str, Any]) -> dict[str, Any]:
    """Times come back from a snapshot as exact numbers."""
    return {name: float(value) if name.endswith("_at") else value for name, value in values.items()}
