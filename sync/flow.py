"""What a flow is: one declaration per kind of document that crosses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from connectors.resource import Resource
from mapping.defaults import DefaultKind, Defaults, Screen
from mapping.kinds import MappingKind
from mapping.maps import Maps
from sync.plan import Plan

Side = Literal["procore", "qbo"]
# A backlog drains in this order, so that what others build on stands when their turn comes.
Stage = Literal["contact", "project", "codes", "document", "payment", "attachment"]
STAGES: tuple[Stage, ...] = get_args(Stage)
Rule = Callable[[Any, Maps, Defaults], Plan[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """How a source record is listed: its number, whom it concerns, where it belongs, its own total."""

    number: str
    title: str
    party: str = ""
    party_id: str = ""
    project_id: str = ""
    group: str = ""
    amount: Decimal | None = None
    document_date: date | None = None
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """`rule` plans, `describe` lists; both pure. `after` names flows whose documents go first. It is switched on the
    settings page `screen`, and runs without being switched when `is_on_at_first`. `asked_as` is the set-up guide's
    name of a switch that has to be set, on or off, before going live.

    `stage` is its place in a backlog, whatever came first.
    `trigger`: "event" follows changes at the source, "push" only a person's button. `links` is the mapping a posted
    document creates, by the part of its ledger key or the only one. `reads_by_part` is what is read instead of `reads`
    for a part. `sends_together`: from `fewest_together` due on, its documents go out in common calls, `in_order` no
    two of one group in one, since one builds on the other. `makes` are the QuickBooks entities it posts, which are
    watched for changes there. `splits` answers the parts one source record has an entry each for (a cost for every
    project it touches); pure. `writes` is set where it writes to the side it reads.
    `amends`: it changes a record that stands on the other side already, as sync.amending tells. `instead_of` is the
    flow that is switched off when it is switched on.
    `is_beside`: it carries what hangs on documents, so that lists of documents show it only when it is asked for or
    something is wrong.
    """

    key: str
    label: str
    noun: str
    source: Side
    reads: Resource
    rule: Rule
    describe: Callable[[Any], Description]
    needs: tuple[MappingKind, ...] = ()
    uses: tuple[DefaultKind, ...] = ()
    after: tuple[str, ...] = ()
    stage: Stage = "document"
    trigger: Literal["event", "push"] = "event"
    links: tuple[MappingKind, ...] = ()
    reads_by_part: Mapping[str, Resource] = field(default_factory=dict)
    sends_together: bool = False
    fewest_together: int = 2
    in_order: bool = False
    screen: Screen = "defaults"
    is_on_at_first: bool = True
    asked_as: str = ""
    makes: tuple[str, ...] = ()
    splits: Callable[[Any], tuple[str, ...]] | None = None
    writes: Side | None = None
    is_beside: bool = False
    amends: bool = False
    instead_of: str = ""
    help: str = ""

    @property
    def target(self) -> Side:
        return self.writes or ("qbo" if self.source == "procore" else "procore")

    def reads_for(self, part: str) -> Resource:
        return self.reads_by_part.get(part, self.reads)
