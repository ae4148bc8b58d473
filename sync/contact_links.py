"""Which companies of Procore's directory are linked to which vendors and customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from mapping.kinds import CUSTOMER, VENDOR
from mapping.models import Link
from sync.flows._contact_pairs import Role

# A contact's role is the key of the mapping kind it is linked by.
ROLES: Mapping[str, Role] = {VENDOR.key: "vendor", CUSTOMER.key: "customer"}


@dataclass(frozen=True, slots=True)
class ContactLinks:
    """Ids of one side by role and id of the other."""

    contacts: Mapping[tuple[Role, str], str] = field(default_factory=dict)
    companies: Mapping[tuple[Role, str], str] = field(default_factory=dict)


def load_links(
    *, company_ids: Collection[str] | None = None, contact_ids: Collection[str] | None = None
) -> ContactLinks:
    """Those of these companies, or of the companies these contacts are linked to, with all their roles; else all."""
    links = Link.objects.filter(kind__in=list(ROLES))
    if contact_ids is not None:
        linked = links.filter(right_id__in=contact_ids).values("left_id")
        links = links.filter(left_id__in=linked)
    if company_ids is not None:
        links = links.filter(left_id__in=company_ids)
    rows = [(ROLES[kind], left, right) for kind, left, right in links.values_list("kind", "left_id", "right_id")]
    return ContactLinks(
        contacts={(role, left): right for role, left, right in rows},
        companies={(role, right): left for role, left, right in rows},
    )
