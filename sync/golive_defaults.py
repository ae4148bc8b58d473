"""The defaults and switches a company needs before going live, as each is declared: "Required Settings before going
Live" of the set-up guide, and only while a flow that reads the setting runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mapping.defaults import CLASS_TYPE, DEFAULTS, DefaultKind, Defaults
from mapping.tax import Use, takes_codes
from sync.checklist import Check, Outcome
from sync.flow import Flow
from sync.models import FlowSetting, OpeningRun
from sync.registry import all_flows

GROUP = "Defaults"
# What the reading of the opening balances found out, by the gate that asks it.
HOLDS = {"retention_payable": "holds_retention", "retention_receivable": "holds_owner_retention"}
HOLDERS = {"retention_payable": "contract", "retention_receivable": "prime contract"}
# What a default tax code is for, by its gate.
TAXED: Mapping[str, Use] = {"tax": "sale", "purchase_tax": "purchase"}


@dataclass(frozen=True, slots=True)
class Known:
    """What the gates look at. `found` is empty until the contracts were read once, `is_reading` while they are.

    `knows_books`: QuickBooks was asked whether tax is on.
    """

    defaults: Defaults
    found: Mapping[str, Any] = field(default_factory=dict)
    is_reading: bool = False
    knows_books: bool = True


def check_defaults(defaults: Defaults, run: OpeningRun | None, *, knows_books: bool = True) -> list[Check]:
    """The defaults in the order declared, then the switches that have to be set one way or the other."""
    flows, switched = _load_flows()
    known = _known(defaults, run, knows_books=knows_books)
    return [*(check_default(kind, known) for kind in _asked(flows, switched)), *_switches(flows, switched)]


def find_required(defaults: Defaults, run: OpeningRun | None, *, knows_books: bool = True) -> frozenset[str]:
    """The keys of the defaults that going live cannot do without, chosen or not, as far as is known by now."""
    known = _known(defaults, run, knows_books=knows_books)
    return frozenset(kind.key for kind in _asked(*_load_flows()) if MISSING[kind.gate](kind, known)[0] != "done")


def _load_flows() -> tuple[list[Flow], dict[str, bool]]:
    """The flows that follow changes by themselves, and which of all were switched on or off."""
    switched = dict(FlowSetting.objects.values_list("flow", "is_on"))
    return [flow for flow in all_flows().values() if flow.trigger == "event"], switched


def _asked(flows: Iterable[Flow], switched: Mapping[str, bool]) -> list[DefaultKind]:
    """The defaults the checklist has a line for."""
    running = [flow for flow in flows if switched.get(flow.key, flow.is_on_at_first)]
    return [kind for kind in DEFAULTS.values() if kind.gate and is_used(kind, running)]


def _known(defaults: Defaults, run: OpeningRun | None, *, knows_books: bool) -> Known:
    is_done = run is not None and run.state == "done"
    is_reading = run is not None and run.state == "running"
    return Known(defaults, run.found if run is not None and is_done else {}, is_reading, knows_books)


def is_used(kind: DefaultKind, flows: Iterable[Flow]) -> bool:
    return any(kind in flow.uses for flow in flows)


def check_default(kind: DefaultKind, known: Known) -> Check:
    """One line of the checklist."""
    chosen = known.defaults.get_many(kind) if kind.takes_many else _single(kind, known.defaults)
    inactive = [choice.name for choice in chosen if not choice.is_active]
    if inactive:
        side = "Procore" if kind.chooses and kind.chooses.key.startswith("procore.") else "QuickBooks"
        return _check(kind, "block", f"{inactive[0]} is inactive in {side}. Choose another.", "Choose another")
    if kind.gate in TAXED and not known.knows_books:
        return _check(kind, "wait", "Connect QuickBooks first. It says whether tax is on.")
    if chosen and kind.gate in TAXED and not takes_codes(TAXED[kind.gate], known.defaults):
        return _check(kind, "block", f"{_untaxed(kind, known)}, so this has to be empty.", "Empty it")
    if chosen and (kind.gate != "answered" or _is_answered(kind, known.defaults)):
        return _check(kind, "done", ", ".join(choice.name for choice in chosen))
    outcome, text = MISSING[kind.gate](kind, known)
    return _check(kind, outcome, text, "Choose" if outcome == "block" else "")


def find_missing(flow: Flow, defaults: Defaults) -> list[DefaultKind]:
    """Those the flow cannot do without, whatever the books and contracts hold, and that nobody chose."""
    known = Known(defaults)
    required = [kind for kind in flow.uses if kind.gate and MISSING[kind.gate] is _required]
    return [kind for kind in required if check_default(kind, known).outcome == "block"]


def _single(kind: DefaultKind, defaults: Defaults) -> tuple[Any, ...]:
    chosen = defaults.get(kind)
    return () if chosen is None else (chosen,)


def _is_answered(kind: DefaultKind, defaults: Defaults) -> bool:
    return kind.key in defaults.choices or kind.key in defaults.many


def _check(kind: DefaultKind, outcome: Outcome, text: str, button: str = "") -> Check:
    return Check(kind.key, GROUP, kind.label, outcome, text, f"setting:{kind.key}" if button else "", button)


def _switches(flows: Iterable[Flow], switched: Mapping[str, bool]) -> Iterator[Check]:
    for flow in flows:
        if not flow.asked_as:
            continue
        key = f"flow_{flow.key}"
        if flow.key in switched:
            yield Check(key, GROUP, flow.asked_as, "done", "On." if switched[flow.key] else "Off.")
        else:
            text = "Choose whether it is on or off."
            yield Check(key, GROUP, flow.asked_as, "block", text, f"flow:{flow.key}", "Choose")


Missing = tuple[Outcome, str]


def _required(kind: DefaultKind, known: Known) -> Missing:
    return "block", kind.ask or kind.if_empty


def _tax(kind: DefaultKind, known: Known) -> Missing:
    if not takes_codes(TAXED[kind.gate], known.defaults):
        return "done", f"Empty. {_untaxed(kind, known)}."
    return "block", kind.ask or "Sales tax is on in QuickBooks, so this is needed."


def _untaxed(kind: DefaultKind, known: Known) -> str:
    """Why lines of this use carry no tax code."""
    if not known.defaults.uses_sales_tax:
        return "Sales tax is off in QuickBooks"
    return "Bills carry no tax code in books of the United States"


def _retention(kind: DefaultKind, known: Known) -> Missing:
    """Detected by reading Procore, not asked. Never read, or not told: it is needed."""
    holder = HOLDERS[kind.gate]
    if known.is_reading:
        return "wait", f"Reading whether a {holder} holds retention."
    holds = known.found.get(HOLDS[kind.gate])
    if holds is None:
        return "block", kind.if_empty
    if not holds:
        return "done", f"Empty. No {holder} in Procore holds retention."
    return "block", f"{holder.capitalize()}s in Procore hold retention, so this is needed."


def _cost_type(kind: DefaultKind, known: Known) -> Missing:
    if known.defaults.says(CLASS_TYPE, "cost_type"):
        return "done", f"Empty. {CLASS_TYPE.label} is Cost Type, so the class says it."
    return "block", kind.ask or kind.if_empty


MISSING: dict[str, Callable[[DefaultKind, Known], Missing]] = {
    "required": _required,
    "answered": _required,
    "tax": _tax,
    "purchase_tax": _tax,
    "retention_payable": _retention,
    "retention_receivable": _retention,
    "cost_type": _cost_type,
}
