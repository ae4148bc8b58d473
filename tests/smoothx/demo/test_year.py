"""A short year on both sandboxes: every month both sides say what the oracle says; doing it again writes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connectors.sandbox.firm.scenarios import build
from smoothx.demo.year.acting import Actor
from smoothx.demo.year.company import (
    SWITCHED_ON,
    choose_defaults,
    open_books,
    push_missing,
    read_and_map,
    switch_on,
)
from smoothx.demo.year.events import Month
from smoothx.demo.year.playing import play_year
from smoothx.demo.year.script import Size, write_year
from smoothx.demo.year.vendors import Vendors
from sync.registry import all_flows
from tests.smoothx.demo.year_figures import Forms, read_books, read_procore, say_bill, say_forms

pytestmark = pytest.mark.timeout(300)


class Watch:
    """Compares each month's claims with the oracle, figure by figure."""

    def __init__(self) -> None:
        self.forms = Forms()
        self.compared = 0

    def __call__(self, month: Month, actor: Actor, procore: dict[str, Any], books: dict[str, Any]) -> None:
        self.forms.take_in(month)
        made = self.forms.applications()
        assert read_procore(actor, procore) == {name: say_forms(each) for name, each in made.items()}
        bills = read_books(books)
        claims = [*procore["requisitions"], *procore["payment_applications"]]
        approved = {claim["id"] for claim in claims if claim["status"].startswith("approved")}
        expected = {
            self.forms.numbers[name]: say_bill(each)
            for name, each in made.items()
            if actor.claims[name] in approved and name not in actor.decided and any(say_bill(each).values())
        }
        ours = {self.forms.numbers[name] for name in made if name not in actor.decided}
        assert {number: bill for number, bill in bills.items() if number in ours} == expected
        self.compared += len(expected)


def test_a_short_year_agrees_with_the_oracle_and_is_at_rest(
    connected: Any, sandboxes: Any, without_limits: None, owner: Any
) -> None:
    """The firm starts after its backlog, so that only the year's own documents cross."""
    firm = replace(build("demo"), start_date=date(2026, 11, 1))
    read_and_map()
    choose_defaults()
    switch_on(SWITCHED_ON)
    push_missing(firm)
    open_books(connected, firm.start_date)
    watch = Watch()
    script = write_year(firm, seed=1, size=Size(months=3, projects=2, contracts=1), carried=list(all_flows()))
    outcome = play_year(Vendors.from_info(sandboxes.info), firm, script, decider=owner, watch=watch)
    assert outcome.differences == ()
    assert outcome.writes == ()
    assert set(outcome.not_carried).isdisjoint({"subcontractor invoices", "bill payments", "owner invoices"})
    assert outcome.documents > 30
    assert watch.compared > 20
