"""How linked contacts are kept in step."""

from __future__ import annotations

from mapping.defaults.kind import YES_OR_NO, DefaultKind

CONTACT_FIELDS = DefaultKind(
    key="contact_fields",
    label="Details kept in step",
    help="Which details follow, once one of the two switches above says which side is right. What is empty on that "
    "side never empties the other. An address follows as a whole, and only if no part of it would get lost. Tax "
    "numbers and the 1099 mark do not follow: QuickBooks does not show the number, Procore has no such mark.",
    if_empty="E-mail, phone and address follow.",
    group="Details of linked contacts",
    screen="contacts",
    options=(("email", "E-mail"), ("phone", "Phone"), ("address", "Address")),
    takes_many=True,
    preset="email,phone,address",
)
CONTACT_RENAME = DefaultKind(
    key="contact_rename",
    label="Rename linked contacts",
    help="Whether a contact that is renamed on the side that is right is renamed on the other. A name that somebody "
    "else has there already is not taken, and says so. The name QuickBooks prints on checks stays.",
    if_empty="Names stay as they are on each side.",
    group="Details of linked contacts",
    screen="contacts",
    options=YES_OR_NO,
    preset="no",
)

KINDS = (CONTACT_FIELDS, CONTACT_RENAME)
