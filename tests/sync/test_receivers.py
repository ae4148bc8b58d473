"""What a connection tells sync: one mail when it is lost, and all that comes again once it works."""

from __future__ import annotations

import logging
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from connectors.signals import connection_restored
from smoothx.tenants.models import DueWork, Tenant
from sync.receivers import tell_owners
from sync.tasks import HOOKS, POLL_BOOKS, POLL_PROCORE, PRUNE
from tests.factories import connections

pytestmark = pytest.mark.django_db


def test_the_mail_about_a_lost_connection_says_whose_it_is_and_where_to_go(
    scope: Tenant, owner: Any, admin_user: Any, settings: Any
) -> None:
    _, books = connections()
    settings.BASE_URL = "https://app.example.com"
    tell_owners(connection=books, reason="QuickBooks no longer accepts the connection.")
    (message,) = mail.outbox
    assert message.to == [owner.email]
    assert message.subject == "Ridgeline Builders: QuickBooks is no longer connected"
    assert message.body == (
        "QuickBooks no longer accepts the connection.\n\nNothing is lost. Documents of Ridgeline Builders wait until "
        "QuickBooks is connected again:\nhttps://app.example.com/settings/access/\n"
    )


def test_a_mail_that_cannot_be_sent_is_told_to_the_operator(
    scope: Tenant, owner: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise SMTPServerDisconnected("please run connect() first")

    monkeypatch.setattr("sync.receivers.send_mail", refuse)
    with caplog.at_level(logging.ERROR, "sync.receivers"):
        tell_owners(connection=connections()[1], reason="Gone.")
    assert [record.getMessage().split()[0] for record in caplog.records] == ["sync.connection.mail_failed"]


def test_an_account_that_works_has_all_looked_at_and_its_events_pruned_before_going_live(scope: Tenant) -> None:
    connection_restored.send(sender=None, connection=connections()[0])
    due = DueWork.objects.filter(due_at__lte=timezone.now()).values_list("topic", flat=True)
    assert sorted(due) == [HOOKS, POLL_PROCORE, POLL_BOOKS, PRUNE]
