"""The test world: embedded servers, three people, a tenant, and a pair of sandbox servers.

Nothing but this machine may be reached. Every worker process has a database, a Redis number and sandboxes of its own.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.compiling import import_share

# A busy machine is no fault of a rule, so no example is timed.
hypothesis.settings.register_profile("suite", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("suite")

LOOPBACK = ("127.", "::1", "localhost")
# What takes longest, each by itself or for what it starts: begun first, the workers end together.
LONGEST = (
    "test_a_short_year_agrees",
    "test_types",
    "test_an_owner_sets_the_company_up_and_the_first_bills_cross",
    "/journeys/",
)


def pytest_sessionstart(session: pytest.Session) -> None:
    import_share(session.config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        return next((place for place, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST))

    items.sort(key=rank)


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> Any:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            message = f"a test tried to reach {address[0]}"
            raise RuntimeError(message)
        return connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _static_root() -> None:
    """WhiteNoise warns of a missing directory; here Django's own handler serves the files."""
    from django.conf import settings as django_settings

    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True, scope="session")
def _quick_flush() -> None:
    from tests.flushing import use_for_tests

    use_for_tests()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: Any) -> None:
    """The database of each worker begins as a copy of one that is migrated."""
    from django.db import connection

    from tests import template_database

    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template_database.find_or_make()


@pytest.fixture(autouse=True, scope="session")
def _own_settings() -> Iterator[None]:
    """Quick passwords, tasks only when a test runs them, static files without a manifest."""
    from django.conf import settings
    from django.test import override_settings

    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        REDIS_URL=_own_redis(settings.REDIS_URL),
        WHITENOISE_AUTOREFRESH=True,
        BASE_URL="http://testserver",
        ALLOWED_HOSTS=["*"],
    ):
        yield


def _own_redis(url: str) -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{url.rsplit('/', 1)[0]}/{1 + int(worker) % 14}"


@pytest.fixture
def tenant(db: None) -> Any:
    from smoothx.tenants.models import Tenant

    return Tenant.objects.create(name="Ridgeline Builders", slug="ridgeline")


@pytest.fixture
def other_tenant(db: None) -> Any:
    from smoothx.tenants.models import Tenant

    return Tenant.objects.create(name="Basin Contractors", slug="basin")


@pytest.fixture
def scope(tenant: Any) -> Iterator[Any]:
    from smoothx.tenants.scope import tenant_scope

    with tenant_scope(tenant.pk):
        yield tenant


def make_member(tenant: Any, email: str, role: str) -> Any:
    from django.contrib.auth import get_user_model

    from smoothx.tenants.models import Membership

    user = get_user_model().objects.create_user(username=email, email=email, password="correct horse battery")
    Membership.objects.create(tenant=tenant, user=user, role=role)
    return user


@pytest.fixture
def owner(tenant: Any) -> Any:
    return make_member(tenant, "olivia@ridgeline.example", "owner")


@pytest.fixture
def admin_user(tenant: Any) -> Any:
    return make_member(tenant, "adam@ridgeline.example", "admin")


@pytest.fixture
def approver(tenant: Any) -> Any:
    return make_member(tenant, "ann@ridgeline.example", "approver")


@pytest.fixture
def viewer(tenant: Any) -> Any:
    return make_member(tenant, "victor@ridgeline.example", "viewer")


@pytest.fixture
def stranger(other_tenant: Any) -> Any:
    return make_member(other_tenant, "stan@basin.example", "owner")


@pytest.fixture
def client_of() -> Callable[[Any], Any]:
    """A browser signed in as this person."""
    from django.test import Client

    def sign_in(user: Any) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture(scope="session")
def running_pair() -> Iterator[Any]:
    from connectors.sandbox.pairs import start_pair

    pair = start_pair(scenario="demo")
    yield pair
    pair.stop()


@pytest.fixture
def sandboxes(running_pair: Any, settings: Any) -> Any:
    """A fresh pair of sandboxes holding the demo firm, and the settings pointed at them."""
    import redis

    from tests.kept import start_over

    # A pause that an earlier test's limit called for is over.
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    start_over(running_pair)
    point_at(settings, running_pair.info)
    return running_pair


@pytest.fixture
def without_limits(sandboxes: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither side spaces calls: for tests about anything but limits. The limits are back for the next test."""
    import redis

    from connectors import limits

    monkeypatch.setattr(limits, "QBO_CALLS", ())
    monkeypatch.setattr(limits, "QBO_BATCHES", ())
    # What Procore said was left while there were limits would be counted down to a wait.
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    sandboxes.qbo.app.set_limits(per_minute=0, per_second=0, batches_per_minute=0)
    sandboxes.procore.app.set_limits(hour=0, spike=0)


def point_at(settings: Any, info: dict[str, Any]) -> None:
    procore, qbo = info["procore"], info["qbo"]
    settings.PROCORE_LOGIN_URL = procore["login_url"]
    settings.PROCORE_API_URL = procore["url"]
    settings.PROCORE_CLIENT_ID, settings.PROCORE_CLIENT_SECRET = procore["client_id"], procore["client_secret"]
    settings.QBO_AUTHORIZE_URL, settings.QBO_TOKEN_URL = qbo["authorize_url"], qbo["token_url"]
    settings.QBO_REVOKE_URL, settings.QBO_API_URL = qbo["revoke_url"], qbo["url"]
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = qbo["client_id"], qbo["client_secret"]


@pytest.fixture
def connected(transactional_db: None, tenant: Any, sandboxes: Any) -> Iterator[Any]:
    """The tenant with both sandbox accounts connected; its scope is entered. Commits for real."""
    from smoothx.tenants.scope import tenant_scope
    from tests.kept import bring
    from tests.worlds import connect

    with tenant_scope(tenant.pk):
        bring("connected", sandboxes, lambda: connect(tenant, sandboxes))
        yield tenant
