"""Who a contact gone from QuickBooks may be now, told by phone, e-mail and address where its name does not tell.

After a merge under another name QuickBooks shows the survivor as it was and says nothing of the other. What the two
share is no proof: a person is shown it and decides.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import CharField, F, Func, Q, Value

from mapping.candidates import all_rows, as_candidates
from mapping.matching.evidence import MOST_SHARING, place_of
from mapping.matching.firms import Firm, read_firm
from mapping.models import RemoteItem


@dataclass(frozen=True, slots=True)
class Alike:
    """A row in use, and what it shares with the one that is gone: "phone", "e-mail", "e-mail domain", "address"."""

    row: RemoteItem
    shared: tuple[str, ...]


def find_alike(gone: RemoteItem) -> Alike | None:
    """The one row of the same list that shares most with it; None where none does, or two do equally."""
    own = _facts_of(read_firm(as_candidates([gone])[0]))
    near = _holding(own)
    if near is None:
        return None
    same_list = {"connection": gone.connection_id, "resource": gone.resource, "parent_id": gone.parent_id}
    digits = Func(F("phone"), Value(r"\D"), Value(""), Value("g"), function="regexp_replace", output_field=CharField())
    rows = list(all_rows().annotate(digits=digits).filter(near, is_active=True, **same_list))
    firms = (read_firm(candidate) for candidate in as_candidates(rows))
    shared = [_shared(own, _facts_of(firm)) for firm in firms]
    # What so many have is a bookkeeper's or a landlord's.
    common = {
        fact for fact, count in Counter(fact for facts in shared for fact in facts).items() if count > MOST_SHARING
    }
    found = [
        Alike(row, tuple(fact for fact in facts if fact not in common))
        for row, facts in zip(rows, shared, strict=True)
    ]
    most = max((len(each.shared) for each in found), default=0)
    best = [each for each in found if each.shared and len(each.shared) == most]
    return best[0] if len(best) == 1 else None


def _facts_of(firm: Firm) -> dict[str, str]:
    facts = {"phone": firm.phone, "e-mail": firm.email, "e-mail domain": firm.domain, "address": place_of(firm)}
    return {name: value for name, value in facts.items() if value}


def _shared(own: dict[str, str], other: dict[str, str]) -> list[str]:
    """A domain says nothing more where the whole address is the same."""
    found = [name for name, value in own.items() if other.get(name) == value]
    return [name for name in found if name != "e-mail domain" or "e-mail" not in found]


def _holding(own: dict[str, str]) -> Q | None:
    """Rows that may share one of these, as the database sees it; None where the row tells nothing."""
    wanted = Q(pk__in=[])
    if "phone" in own:
        wanted |= Q(digits__contains=own["phone"])
    if "e-mail" in own:
        wanted |= Q(email__iexact=own["e-mail"])
    if "e-mail domain" in own:
        wanted |= Q(email__iendswith=f"@{own['e-mail domain']}")
    if "address" in own:
        figures = next((word for word in own["address"].split() if word[0].isdigit()), "")
        wanted |= Q(data__street__icontains=figures) if figures else Q(pk__in=[])
    return wanted if own else None
